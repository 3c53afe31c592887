/**
 * Creates, finds and cancels jobs.
 *
 * The Hub knows no idempotency key, so a job that may have been created is looked for by its labels before another one is.
 *
 * @module
 */
import * as v from "valibot";
import { type HubClient, HubError, type Page } from "./hub_client.ts";
import { isOver, type JobAnswer, type JobInfo, jobSchema, toJob } from "./job.ts";
import { checkJobSpec, type JobSpec } from "./job_spec.ts";

/** Which jobs are listed. */
export interface JobFilter {
  /** All of these they must have. */
  readonly labels?: { readonly [key: string]: string };
  /** One of these it must be in. Default any. */
  readonly stages?: readonly string[];
  /** Ends the request. */
  readonly signal?: AbortSignal;
}

/** How often a job is sent, and the waits before each look for one that may have been created. */
const [mostTries, looks] = [4, [1000, 2000, 4000]] as const;
/** The longest wait before it is sent again, in milliseconds, which the Hub may ask for. */
const longestWait = 300_000;

/**
 * Creates a job. After trouble that leaves open whether there is one now (a connection that is cut, a 5xx) it looks for a
 * job with all the labels that was not there before, and takes it; only if there is none, it sends it again.
 *
 * @param spec Its labels are what it is found by: without any, nothing is sent again after such trouble.
 * @throws {RangeError} If a field of the spec is wrong.
 * @throws {HubError} If the Hub refuses, or cannot be reached; `ambiguous` if there may be a job all the same.
 */
export async function createJob(client: HubClient, namespace: string, spec: JobSpec): Promise<JobInfo> {
  const body = checkJobSpec(spec);
  const labels = body.labels ?? {};
  const secrets = Object.values(body.secrets ?? {});
  const hasLabels = Object.keys(labels).length > 0;
  const before = new Set(
    hasLabels ? (await listJobs(client, namespace, { labels })).map(({ id }) => id) : [],
  );
  const madeSince = async () =>
    (await listJobs(client, namespace, { labels })).filter(({ id }) => !before.has(id));
  let doubtful: HubError | undefined;
  for (let tries = 1;; tries++) {
    let answer: JobAnswer;
    try {
      answer = await client.request("POST", jobsPath(namespace), jobSchema, { body, secrets });
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      if (error.ambiguous) {
        doubtful = error;
        // Lists may be late: where two may have been made, the first that shows is not enough.
        const made = hasLabels ? await lookFor(client, madeSince, tries > 1) : undefined;
        if (made === undefined) throw error;
        if (made.length > 0) return await keepOldest(client, namespace, made);
      }
      const wait = Math.max(1000 * 2 ** (tries - 1), error.retryAfter ?? 0);
      // A 429 without a time to wait is a quota, and no rate.
      const isQuota = error.status === 429 && error.retryAfter === null;
      const mayRepeat = error.transient && !isQuota;
      if (!mayRepeat || tries === mostTries || wait > longestWait) throw doubtful ?? error;
      client.access.onRetry?.(`${error.message}: creating it again in ${wait / 1000} s`);
      await client.wait(wait);
      continue;
    }
    const job = toJob(answer, client, namespace);
    if (doubtful === undefined) return job;
    const others = (await lookFor(client, madeSince, true) ?? []).filter(({ id }) => id !== job.id);
    return await keepOldest(client, namespace, [job, ...others]);
  }
}

/**
 * The jobs that came into being through requests that seemed to fail; `undefined` if nobody can say.
 *
 * @param areMany Whether there may be several: then it looks to the end.
 */
async function lookFor(
  client: HubClient,
  madeSince: () => Promise<JobInfo[]>,
  areMany: boolean,
): Promise<JobInfo[] | undefined> {
  try {
    let made: JobInfo[] = [];
    for (const wait of looks) {
      await client.wait(wait);
      made = await madeSince();
      if (made.length > 0 && !areMany) break;
    }
    return made;
  } catch (error) {
    if (error instanceof HubError) return undefined;
    throw error;
  }
}

/** Of jobs that were created for the same call, keeps the oldest and cancels the others; `made` has the newest first. */
async function keepOldest(client: HubClient, namespace: string, made: readonly JobInfo[]): Promise<JobInfo> {
  const [oldest, ...doubles] = made.toReversed();
  if (oldest === undefined) throw new RangeError("Expected at least one job");
  for (const job of doubles) if (!isOver(job)) await cancelJob(client, namespace, job.id);
  return oldest;
}

/**
 * A job as it stands.
 *
 * @throws {HubError} If there is none, the Hub refuses, or cannot be reached.
 */
export async function getJob(
  client: HubClient,
  namespace: string,
  id: string,
  signal?: AbortSignal,
): Promise<JobInfo> {
  const options = signal === undefined ? {} : { signal };
  const path = `${jobsPath(namespace)}/${encodeURIComponent(id)}`;
  return toJob(await client.request("GET", path, jobSchema, options), client, namespace);
}

/**
 * All jobs that a filter lets through, the newest first.
 *
 * @throws {HubError} If the Hub refuses or cannot be reached.
 */
export async function listJobs(
  client: HubClient,
  namespace: string,
  { labels = {}, stages, signal }: JobFilter = {},
): Promise<JobInfo[]> {
  const query = new URLSearchParams([
    ...(stages ?? []).map((stage) => ["stage", stage]),
    ...Object.entries(labels).map(([key, value]) => ["label", `${key}=${value}`]),
  ]);
  const first = `${jobsPath(namespace)}${query.size > 0 ? `?${query}` : ""}`;
  const found = new Map<string, JobInfo>();
  const seen = new Set<string>();
  for (let path: string | null = first; path !== null && !seen.has(path);) {
    seen.add(path);
    const page: Page<JobAnswer[]> = await client.page(
      path,
      v.array(jobSchema),
      signal === undefined ? {} : { signal },
    );
    for (const answer of page.value) found.set(answer.id, toJob(answer, client, namespace));
    path = page.next;
  }
  // Whether several labels mean all of them is the Hub's affair; here they do.
  return [...found.values()]
    .filter((job) => Object.entries(labels).every(([key, value]) => job.labels[key] === value))
    .filter(({ stage }) => stages === undefined || stages.includes(stage))
    .toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
}

/**
 * Cancels a job. One that is over stays as it is, without an error.
 *
 * @throws {HubError} If there is no such job, the Hub refuses, or cannot be reached.
 */
export async function cancelJob(client: HubClient, namespace: string, id: string): Promise<void> {
  const path = `${jobsPath(namespace)}/${encodeURIComponent(id)}/cancel`;
  try {
    await client.request("POST", path, v.unknown(), { retry: true });
  } catch (error) {
    const isRefused = error instanceof HubError && error.status !== null && !error.transient &&
      error.status !== 401;
    if (!isRefused || !isOver(await getJob(client, namespace, id))) throw error;
  }
}

/** The path of a namespace's jobs. */
export function jobsPath(namespace: string): string {
  return `/api/jobs/${encodeURIComponent(namespace)}`;
}
