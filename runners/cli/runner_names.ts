import type { RunnerName } from "../../lib/engine/engine.ts";
import { UserError } from "../../lib/errors.ts";

/** The runners, the usual one first. */
export const runnerNames: readonly RunnerName[] = ["local", "tgi", "hf"];

/**
 * The runner of this name.
 *
 * @throws {UserError} If there is none.
 */
export function parseRunner(text: string): RunnerName {
  const known = runnerNames.find((name) => name === text);
  if (known !== undefined) return known;
  throw new UserError(`Expected --runner to be local, tgi or hf but found "${text}"`);
}
