import { errorMessage, UserError } from "../../lib/errors.ts";
import { cancelJobs, countEarlier } from "./ensure_job.ts";
import { type FollowContext, type FollowEnd, followRun } from "./follow_run.ts";
import type { RemoteRun } from "./remote_run.ts";

/** What following several runs needs. */
export interface FollowAllContext extends FollowContext {
  /** Whether the jobs are cancelled when the signal comes. */
  readonly cancel: boolean;
  /** How many are submitted at the same time. */
  readonly atOnce: number;
}

/**
 * Follows runs to their ends, so many at a time. One that fails does not keep others from finishing.
 *
 * @returns `"left"` if the signal came before the last was finished.
 * @throws {UserError} With what went wrong in each run that failed, once the others are done.
 */
export async function followRuns(
  remotes: readonly RemoteRun[],
  context: FollowAllContext,
): Promise<FollowEnd> {
  const { client, costs, signal, cancel, atOnce } = context;
  await countEarlier(client, remotes, costs);
  const failures: unknown[] = [];
  let left = false;
  const waiting = [...remotes];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        if (signal.aborted || await followRun(next, context) === "left") left = true;
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, remotes.length) }, lane));
  if (left && cancel) {
    for (const remote of remotes) await cancelJobs(client, remote).catch((error) => failures.push(error));
  }
  const [first, ...others] = failures;
  if (first === undefined) return left ? "left" : "finished";
  const defect = failures.find((failure) => !(failure instanceof UserError));
  if (defect !== undefined) throw defect;
  throw others.length === 0 ? first : new UserError([...new Set(failures.map(errorMessage))].join("\n"));
}
