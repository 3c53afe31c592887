import { fileURLToPath } from "node:url";
import { closest, UserError } from "../../../lib/domain/mod.ts";
import type { Competition } from "./competition.ts";
import { readCompetition } from "./read_competition.ts";

/** The ids of the competitions that come with the domain; each is a folder in `domains/mle/competitions/`. */
export const builtInCompetitions: readonly string[] = [
  "penguin-sex",
  "seattle-weather",
  "wages",
  "sensor-fault",
  "doctor-visits",
  "digits",
  "tumour",
  "co2",
  "sotu-year",
];

const read = new Map<string, Competition>();

/**
 * A competition that comes with the domain, read once and shared.
 *
 * @throws {UserError} If there is none of this id, with the closest one.
 *
 * @example
 * ```ts
 * import { builtInCompetition } from "exitlab/domains/mle/competition/built_in.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(builtInCompetition("co2").metric, "rmse");
 * assert.throws(() => builtInCompetition("digit"), /Did you mean "digits"\?/);
 * ```
 */
export function builtInCompetition(id: string): Competition {
  const known = read.get(id);
  if (known !== undefined) return known;
  if (!builtInCompetitions.includes(id)) {
    const guess = closest(id, builtInCompetitions);
    const hint = guess === undefined
      ? `known are ${builtInCompetitions.join(", ")}`
      : `Did you mean "${guess}"?`;
    throw new UserError(`Unknown competition "${id}" (${hint})`);
  }
  const competition = readCompetition(builtInFolder(id));
  read.set(id, competition);
  return competition;
}

/** The folder of a competition that comes with the domain. */
export function builtInFolder(id: string): string {
  return fileURLToPath(new URL(`../competitions/${id}`, import.meta.url));
}
