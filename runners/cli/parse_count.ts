import { UserError } from "../../lib/errors.ts";
import type { CommandLine } from "./command.ts";

/**
 * An option that is a whole number of at least 1.
 *
 * @returns `undefined` if it was not given.
 * @throws {UserError} If it is another thing.
 */
export function parseCount(line: CommandLine, name: string): number | undefined {
  const text = line.value(name);
  if (text === undefined) return undefined;
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count > 0) return count;
  throw new UserError(`Expected --${name} to be a whole number of at least 1 but found "${text}"`);
}
