/**
 * P-values adjusted for their number by Holm's step-down method (Holm 1979): the chance that any true null hypothesis
 * among them falls below a level is at most that level, however the tests depend on each other.
 *
 * @param pValues In [0, 1], in any order.
 * @returns The adjusted values, in [0, 1] and the same order; none is below its own p-value.
 *
 * @example
 * ```ts
 * import { holm } from "exitlab/lib/metrics/holm.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(holm([0.01, 0.5, 0.02]), [0.03, 0.5, 0.04]);
 * ```
 */
export function holm(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].toSorted((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1));
  const adjusted = pValues.map(() => 1);
  let floor = 0;
  for (const [rank, at] of order.entries()) {
    floor = Math.max(floor, Math.min(1, (pValues.length - rank) * (pValues[at] ?? 1)));
    adjusted[at] = floor;
  }
  return adjusted;
}
