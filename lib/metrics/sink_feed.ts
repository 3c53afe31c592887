/**
 * The run's end of a sink. Nothing here waits for the sink, except its opening before a run and its closing after.
 *
 * @module
 */
import { UserError } from "../errors.ts";
import type { StepRow } from "./rows.ts";
import type { SinkAnswer, SinkRequest, SinkRun } from "./sink.ts";

/** How far a sink may fall behind, and how long its opening and its closing may take. */
export type SinkPatience = {
  /** Steps that wait for it; those that come while so many wait are left out. Default 1000. */
  readonly steps?: number;
  /** Seconds that the thread and the module may take to load. Default 60, as a module may have much to import. */
  readonly openSeconds?: number;
  /** Seconds that the last steps of a run may take. Default 10. */
  readonly endSeconds?: number;
};

/** Forwards steps to a sink. */
export class SinkFeed {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #steps: number;
  readonly #endSeconds: number;
  /** Requests that were not answered, and those of them that are steps. */
  #waiting = 0;
  #waitingSteps = 0;
  /** Steps given, and those of them that did not arrive. */
  #given = 0;
  #lost = 0;
  #opened = false;
  #stopped = false;
  #told = new Set<string>();
  #problems: string[] = [];
  #answered: () => void = () => {};
  #run: SinkRun | undefined;

  private constructor({ steps = 1000, endSeconds = 10 }: SinkPatience) {
    this.#steps = steps;
    this.#endSeconds = endSeconds;
    this.#worker = new Worker(new URL("./sink_worker.ts", import.meta.url), { type: "module" });
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#port.onmessage = ({ data }: MessageEvent<SinkAnswer>) => this.#take(data);
    this.#worker.onerror = (event) => {
      // Else the error of the sink would be that of the run.
      event.preventDefault();
      this.#stop(event.message);
    };
    this.#worker.postMessage(null, [port2]);
  }

  /**
   * Opens a sink.
   *
   * @param module The address of its module.
   * @throws {UserError} If it cannot be loaded, or is no sink.
   */
  static async open(module: URL, patience: SinkPatience = {}): Promise<SinkFeed> {
    const feed = new SinkFeed(patience);
    feed.#ask({ kind: "open", module: module.href });
    await feed.#settled(patience.openSeconds ?? 60);
    const [problem] = feed.takeProblems();
    if (problem === undefined && feed.#waiting === 0) {
      feed.#opened = true;
      return feed;
    }
    feed.#dispose();
    throw new UserError(
      `Expected ${module.href} to be a module that exports a sink of metrics, but ${
        problem?.replace(/\.$/, "") ?? "it took too long to load"
      }`,
    );
  }

  /** Says that a run begins. */
  begin(run: SinkRun): void {
    this.#run = run;
    this.#told.clear();
    this.#ask({ kind: "begin", run });
  }

  /** Gives a step, and does not wait for what becomes of it. */
  step(step: StepRow): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#given++;
    if (this.#stopped) this.#lost++;
    else if (this.#waitingSteps >= this.#steps) {
      this.#lost++;
      this.#tell(`The sink is ${this.#waitingSteps} steps behind; steps are left out until it has caught up`);
    } else {
      this.#waitingSteps++;
      this.#ask({ kind: "step", run, step });
    }
  }

  /** One sentence for each problem since the last call; one of a sort is told once a run. */
  takeProblems(): string[] {
    return this.#problems.splice(0);
  }

  /** Says that the run is over, and waits for the last steps, but not for long. */
  async end(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    this.#ask({ kind: "end", run });
    await this.#settled(this.#endSeconds);
    this.#run = undefined;
    if (this.#waiting > 0) this.#stop("it did not come to an end in time");
    if (this.#lost > 0) {
      this.#problems.push(`In all, ${this.#lost} of ${this.#given} steps were not forwarded to the sink`);
    }
    [this.#given, this.#lost] = [0, 0];
  }

  /** Ends the sink's thread. */
  close(): void {
    this.#dispose();
  }

  #ask(request: SinkRequest): void {
    if (this.#stopped) return;
    this.#waiting++;
    this.#port.postMessage(request);
  }

  #take({ kind, message }: SinkAnswer): void {
    if (kind !== "stray") this.#waiting--;
    if (kind === "step") this.#waitingSteps--;
    if (message !== null) {
      if (kind === "step") this.#lost++;
      this.#fail(`The sink failed (${message})`, message);
    }
    if (this.#waiting === 0 || !this.#opened) this.#answered();
  }

  /** The sink's thread is of no use any more. */
  #stop(message: string): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#lost += this.#waitingSteps;
    this.#waiting = this.#waitingSteps = 0;
    this.#fail(`The sink was stopped: ${message}`, message);
    this.#dispose();
    this.#answered();
  }

  #dispose(): void {
    this.#stopped = true;
    this.#port.close();
    this.#worker.terminate();
  }

  /** Before it is open there is no run, and its opener says the rest of the sentence. */
  #fail(problem: string, message: string): void {
    if (this.#opened) this.#tell(`${problem}; the run goes on`);
    else this.#problems.push(`loading it failed: ${message}`);
  }

  #tell(problem: string): void {
    // However a message varies from step to step, the run's events are not to be flooded.
    const sort = problem.replaceAll(/\d+/g, "#");
    if (this.#told.has(sort) || this.#told.size >= 10) return;
    this.#told.add(sort);
    this.#problems.push(problem);
  }

  /** Resolves when all requests are answered, or time is up. */
  async #settled(seconds: number): Promise<void> {
    if (this.#waiting === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1000 * seconds);
      this.#answered = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#answered = () => {};
  }
}
