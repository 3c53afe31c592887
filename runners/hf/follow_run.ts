/**
 * Follows a run to its end: its job's log fills the run's folder here, a job whose time ran out is followed by another, and at
 * the end everything comes home.
 *
 * @module
 */
import { join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { isJsonArray, isJsonObject, type Json } from "../../lib/json.ts";
import { bringBack, type BroughtBack } from "./bring_back.ts";
import { ensureJob, mostCost } from "./ensure_job.ts";
import type { HubClient } from "./hub/hub_client.ts";
import { isOver, type JobInfo } from "./hub/job.ts";
import { followJob } from "./hub/job_log.ts";
import type { RemoteFiles } from "./hub/remote_files.ts";
import { LineReader } from "./job/live_lines.ts";
import type { RemoteRun } from "./remote_run.ts";
import type { Spending } from "./spending.ts";
import { runFolder, storedState } from "./stored_state.ts";
import { TailMirror } from "./tail_mirror.ts";

/** Told what happens to a run. */
export interface FollowObserver {
  /** A job was made or found, the how-manieth of this run. */
  job(remote: RemoteRun, job: JobInfo, found: boolean): void;
  /** The job has a new stage. */
  stage(remote: RemoteRun, job: JobInfo): void;
  /** The job said something; not the lines that carry figures. */
  said(remote: RemoteRun, line: string): void;
  /** A step's figures arrived. */
  step(remote: RemoteRun, step: { readonly iteration: number; readonly reward: number | null }): void;
  /** The connection was lost, and why. */
  reconnecting(remote: RemoteRun, why: string): void;
  /** The job ended early, with what was saved by then; another one goes on. */
  resuming(remote: RemoteRun, job: JobInfo, iteration: number): void;
  /** The run is finished and here. */
  finished(remote: RemoteRun, brought: BroughtBack): void;
}

/** What following needs. */
export interface FollowContext {
  /** The Hub. */
  readonly client: HubClient;
  /** The bucket. */
  readonly files: RemoteFiles;
  /** The folder of all runs. */
  readonly runs: string;
  /** The value of a secret, by its name. */
  readonly secret: (name: string) => string | undefined;
  /** What all jobs may cost. */
  readonly spending: Spending;
  /** Whether a server's checkpoints are to come home, however large. */
  readonly weights: boolean;
  /** Ends the following, and leaves the job alone. */
  readonly signal: AbortSignal;
  /** Told what happens. */
  readonly observer: FollowObserver;
  /** Milliseconds without a byte, and between two looks at a job's stage; the usual ones when left out. */
  readonly silence?: number;
  readonly poll?: number;
}

/** How the following of a run ended. */
export type FollowEnd = "finished" | "left";

/** Lines of a log that an error shows. */
const shownLines = 12;

/**
 * Follows a run until it is finished and here, or the signal comes.
 *
 * @throws {UserError} If its job failed or was cancelled, or another one is not allowed.
 */
export async function followRun(remote: RemoteRun, context: FollowContext): Promise<FollowEnd> {
  const { client, files, runs, spending, secret, observer, signal } = context;
  const folder = runFolder(remote.folder, remote.run);
  const tail = await TailMirror.open(join(runs, remote.run));
  let state = await storedState(files, folder);
  while (state?.status !== "finished") {
    if (signal.aborted) return "left";
    const { job, found } = await ensureJob(client, remote, secret, (dollars) => spending.allow(dollars));
    spending.count(job, false, remote.pricePerHour, mostCost(remote));
    observer.job(remote, job, found);
    const last: string[] = [];
    const end = await followOne(remote, job, tail, last, context);
    if (end === undefined) return "left";
    spending.count(end, true, remote.pricePerHour, mostCost(remote));
    const before = found ? -1 : state?.iteration ?? -1;
    state = await storedState(files, folder);
    if (state?.status === "finished") break;
    if (end.stage === "CANCELED" || end.stage === "DELETED") {
      throw new UserError(
        `The job ${end.id} of ${remote.run} was cancelled; run the same command again to go on`,
      );
    }
    if (state === undefined || state.iteration <= before) throw noProgress(remote, end, last);
    observer.resuming(remote, end, state.iteration);
  }
  observer.finished(
    remote,
    await bringBack(
      files,
      remote,
      state,
      runs,
      context.weights,
      ({ path }) => observer.said(remote, `fetching ${path}`),
    ),
  );
  return "finished";
}

/** Follows one job; `undefined` if the signal came first. */
async function followOne(
  remote: RemoteRun,
  job: JobInfo,
  tail: TailMirror,
  last: string[],
  { client, observer, signal, silence, poll }: FollowContext,
): Promise<JobInfo | undefined> {
  const reader = new LineReader();
  let stage = "";
  const lines = followJob(client, remote.namespace, job.id, {
    signal,
    ...silence === undefined ? {} : { silence },
    ...poll === undefined ? {} : { poll },
    onState: (now) => {
      if (now.stage !== stage) observer.stage(remote, now);
      stage = now.stage;
    },
    onReconnect: (why) => observer.reconnecting(remote, why),
  });
  try {
    for (;;) {
      const next = await lines.next();
      if (next.done === true) return isOver(next.value) ? next.value : undefined;
      const read = reader.read(next.value.text);
      if (read === "other") {
        last.push(next.value.text);
        if (last.length > shownLines) last.shift();
        observer.said(remote, next.value.text);
      } else if (read !== undefined && await tail.write(read)) {
        for (const step of stepsOf(read.text)) observer.step(remote, step);
      }
    }
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** The steps that a line of the tail tells of. */
function stepsOf(text: string): { readonly iteration: number; readonly reward: number | null }[] {
  const record: Json = JSON.parse(text);
  const steps = isJsonObject(record) ? record["steps"] : undefined;
  if (!isJsonObject(steps)) return [];
  const { iteration, reward } = steps;
  if (iteration === undefined || !isJsonArray(iteration)) return [];
  return iteration.flatMap((value, at) => {
    const given = reward !== undefined && isJsonArray(reward) ? reward[at] : null;
    return typeof value === "number"
      ? [{ iteration: value, reward: typeof given === "number" ? given : null }]
      : [];
  });
}

function noProgress(remote: RemoteRun, job: JobInfo, last: readonly string[]): UserError {
  const said = last.length === 0 ? "" : `\n${last.map((line) => `  ${line}`).join("\n")}`;
  const why = job.message === null ? "" : ` (${job.message})`;
  return new UserError(
    `The job ${job.id} of ${remote.run} ended as ${job.stage}${why} before a new checkpoint was saved; look at its log, ` +
      `raise --timeout or lower checkpoint.every, and run the same command again${said}`,
  );
}
