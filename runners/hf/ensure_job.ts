import { UserError } from "../../lib/errors.ts";
import { type HubClient, HubError } from "./hub/hub_client.ts";
import { isOver, type JobInfo } from "./hub/job.ts";
import { cancelJob, createJob, getJob, listJobs } from "./hub/jobs.ts";
import type { JobCosts } from "./job_costs.ts";
import { attemptOf, jobLabels, ownLabel } from "./labels.ts";
import type { RemoteRun } from "./remote_run.ts";

/** A cell's job, and whether it was there already. */
export interface EnsuredJob {
  /** The job. */
  readonly job: JobInfo;
  /** Whether an earlier submission made it. */
  readonly found: boolean;
}

/** All jobs of a cell, the newest attempt first. */
export async function jobsOfCell(client: HubClient, remote: RemoteRun): Promise<JobInfo[]> {
  const { cell } = remote;
  const jobs = await listJobs(client, remote.namespace, { labels: { ...ownLabel, cell } });
  return jobs.toSorted((a, b) => attemptOf(b.labels) - attemptOf(a.labels) || byCreation(a, b));
}

/**
 * The job of a cell that is under way; a new one if there is none. Two submissions at the same moment end with one job.
 *
 * @param secret The value of a secret, by its name.
 * @param costs Where all jobs of the cell are counted; refuses a new one that could cost too much.
 * @throws {UserError} If a secret is not set, a new job could cost too much, or the Hub refuses.
 */
export async function ensureJob(
  client: HubClient,
  remote: RemoteRun,
  secret: (name: string) => string | undefined,
  costs: JobCosts,
): Promise<EnsuredJob> {
  const before = await jobsOfCell(client, remote);
  for (const job of before) costs.count(job, remote);
  const live = before.find((job) => !isOver(job));
  if (live !== undefined) return { job: live, found: true };
  const release = costs.reserve(remote);
  let job: JobInfo;
  try {
    const attempt = 1 + Math.max(0, ...before.map(({ labels }) => attemptOf(labels)));
    job = await createJob(client, remote.namespace, {
      ...remote.job,
      secrets: readSecrets(remote, secret),
      labels: jobLabels(remote, attempt),
    });
    costs.count(job, remote);
  } finally {
    release();
  }
  const first = [job, ...await rivalsOf(client, remote, job)].toSorted(byCreation)[0] ?? job;
  if (first.id === job.id) return { job, found: false };
  await cancelJob(client, remote.namespace, job.id);
  costs.count(await getJob(client, remote.namespace, job.id), remote);
  costs.count(first, remote);
  return { job: first, found: true };
}

/**
 * Counts what the jobs of runs cost so far, also those of earlier commands. Without a limit there is nothing to count for.
 *
 * @throws {UserError} If the Hub refuses.
 */
export async function countEarlier(
  client: HubClient,
  remotes: readonly RemoteRun[],
  costs: JobCosts,
): Promise<void> {
  if (costs.most === null) return;
  const cells = new Map(remotes.map((remote) => [remote.cell, remote]));
  for (const namespace of new Set(remotes.map(({ namespace }) => namespace))) {
    for (const job of await listJobs(client, namespace, { labels: ownLabel })) {
      const remote = cells.get(job.labels["cell"] ?? "");
      if (remote !== undefined) costs.count(job, remote);
    }
  }
}

/**
 * Cancels all jobs of a run that are under way.
 *
 * @throws {UserError} If the Hub refuses.
 */
export async function cancelJobs(client: HubClient, remote: RemoteRun): Promise<void> {
  for (const job of await jobsOfCell(client, remote)) {
    if (!isOver(job)) await cancelJob(client, remote.namespace, job.id);
  }
}

/** Other jobs of the cell that are under way; none if that cannot be told now: a sweep finds them. */
async function rivalsOf(client: HubClient, remote: RemoteRun, { id }: JobInfo): Promise<JobInfo[]> {
  try {
    return (await jobsOfCell(client, remote)).filter((job) => !isOver(job) && job.id !== id);
  } catch (error) {
    if (error instanceof HubError) return [];
    throw error;
  }
}

function byCreation(a: JobInfo, b: JobInfo): number {
  return Date.parse(a.createdAt) - Date.parse(b.createdAt) || (a.id < b.id ? -1 : 1);
}

function readSecrets(
  { run, secrets }: RemoteRun,
  secret: (name: string) => string | undefined,
): Record<string, string> {
  return Object.fromEntries(secrets.map((name) => {
    const value = secret(name);
    if (value === undefined || value === "") {
      throw new UserError(
        `Expected the secret ${name} in the environment but found none; the job of ${run} needs it ` +
          `(set it, and name it with --secret ${name})`,
      );
    }
    return [name, value];
  }));
}
