/**
 * Where the names at the ends of lines stand: at their ends, or as near to them as the others let them.
 *
 * @param ends The last point of each line.
 * @param line How far apart names must be, in units of y.
 * @param floor Where the lowest name may stand; those above give way.
 * @param ceiling Where the highest may stand; those below give way, if there is room for all.
 *
 * @example
 * ```ts
 * import { spreadLabels } from "exitlab/lib/report/charts/spread_labels.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(spreadLabels([{ y: 1 }, { y: 1 }, { y: 9 }], 2).map(({ height }) => height), [0, 2, 9]);
 * assert.deepEqual(spreadLabels([{ y: 9 }, { y: 9 }], 2, 0, 9).map(({ height }) => height), [7, 9]);
 * ```
 */
export function spreadLabels<End extends { readonly y: number }>(
  ends: readonly End[],
  line: number,
  floor: number = -Infinity,
  ceiling: number = Infinity,
): (End & { readonly height: number })[] {
  const sorted = ends.toSorted((a, b) => a.y - b.y);
  const heights = sorted.map(({ y }) => y);
  // Neighbours that are too near push each other apart, until none is.
  for (let round = 0; round < 100; round++) {
    let moved = false;
    for (const [at, height] of heights.entries()) {
      const below = heights[at - 1];
      if (below === undefined || height - below >= line * 0.999) continue;
      const middle = (height + below) / 2;
      [heights[at - 1], heights[at]] = [middle - line / 2, middle + line / 2];
      moved = true;
    }
    if (!moved) break;
  }
  let [lowest, highest] = [floor, ceiling];
  for (let at = heights.length - 1; at >= 0; at--) {
    heights[at] = Math.min(heights[at] ?? 0, highest);
    highest = (heights[at] ?? 0) - line;
  }
  for (const [at, height] of heights.entries()) {
    heights[at] = Math.max(height, lowest);
    lowest = (heights[at] ?? 0) + line;
  }
  return sorted.map((end, at) => ({ ...end, height: heights[at] ?? end.y }));
}
