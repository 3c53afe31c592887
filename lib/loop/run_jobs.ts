/**
 * A plan's jobs, one after the other, on an engine.
 *
 * @module
 */
import { join } from "node:path";
import type { Checkpoint, Engine, Policy } from "../engine/engine.ts";
import { EngineLostError } from "../engine/engine_lost.ts";
import { warmStartOf } from "../engine/warm_start_options.ts";
import { checkAccess } from "../domain/check_access.ts";
import { UserError } from "../errors.ts";
import type { Plan } from "../experiment/plan.ts";
import type { Job } from "../experiment/settings.ts";
import type { Json } from "../json.ts";
import { anyIterates } from "../operator/any_iterates.ts";
import { writeDurably } from "../write_durably.ts";
import { finishedMark } from "./finished_mark.ts";
import { writePlanFile } from "./plan_file.ts";
import { type JobEvent, runJob } from "./run_job.ts";
import { cachedWarmStart } from "./warm_cache.ts";
import { explainWriteError } from "./write_error.ts";
import type { SinkFeed } from "../metrics/sink_feed.ts";
import { openStore, type RunStore } from "../metrics/store.ts";
import { version } from "../version.ts";
import { checkEngine } from "./check_engine.ts";
import { checkHosts } from "./check_hosts.ts";
import { sinkWarnings } from "./records.ts";

/** Told what happens while jobs run. */
export interface RunObserver {
  /** A job begins; `index` counts from 0. */
  started(job: Job, index: number): void;
  /** A job was finished earlier and is left as it is. */
  skipped(job: Job, index: number): void;
  /** A step of the supervised warm start was done; `loss` in nats per response token. */
  warming(job: Job, step: number, steps: number, loss: number): void;
  /** Something happened in a job. */
  event(job: Job, event: JobEvent): void;
  /** The engine was lost, as the message says; the job goes on from its latest checkpoint once it is back. */
  lost(job: Job, message: string): void;
  /** A job is over. */
  ended(job: Job, status: "finished" | "interrupted"): void;
}

/** How to run jobs. */
export interface RunOptions {
  /** The folder of all runs. */
  readonly runs: string;
  /** The plan, kept beside each run. */
  readonly plan: Plan;
  /** Whether unfinished runs are to be continued. */
  readonly resume: boolean;
  /** Stops after the step under way. */
  readonly signal: AbortSignal;
  /** Told what happens. */
  readonly observer: RunObserver;
  /**
   * Told that a job's checkpoint is on disk, with all rows up to it: the moment at which its folder can be copied. The job
   * waits until it resolves.
   */
  readonly saved?: (job: Job, iteration: number) => Promise<void>;
  /** Takes step metrics elsewhere; see `MetricsSink`. It stays open. */
  readonly sink?: SinkFeed;
}

/** Where a job stands on disk. */
type JobState = "new" | "unfinished" | "finished";

/**
 * Runs jobs in order. Finished ones are skipped, unfinished ones are continued when asked to.
 *
 * @returns `"interrupted"` if the signal came before the last job was done.
 * @throws {UserError} If a run is unfinished and `resume` was not given, or another process owns a run.
 */
export async function runJobs(
  engine: Engine,
  jobs: readonly Job[],
  options: RunOptions,
): Promise<"finished" | "interrupted"> {
  const capabilities = await engine.capabilities();
  for (const job of jobs) {
    checkEngine(job, capabilities);
    await checkHosts(job);
    await checkAccess(job.settings.domain);
  }
  await makeFolder(options.runs);
  const states = await Promise.all(jobs.map((job) => jobState(join(options.runs, job.id))));
  const unfinished = jobs.find((_, index) => states[index] === "unfinished");
  if (unfinished !== undefined && !options.resume) {
    await expectUnowned(unfinished, options.runs);
    throw new UserError(
      `Run ${join(options.runs, unfinished.id)} was begun and not finished; ` +
        "continue it with --resume, or delete its folder to run it anew",
    );
  }
  for (const [index, job] of jobs.entries()) {
    if (states[index] === "finished") {
      options.observer.skipped(job, index);
      continue;
    }
    if (options.signal.aborted) return "interrupted";
    options.observer.started(job, index);
    const status = await runOne(engine, job, options);
    options.observer.ended(job, status);
    if (status === "interrupted") return status;
  }
  return "finished";
}

/** Whether a job's folder holds nothing worth keeping, a checkpoint, or the finished run. */
async function jobState(directory: string): Promise<JobState> {
  if (await exists(join(directory, finishedMark))) return "finished";
  return await exists(join(directory, "checkpoints")) ? "unfinished" : "new";
}

