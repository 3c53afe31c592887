/**
 * The candidate that a misspelt word most likely meant, or `undefined` if none is near.
 *
 * @example
 * ```ts
 * import { closest } from "exitlab/lib/closest.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(closest("probabilty", ["capacity", "probability"]), "probability");
 * assert.equal(closest("zebra", ["capacity", "probability"]), undefined);
 * ```
 */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  // A third of the letters may be wrong, two in any case, but not all of them.
  const allowed = Math.min(Math.max(2, word.length / 3), word.length - 1);
  return best !== undefined && best.distance <= allowed ? best.candidate : undefined;
}

/** Levenshtein distance: the least number of inserted, removed and replaced characters. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [i, charA] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, charB] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (charA === charB ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
