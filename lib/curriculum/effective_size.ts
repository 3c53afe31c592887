/**
 * The effective sample size (Σw)² / Σw² of draws by weights: n if all are equal, near 1 if one outweighs all others; 0
 * if there are none.
 *
 * @param size n, how many weights there are.
 * @param weight The weight at an index, at least 0; in any unit.
 *
 * @example
 * ```ts
 * import { effectiveSize } from "exitlab/lib/curriculum/effective_size.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(effectiveSize(4, () => 0.1), 4);
 * assert.equal(effectiveSize(4, (index) => index < 2 ? 1 : 0), 2);
 * ```
 */
export function effectiveSize(size: number, weight: (index: number) => number): number {
  let [sum, squares] = [0, 0];
  for (let index = 0; index < size; index++) {
    const own = weight(index);
    sum += own;
    squares += own * own;
  }
  return squares === 0 ? 0 : sum * sum / squares;
}
