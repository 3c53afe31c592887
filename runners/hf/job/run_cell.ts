/**
 * One cell in a container: its run is brought from the bucket, goes on beside its engine, and is carried back after every
 * checkpoint and at the end.
 *
 * @module
 */
import { join } from "node:path";
import type { Engine } from "../../../lib/engine/engine.ts";
import { UserError } from "../../../lib/errors.ts";
import type { Plan } from "../../../lib/experiment/plan.ts";
import type { Job } from "../../../lib/experiment/settings.ts";
import { runJobs, type RunObserver } from "../../../lib/loop/run_jobs.ts";
import { embeddedEngine } from "../../local/engine.ts";
import { Carrier } from "./carry.ts";
import { type CellEngine, type CellFile, workMark } from "./cell_file.ts";
import { type EngineProcess, startEngine } from "./engine_process.ts";
import { LiveTail } from "./live_tail.ts";
import { PatientSave } from "./patient_save.ts";

/** What a cell runs with. */
export interface CellContext {
  /** What is to be done. */
  readonly cell: CellFile;
  /** The plan that it belongs to. */
  readonly plan: Plan;
  /** Its job. */
  readonly job: Job;
  /** A folder on the container's own disk, which nobody else uses. */
  readonly work: string;
  /** Where the run is kept between jobs: on the mounted bucket. */
  readonly folder: string;
  /** When the job began, in milliseconds since 1970; its time-out counts from there. */
  readonly began: number;
  /** Writes a line to the log. */
  readonly print: (line: string) => void;
  /** Stops after the step under way. */
  readonly signal: AbortSignal;
}

/** Seconds before the time-out at which a job stops by itself: a twentieth of its time, from half a minute to ten minutes. */
export function reserve(seconds: number): number {
  return Math.min(600, Math.max(30, seconds / 20), seconds / 2);
}

/** The longest time that a timer holds, in milliseconds: about 24 days. */
const longestTimer = 2 ** 31 - 1;

/**
 * Runs a cell until its run is finished, its time is nearly up, or the signal comes.
 *
 * @returns Whether the run is finished.
 * @throws {UserError} If the engine or the experiment refuses.
 */
export async function runCell(context: CellContext): Promise<"finished" | "interrupted"> {
  const { cell, plan, job, work, folder, began, print } = context;
  const runs = join(work, "runs");
  const directory = join(runs, job.id);
  const carrier = new Carrier({ run: directory, engine: join(work, "engine") }, folder);
  const restored = await carrier.restore();
  if (restored !== undefined) print(`Brought back iteration ${restored.iteration} (${restored.status})`);
  if (restored?.status === "finished") return "finished";
  const tail = new LiveTail(join(directory, "events.jsonl"), print);
  const keep = new PatientSave({ print, save: (at, status) => carrier.save(at, status) });
  let iteration = restored?.iteration ?? 0;
  const stop = new AbortController();
  const late = setTimeout(() => {
    print("The job's time is nearly up: saving, to go on in another job");
    stop.abort();
  }, Math.min(longestTimer, Math.max(0, began + 1000 * (cell.seconds - reserve(cell.seconds)) - Date.now())));
  let server: EngineProcess | undefined;
  let engine: OpenEngine | undefined;
  try {
    if (cell.engine !== null) server = await startEngine(inPlace(cell.engine, work), { say: print });
    engine = await openEngine(cell.engine, print);
    const status = await runJobs(engine, [job], {
      runs,
      plan,
      resume: restored !== undefined,
      signal: AbortSignal.any([context.signal, stop.signal]),
      observer: new LogObserver(print, () => void tail.flush()),
      saved: async (_job, at) => {
        iteration = at;
        await tail.flush();
        await keep.now(at);
      },
    });
    await tail.flush();
    await keep.last(iteration, status === "finished" ? "finished" : "unfinished");
    return status;
  } finally {
    clearTimeout(late);
    await engine?.close();
    await server?.stop();
  }
}

/** The commands with the container's own folder in them. */
function inPlace(engine: CellEngine, work: string): CellEngine {
  const placed = (words: readonly string[]): string[] => words.map((word) => word.replaceAll(workMark, work));
  return { ...engine, setup: engine.setup.map(placed), start: placed(engine.start) };
}

/** An engine that is to be closed. */
type OpenEngine = Engine & { close(): Promise<void> };

async function openEngine(engine: CellEngine | null, say: (line: string) => void): Promise<OpenEngine> {
  if (engine === null) return { ...embeddedEngine(), close: () => Promise.resolve() };
  // Loaded here: the embedded engine does without it.
  const { tgiEngine } = await import("../../tgi/engine.ts");
  return tgiEngine({
    url: engine.url,
    server: engine.server,
    cache: ".cache/tokenizers",
    onRetry: ({ reason, route, message }) => {
      if (reason !== "working") say(`${route}: ${message}; asking again`);
    },
  });
}

/** Tells in the log what people want to read there. */
class LogObserver implements RunObserver {
  readonly #print: (line: string) => void;
  readonly #written: () => void;

  constructor(print: (line: string) => void, written: () => void) {
    this.#print = print;
    this.#written = written;
  }

  started({ id }: Job): void {
    this.#print(`${id} begins`);
  }

  skipped({ id }: Job): void {
    this.#print(`${id} is finished already`);
  }

  warming(_job: Job, step: number, steps: number, loss: number): void {
    if (step % 50 === 0 || step === steps) {
      this.#print(`warm start ${step}/${steps}  loss ${loss.toFixed(3)}`);
    }
  }

  event(_job: Job, event: Parameters<RunObserver["event"]>[1]): void {
    if (event.kind === "resumed") this.#print(`resumed at iteration ${event.iteration}`);
    if (event.kind === "step") {
      const { iteration, reward, solved } = event.step;
      const figures = `reward ${(reward ?? 0).toFixed(3)}  solved ${(solved ?? 0).toFixed(3)}`;
      this.#print(`iteration ${iteration}  ${Math.round(100 * event.progress)}%  ${figures}`);
    }
    if (event.kind === "evaluated") this.#print(`iteration ${event.iteration}  evaluated`);
    this.#written();
  }

  lost(_job: Job, message: string): void {
    this.#print(`${message}; going on from the latest checkpoint`);
  }

  ended({ id }: Job, status: "finished" | "interrupted"): void {
    this.#print(`${id} is ${status}`);
  }
}

/**
 * The job of a cell among those of its plan.
 *
 * @throws {UserError} If the plan has no such run.
 */
export function jobOf(jobs: readonly Job[], run: string): Job {
  const job = jobs.find(({ id }) => id === run);
  if (job === undefined) throw new UserError(`The plan has no run "${run}"`);
  return job;
}
