/**
 * Follows a run to its end: its job's log fills the run's folder here, a job whose time ran out is followed by another, and at
 * the end everything comes home.
 *
 * @module
 */
import { join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { isJsonArray, isJsonObject, type Json } from "../../lib/json.ts";
import { finishedMark } from "../../lib/loop/finished_mark.ts";
import { bringBack, type BroughtBack } from "./bring_back.ts";
import { cancelJobs, ensureJob } from "./ensure_job.ts";
import { exists } from "../../lib/exists.ts";
import { lockFollowing } from "./follow_lock.ts";
import type { HubClient } from "./hub/hub_client.ts";
import { isOver, type JobInfo } from "./hub/job.ts";
import { followJob } from "./hub/job_log.ts";
import type { RemoteFiles } from "./hub/remote_files.ts";
import { LineReader } from "./job/live_lines.ts";
import { failing, noProgress } from "./failed_job.ts";
import { hoursOf, type JobCosts } from "./job_costs.ts";
import type { RemoteRun } from "./remote_run.ts";
import { type StoredState, storedState } from "./stored_state.ts";
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
  /** What all jobs cost, and may cost. */
  readonly costs: JobCosts;
  /** Whether a server's checkpoints are to come home, however large. */
  readonly weights: boolean;
  /** Ends the following, and leaves the job alone. */
  readonly signal: AbortSignal;
  /** Told what happens. */
  readonly observer: FollowObserver;
}

/** How the following of a run ended. */
export type FollowEnd = "finished" | "left";

/** Lines of a log that an error shows. */
const shownLines = 12;

/** How many jobs in a row may fail long before their time is up; each of them got further, and cost money. */
const mostFailures = 3;

/** Milliseconds before each further look for what a job left; the later ones if the Hub says that it did all it should. */
const [looks, moreLooks] = [[0, 3000, 6000], [15_000, 30_000]] as const;

/**
 * Follows a run until it is finished and here, or the signal comes.
 *
 * @throws {UserError} If another process follows it, its job failed or was cancelled, or another one is not allowed.
 */
export async function followRun(remote: RemoteRun, context: FollowContext): Promise<FollowEnd> {
  const release = await lockFollowing(join(context.runs, remote.run));
  try {
    return await follow(remote, context);
  } finally {
    release();
  }
}

async function follow(remote: RemoteRun, context: FollowContext): Promise<FollowEnd> {
  const { client, files, runs, weights, signal, observer } = context;
  const isHere = await exists(join(runs, remote.run, finishedMark));
  // A finished run needs no job, whatever has become of the bucket since.
  if (isHere && !weights) return finish(remote, { bytes: 0, left: null }, context);
  const stored = await storedState(files, remote.run);
  const isDone = stored?.manifest.status === "finished";
  if (isHere && !isDone) {
    throw new UserError(`Found no checkpoints of ${remote.run} in ${remote.bucket} any more`);
  }
  const state = isDone ? stored : await train(remote, stored, context);
  if (state === "left") return "left";
  // Of two jobs that began at the same time, or one whose end the Hub took for its time-out, the other may still be at work.
  await cancelJobs(client, remote);
  const progress = ({ path }: { readonly path: string }): void => observer.said(remote, `fetching ${path}`);
  const brought = await bringBack(files, remote, state, { runs, weights, signal, progress });
  return brought === undefined ? "left" : finish(remote, brought, context);
}

function finish(remote: RemoteRun, brought: BroughtBack, { observer }: FollowContext): "finished" {
  observer.finished(remote, brought);
  return "finished";
}

/** Follows job after job until the run is finished; returns its state. */
async function train(
  remote: RemoteRun,
  stored: StoredState | undefined,
  context: FollowContext,
): Promise<StoredState | "left"> {
  const { client, runs, costs, secret, observer, signal } = context;
  const tail = await TailMirror.open(join(runs, remote.run));
  for (let [state, failures] = [stored, 0];;) {
    if (signal.aborted) return "left";
    const { job, found } = await ensureJob(client, remote, secret, costs);
    observer.job(remote, job, found);
    const last: string[] = [];
    const end = await followOne(remote, job, tail, last, context);
    if (end === undefined) return "left";
    costs.count(end, remote);
    const before = found ? -1 : state?.manifest.iteration ?? -1;
    state = await stateAfter(remote, end, before, context);
    if (state?.manifest.status === "finished") return state;
    if (signal.aborted) return "left";
    if (end.stage === "CANCELED" || end.stage === "DELETED") {
      throw new UserError(
        `The job ${end.id} of ${remote.run} was cancelled; run the same command again to go on`,
      );
    }
    if (end.stage === "COMPLETED") {
      throw new UserError(
        `The job ${end.id} of ${remote.run} is done but the bucket does not show its last files; run the same command again ` +
          "later",
      );
    }
    if (state === undefined || state.manifest.iteration <= before) throw noProgress(remote, end, last);
    failures = (hoursOf(end) ?? 0) < 0.8 * remote.job.timeoutSeconds / 3600 ? failures + 1 : 0;
    if (failures > mostFailures) throw failing(remote, end, failures, last);
    observer.resuming(remote, end, state.manifest.iteration);
  }
}

/** What is in the bucket after a job, which may be late to show it: no job is made while the one before may have done the work. */
async function stateAfter(
  remote: RemoteRun,
  end: JobInfo,
  before: number,
  { client, files, signal }: FollowContext,
): Promise<StoredState | undefined> {
  const isDone = end.stage === "COMPLETED";
  let state: StoredState | undefined;
  for (const wait of [...looks, ...isDone ? moreLooks : []]) {
    if (signal.aborted) break;
    // When the signal comes, the next round ends it.
    if (wait > 0) await client.wait(wait, signal).catch(() => {});
    state = await storedState(files, remote.run);
    if (state?.manifest.status === "finished") break;
    if (!isDone && state !== undefined && state.manifest.iteration > before) break;
  }
  return state;
}

/** Follows one job; `undefined` if the signal came first. */
async function followOne(
  remote: RemoteRun,
  job: JobInfo,
  tail: TailMirror,
  last: string[],
  { client, observer, secret, signal }: FollowContext,
): Promise<JobInfo | undefined> {
  const hide = hider(remote.secrets.map((name) => secret(name)));
  const reader = new LineReader();
  let stage = "";
  let isTold = false;
  const lines = followJob(client, remote.namespace, job.id, {
    signal,
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
        const text = hide(next.value.text);
        last.push(text);
        if (last.length > shownLines) last.shift();
        observer.said(remote, text);
      } else if (read !== undefined && await tail.write(read)) {
        for (const step of stepsOf(read.text)) observer.step(remote, step);
      } else if (tail.torn && !isTold) {
        isTold = true;
        observer.said(remote, "A line of the live figures was lost; all of them come home at the end");
      }
    }
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Puts a mark in the place of secrets that a program of the job may have printed. */
function hider(secrets: readonly (string | undefined)[]): (text: string) => string {
  const long = secrets.filter((secret) => secret !== undefined && secret.length >= 6);
  return (text) => long.reduce<string>((text, secret) => text.replaceAll(secret ?? "", "…"), text);
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
