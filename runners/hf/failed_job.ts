/**
 * What is said of jobs that ended as they should not.
 *
 * @module
 */
import { UserError } from "../../lib/errors.ts";
import type { JobInfo } from "./hub/job.ts";
import type { RemoteRun } from "./remote_run.ts";

/** That several jobs ended before their time, though each saved something. */
export function failing(remote: RemoteRun, job: JobInfo, count: number, last: readonly string[]): UserError {
  return new UserError(
    `${count} jobs of ${remote.run} in a row ended long before their time, ${job.id} as ${job.stage}${
      inBrackets(job)
    }; what they did is saved: look at the log, and run the same command again to go on${shown(last)}`,
  );
}

function inBrackets({ message }: JobInfo): string {
  return message === null ? "" : ` (${message})`;
}

function shown(lines: readonly string[]): string {
  return lines.map((line) => `\n  ${line}`).join("");
}

/** That a job ended and left nothing to go on from. */
export function noProgress(remote: RemoteRun, job: JobInfo, last: readonly string[]): UserError {
  return new UserError(
    `The job ${job.id} of ${remote.run} ended as ${job.stage}${
      inBrackets(job)
    } before a new checkpoint was saved; look at its log, ` +
      `raise --timeout or lower checkpoint.every, and run the same command again${shown(last)}`,
  );
}
