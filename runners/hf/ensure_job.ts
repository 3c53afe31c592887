import { UserError } from "../../lib/errors.ts";
import type { HubClient } from "./hub/hub_client.ts";
import { isOver, type JobInfo } from "./hub/job.ts";
import { cancelJob, createJob, listJobs } from "./hub/jobs.ts";
import { attemptOf, cellLabels } from "./labels.ts";
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
  const { exitlab, cell } = cellLabels(remote);
  const jobs = await listJobs(client, remote.namespace, {
    labels: { exitlab: exitlab ?? "", cell: cell ?? "" },
  });
  return jobs.toSorted((a, b) =>
    attemptOf(b.labels) - attemptOf(a.labels) || (a.createdAt < b.createdAt ? -1 : 1)
  );
}

/**
 * The job of a cell that is under way; a new one if there is none. Two submissions at the same moment end with one job.
 *
 * @param secret The value of a secret, by its name.
 * @param allow Told what a new job costs at most, in US dollars; throws if that is too much.
 * @throws {UserError} If a secret is not set, or the Hub refuses.
 */
export async function ensureJob(
  client: HubClient,
  remote: RemoteRun,
  secret: (name: string) => string | undefined,
  allow: (dollars: number) => void,
): Promise<EnsuredJob> {
  const before = await jobsOfCell(client, remote);
  const live = before.find((job) => !isOver(job));
  if (live !== undefined) return { job: live, found: true };
  allow(mostCost(remote));
  const attempt = 1 + Math.max(0, ...before.map(({ labels }) => attemptOf(labels)));
  const job = await createJob(client, remote.namespace, {
    ...remote.job,
    secrets: readSecrets(remote.secrets, secret),
    labels: { ...cellLabels(remote), attempt: String(attempt) },
  });
  const rivals = (await jobsOfCell(client, remote)).filter((other) => !isOver(other) && other.id !== job.id);
  const first =
    [job, ...rivals].toSorted((a, b) =>
      a.createdAt === b.createdAt ? (a.id < b.id ? -1 : 1) : a.createdAt < b.createdAt ? -1 : 1
    )[0] ?? job;
  if (first.id === job.id) return { job, found: false };
  await cancelJob(client, remote.namespace, job.id);
  return { job: first, found: true };
}

/** What a job of a run costs at most, in US dollars. */
export function mostCost({ job, pricePerHour }: Pick<RemoteRun, "job" | "pricePerHour">): number {
  return job.timeoutSeconds / 3600 * pricePerHour;
}

function readSecrets(
  names: readonly string[],
  secret: (name: string) => string | undefined,
): Record<string, string> {
  return Object.fromEntries(names.map((name) => {
    const value = secret(name);
    if (value === undefined || value === "") {
      throw new UserError(`Expected the secret ${name} in the environment but found none; a job needs it`);
    }
    return [name, value];
  }));
}
