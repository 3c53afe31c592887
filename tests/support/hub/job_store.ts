/**
 * The jobs of the stand-in for the Hub: how they are scheduled, run, logged, cancelled and timed out.
 *
 * @module
 */
import type { Json } from "exitlab/lib/json.ts";
import type { JobSpec } from "exitlab/runners/hf/hub/job_spec.ts";

/** A spec with the Hub's defaults where nothing was sent. */
export type StoredSpec = Required<JobSpec>;

/** Runs a job. */
export type JobExecutor = (job: {
  /** Its id. */
  readonly id: string;
  /** What was asked for. */
  readonly spec: StoredSpec;
  /** Adds a line to its log. */
  log(line: string): void;
  /** Aborted on cancel or time-out. */
  readonly signal: AbortSignal;
}) => Promise<{ readonly ok: boolean; readonly message?: string }>;

/** A job of the stand-in. */
export interface StoredJob {
  /** Its id. */
  readonly id: string;
  /** Whose it is. */
  readonly namespace: string;
  /** What was asked for. */
  readonly spec: StoredSpec;
  /** Its labels, which can be replaced. */
  labels: { readonly [key: string]: string };
  /** Where it stands. */
  stage: string;
  /** What is said of that. */
  message: string | null;
  /** When it was created, began and ended: seconds of the stand-in's own clock. */
  readonly created: number;
  started: number | null;
  finished: number | null;
  /** The events of its log. */
  readonly log: { readonly timestamp: string; readonly data: string }[];
  /** Settles when the job is over and its executor has returned. */
  readonly done: Promise<void>;
}

interface Control {
  readonly job: StoredJob;
  readonly ending: AbortController;
  readonly settle: () => void;
  /** Looks that still see it waiting, and stages that looks will see after that. */
  looks: number;
  readonly between: string[];
  timer: ReturnType<typeof setTimeout> | undefined;
  running: Promise<void> | undefined;
}

const terminal = ["COMPLETED", "CANCELED", "ERROR", "DELETED"];

/** All jobs, the oldest first. */
export class JobStore {
  /** The jobs, the oldest first. */
  readonly list: StoredJob[] = [];
  /** What runs jobs; may be replaced. */
  executor: JobExecutor;
  /** How many looks at a new job see it in `SCHEDULING`; for ever if infinite. Default 0. */
  scheduling = 0;
  /** Stages that the looks after that see, one each, before it runs; none that ends it. */
  between: string[] = [];
  /** How many jobs a page of the list has. */
  pageSize = 20;
  /** How many reads of the list do not see a job yet after it was created. Default 0. */
  listLag = 0;
  /** How many milliseconds pass for a second of a time-out. Default 1000: see also `timeOut`. */
  secondLength = 1000;
  readonly #controls = new Map<string, Control>();
  readonly #unlisted = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  #clock = 0;

  /** A store without jobs. */
  constructor(executor: JobExecutor) {
    this.executor = executor;
  }

  /** Creates a job, and starts it unless it is to wait. */
  create(namespace: string, spec: StoredSpec): StoredJob {
    const created = ++this.#clock;
    const id = (0x6a2b0000 + created).toString(16).padEnd(24, "0");
    const { promise, resolve } = Promise.withResolvers<void>();
    const job: StoredJob = {
      id,
      namespace,
      spec,
      labels: spec.labels,
      stage: "SCHEDULING",
      message: null,
      created,
      started: null,
      finished: null,
      log: [],
      done: promise,
    };
    this.list.push(job);
    const control: Control = {
      job,
      ending: new AbortController(),
      settle: resolve,
      looks: this.scheduling,
      between: [...this.between],
      timer: undefined,
      running: undefined,
    };
    this.#controls.set(id, control);
    if (this.listLag > 0) this.#unlisted.set(id, this.listLag);
    if (control.looks === 0 && control.between.length === 0) this.#start(control);
    return job;
  }

  /** A job by its id. */
  get(id: string): StoredJob | undefined {
    return this.list.find((job) => job.id === id);
  }

