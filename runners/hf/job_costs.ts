import { UserError } from "../../lib/errors.ts";
import { isOver, type JobInfo } from "./hub/job.ts";
import { priceOf } from "./labels.ts";
import type { RemoteRun } from "./remote_run.ts";

/** What a job of a run costs at most, in US dollars. */
export function mostCost({ job, pricePerHour }: Pick<RemoteRun, "job" | "pricePerHour">): number {
  return job.timeoutSeconds / 3600 * pricePerHour;
}

/** Keeps count of what jobs cost, and refuses one that could cost too much. */
export class JobCosts {
  /** The most that all jobs together may cost, in US dollars; `null` for no limit. */
  readonly most: number | null;
  /** What each job cost or may still cost, by id. */
  readonly #jobs = new Map<string, number>();
  /** What jobs may cost that are being made. */
  #reserved = 0;

  /** At most so many US dollars; `null` for no limit. */
  constructor(most: number | null) {
    this.most = most;
  }

  /** What all jobs cost so far or may still cost. */
  get total(): number {
    return [...this.#jobs.values()].reduce((sum, cost) => sum + cost, this.#reserved);
  }

  /**
   * Sets aside what a job may cost that is about to be made.
   *
   * @returns Gives it back, once the job is counted or was not made.
   * @throws {UserError} If the sum could come above the limit.
   */
  reserve(remote: Pick<RemoteRun, "job" | "pricePerHour">): () => void {
    const dollars = mostCost(remote);
    if (this.most !== null && this.total + dollars > this.most) {
      throw new UserError(
        `A job more may cost $${dollars.toFixed(2)}, and with $${
          this.total.toFixed(2)
        } for those before it ` +
          `that is more than --max-cost ${this.most}; raise it, and run the same command again to go on`,
      );
    }
    this.#reserved += dollars;
    return () => void (this.#reserved -= dollars);
  }

  /** Takes in a job of a run as it stands: what it may still cost, or what it cost once it is over. */
  count(job: JobInfo, remote: Pick<RemoteRun, "job" | "pricePerHour">): void {
    const { price, hours } = priceOf(job.labels) ??
      { price: remote.pricePerHour, hours: remote.job.timeoutSeconds / 3600 };
    const spent = hoursOf(job);
    this.#jobs.set(job.id, price * (isOver(job) ? spent ?? hours : Math.max(hours, spent ?? 0)));
  }
}

/** The hours that a job has run; `undefined` if that is not known. */
export function hoursOf({ runningSeconds, startedAt, finishedAt }: JobInfo): number | undefined {
  if (runningSeconds !== null) return runningSeconds / 3600;
  if (startedAt === null) return 0;
  return finishedAt === null ? undefined : (Date.parse(finishedAt) - Date.parse(startedAt)) / 3.6e6;
}