/** Refuses a run that another process owns, with a sentence that names it. */
async function expectUnowned({ id, arm, seed }: Job, runs: string): Promise<void> {
  (await openStore(join(runs, id), { run: id, arm, seed })).close();
}

async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw explainWriteError(error, path);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** How often in a row an engine may be lost before a step is done; then it is not the engine's misfortune. */
const mostLosses = 5;

/** Runs a job; an engine that is lost on the way is opened anew, and the job goes on from its latest checkpoint. */
async function runOne(engine: Engine, job: Job, options: RunOptions): Promise<"finished" | "interrupted"> {
  const directory = join(options.runs, job.id);
  const { seed, arm } = job;
  await makeFolder(directory);
  const store = await openStore(directory, { run: job.id, arm, seed });
  try {
    await writePlanFile(directory, options.plan);
    for (let losses = 0;;) {
      const report = (event: JobEvent): void => {
        if (event.kind === "step") losses = 0;
        options.observer.event(job, event);
        if (event.kind === "step") options.sink?.step(event.step);
      };
      try {
        return await attempt(engine, job, store, report, options);
      } catch (error) {
        losses++;
        if (!(error instanceof EngineLostError) || losses > mostLosses) throw error;
        options.observer.lost(job, error.message);
      }
    }
  } finally {
    store.close();
  }
}

/** Runs a job on a policy of its own. */
async function attempt(
  engine: Engine,
  job: Job,
  store: RunStore,
  report: (event: JobEvent) => void,
  options: RunOptions,
): Promise<"finished" | "interrupted"> {
  const directory = join(options.runs, job.id);
  const { domain, policy: part } = job.settings;
  const policy = await engine.open(part, job.seed);
  try {
    // After it was opened: a server that came back may compute in another way.
    const { build, description } = await engine.capabilities();
    const begun = await jobState(directory) === "unfinished";
    const initial = begun ? undefined : await warmedUp(policy, build, job, options);
    if (initial === "interrupted") return "interrupted";
    await store.begin({
      experiment: job.experiment,
      planHash: options.plan.hash,
      jobHash: job.hash,
      exitlabVersion: version,
      domain: domain.kind,
      policy: part.kind,
      engine: description,
      settings: settingsRecord(job),
      started: new Date().toISOString(),
      trainingTasks: domain.tasks("train").size,
      iterates: anyIterates(job.settings.operators),
    });
    options.sink?.begin({
      ...{ run: job.id, arm: job.arm, seed: job.seed, experiment: job.experiment },
      directory: await Deno.realPath(directory),
    });
    const { status, iteration } = await runJob(job, {
      policy,
      build,
      initial,
      store,
      directory,
      signal: options.signal,
      report,
      saved: async (iteration) => await options.saved?.(job, iteration),
      problems: () => options.sink?.takeProblems() ?? [],
    });
    if (options.sink !== undefined) {
      await options.sink.end();
      const time = new Date().toISOString();
      await store.write({ events: sinkWarnings(options.sink.takeProblems(), { iteration, time }) });
    }
    await store.finish(status);
    if (status === "finished") await writeDurably(join(directory, finishedMark), new Uint8Array());
    return status;
  } finally {
    await policy.close();
  }
}

async function warmedUp(
  policy: Policy,
  build: string,
  { settings, seed, ...job }: Job,
  { runs, signal, observer }: RunOptions,
): Promise<Checkpoint | undefined | "interrupted"> {
  const options = warmStartOf(settings.policy);
  if (options.steps === 0) return undefined;
  const warm = { policy: settings.policy, domain: settings.domain, options, seed, build };
  return await cachedWarmStart(policy, warm, join(runs, ".cache", "warm-start"), {
    signal,
    progress: (step, loss) => observer.warming({ ...job, settings, seed }, step, options.steps, loss),
  }) ?? "interrupted";
}

/** The options of every part of a job, for the record. */
function settingsRecord({ settings }: Job): { readonly [key: string]: Json } {
  const { domain, policy, objective, curriculum, operators, budget, sampling, evaluate } = settings;
  const part = ({ kind, options }: { kind: string; options: Json }): Json => ({ kind, options });
  return {
    domain: part(domain),
    policy: part(policy),
    objective: part(objective),
    curriculum: part(curriculum),
    operators: operators.map(part),
    budget,
    sampling,
    evaluate,
  };
}
