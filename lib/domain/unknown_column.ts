import { closest } from "../closest.ts";
import { UserError } from "../errors.ts";

/** The most names that a message lists. */
const mostNames = 30;

/**
 * Refuses columns that a table does not have.
 *
 * @param what The table, as the message shall call it.
 * @throws {UserError} With the closest column, and those that there are.
 */
export function checkHasColumns(what: string, known: readonly string[], wanted: readonly string[]): void {
  const missing = wanted.find((column) => !known.includes(column));
  if (missing === undefined) return;
  const guess = closest(missing, known);
  const hint = guess === undefined ? "" : `Did you mean "${shown(guess)}"? `;
  throw new UserError(`${what} has no column "${shown(missing)}" (${hint}It has ${listNames(known)})`);
}

/** Names from outside, parted by commas; they may hold anything, and must not steer a terminal. */
export function listNames(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const more = names.length - mostNames;
  return names.slice(0, mostNames).map(shown).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function shown(name: string): string {
  return name.replaceAll(/\p{C}/gu, "·").slice(0, 100);
}
