import { isAbsolute } from "node:path";
import { builtInCompetition } from "./built_in.ts";
import type { Competition } from "./competition.ts";
import { readCompetition } from "./read_competition.ts";

/**
 * The competition that a word names: with a slash or a dot it is a folder, such as `./mine`, else the id of a built-in one.
 *
 * @throws {UserError} If there is no such competition, or its folder is wrong.
 *
 * @example
 * ```ts
 * import { findCompetition } from "exitlab/domains/mle/competition/find_competition.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(findCompetition("wages").id, findCompetition("domains/mle/competitions/wages").id);
 * ```
 */
export function findCompetition(word: string): Competition {
  return isFolder(word) ? readCompetition(word) : builtInCompetition(word);
}

/** Whether a word names a folder rather than a built-in competition. */
export function isFolder(word: string): boolean {
  return isAbsolute(word) || /[./\\]/.test(word);
}