  /** A job as someone sees it who looks at it; each look brings a job that waits nearer to its start. */
  look(job: StoredJob): Json {
    const control = this.#controls.get(job.id);
    const stage = job.stage === "SCHEDULING" && control !== undefined ? this.#advance(control) : job.stage;
    return { ...this.show(job), status: { stage, message: job.message, exposeUrls: [], sshUrl: null } };
  }

  /** A job as the Hub writes it. */
  show(job: StoredJob): { readonly [key: string]: Json } {
    const { id, spec, labels, stage, message, created, started, finished } = job;
    const until = finished ?? this.#clock;
    const owner = { id: "0123", name: job.namespace, type: "user" };
    return {
      type: "job",
      id,
      createdAt: time(created),
      startedAt: started === null ? null : time(started),
      finishedAt: finished === null ? null : time(finished),
      dockerImage: spec.dockerImage,
      spaceId: null,
      command: spec.command,
      arguments: spec.arguments,
      environment: spec.environment,
      secrets: Object.keys(spec.secrets),
      flavor: spec.flavor,
      timeoutSeconds: spec.timeoutSeconds,
      labels,
      volumes: spec.volumes,
      status: { stage, message, exposeUrls: [], sshUrl: null },
      durations: {
        schedulingSecs: (started ?? until) - created,
        runningSecs: started === null ? 0 : until - started,
        totalSecs: until - created,
      },
      owner,
      initiator: owner,
    };
  }

  /** The jobs that a list shows now, the newest first. */
  listed(namespace: string): StoredJob[] {
    return this.list.filter((job) => {
      const lag = this.#unlisted.get(job.id) ?? 0;
      if (lag > 0) this.#unlisted.set(job.id, lag - 1);
      return lag === 0 && job.namespace === namespace;
    }).toReversed();
  }

  /** Cancels a job; false if it is over. */
  cancel(id: string): boolean {
    return this.#end(id, "CANCELED", null);
  }

  /** Lets a job's time run out now; false if it is over. */
  timeOut(id: string): boolean {
    return this.#end(id, "ERROR", "Job timed out");
  }

  /** Settles when something has changed. */
  async change(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener("abort", done);
    });
  }

  /** Cancels what runs, and waits for it. */
  async close(): Promise<void> {
    for (const job of this.list) this.cancel(job.id);
    await Promise.all(this.list.map(({ done }) => done));
  }

  #advance(control: Control): string {
    if (control.looks > 0) {
      control.looks--;
      return "SCHEDULING";
    }
    const stage = control.between.shift();
    if (stage !== undefined) return stage;
    this.#start(control);
    return control.job.stage;
  }

  #start(control: Control): void {
    if (control.running !== undefined) return;
    const { job, ending } = control;
    job.stage = "RUNNING";
    job.started = ++this.#clock;
    const log = (data: string) => {
      job.log.push({ timestamp: time(++this.#clock), data });
      this.#changed();
    };
    log(`===== Job started at ${time(job.started)} =====`);
    // Timers hold 31 bits.
    const length = Math.min(job.spec.timeoutSeconds * this.secondLength, 2 ** 31 - 1);
    control.timer = setTimeout(() => this.timeOut(job.id), length);
    const execution = { id: job.id, spec: job.spec, log, signal: ending.signal };
    control.running = Promise.resolve().then(() => this.executor(execution)).then(
      ({ ok, message = null }) => this.#end(job.id, ok ? "COMPLETED" : "ERROR", message),
      (error: unknown) => this.#end(job.id, "ERROR", error instanceof Error ? error.message : String(error)),
    ).then(() => control.settle());
    this.#changed();
  }

  #end(id: string, stage: string, message: string | null): boolean {
    const control = this.#controls.get(id);
    if (control === undefined || terminal.includes(control.job.stage)) return false;
    clearTimeout(control.timer);
    Object.assign(control.job, { stage, message, finished: ++this.#clock });
    control.ending.abort();
    if (control.running === undefined) control.settle();
    this.#changed();
    return true;
  }

  #changed(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

/** The stand-in's clock as a date. */
function time(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 1) + 1000 * seconds).toISOString();
}

/** Whether a job is over. */
export function hasEnded(job: StoredJob): boolean {
  return terminal.includes(job.stage);
}
