import { UserError } from "../../lib/errors.ts";
import type { CommandLine } from "./command.ts";

/**
 * An option that is a sum of US dollars, above 0.
 *
 * @returns `null` if it was not given.
 * @throws {UserError} If it is another thing.
 */
export function readDollars(line: CommandLine, name: string): number | null {
  const text = line.value(name);
  if (text === undefined) return null;
  const dollars = Number(text);
  if (text.trim() !== "" && Number.isFinite(dollars) && dollars > 0) return dollars;
  throw new UserError(`Expected --${name} to be a sum in US dollars such as 20 but found "${text}"`);
}
