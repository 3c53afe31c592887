import { dirname, join } from "node:path";
import { UserError } from "../errors.ts";

/**
 * The folder called `runs` that is nearest: in a folder, or beside one that it is in.
 *
 * @throws {UserError} If there is none.
 */
export async function nearestRuns(start: string): Promise<string> {
  for (let at = start;; at = dirname(at)) {
    const folder = join(at, "runs");
    if (await isThere(folder)) return folder;
    if (dirname(at) === at) break;
  }
  throw new UserError(
    `Expected a folder called "runs" in "${start}" or above it but found none; deno task run makes one, ` +
      'and runs("example_runs") opens the example',
  );
}

/** Whether a path leads anywhere. */
export async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, (error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
}
