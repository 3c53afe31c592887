import { UserError } from "../../lib/errors.ts";
import type { JobInfo } from "./hub/job.ts";

/** Keeps count of what jobs cost, and refuses one that could cost too much. */
export class Spending {
  readonly #most: number | null;
  /** What each job cost or may still cost, by id. */
  readonly #jobs = new Map<string, number>();

  /** At most so many US dollars; `null` for no limit. */
  constructor(most: number | null) {
    this.#most = most;
  }

  /** What all jobs cost so far or may still cost. */
  get total(): number {
    return [...this.#jobs.values()].reduce((sum, cost) => sum + cost, 0);
  }

  /**
   * Refuses a job that could bring the sum above the limit.
   *
   * @param dollars What it costs at most.
   * @throws {UserError} If it is too much.
   */
  allow(dollars: number): void {
    if (this.#most === null || this.total + dollars <= this.#most) return;
    throw new UserError(
      `A job more may cost $${dollars.toFixed(2)}, and with $${
        this.total.toFixed(2)
      } for those before it that is more ` +
        `than --max-cost ${this.#most}; raise it, and run the same command again to go on`,
    );
  }

  /** Takes in a job: what it may still cost while it runs, and what it cost once it is over. */
  count(job: JobInfo, over: boolean, pricePerHour: number, most: number): void {
    const spent = (job.runningSeconds ?? 0) / 3600 * pricePerHour;
    this.#jobs.set(job.id, over ? spent : Math.max(most, spent));
  }
}
