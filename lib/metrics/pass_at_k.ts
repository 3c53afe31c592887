/**
 * The probability that at least one of k independent attempts solves a task, without bias from n ≥ k of them:
 * 1 − C(n − c, k) / C(n, k) (Chen et al. 2021, arXiv 2107.03374, equation 1). It presumes an oracle that picks the
 * right one.
 *
 * @param attempts n, how many were drawn.
 * @param solved c, how many of them solve the task; in [0, n].
 * @param k In [1, n].
 * @returns In [0, 1].
 * @throws {RangeError} If k is not in [1, n].
 *
 * @example
 * ```ts
 * import { passAtK } from "exitlab/lib/metrics/pass_at_k.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(passAtK(4, 1, 2), 0.5);
 * assert.equal(passAtK(4, 3, 2), 1);
 * ```
 */
export function passAtK(attempts: number, solved: number, k: number): number {
  if (!(k >= 1 && k <= attempts)) {
    throw new RangeError(`Expected k to be in [1, ${attempts}], the number of attempts, but found ${k}`);
  }
  let noneSolves = 1;
  for (let drawn = 0; drawn < k; drawn++) {
    noneSolves *= Math.max(0, attempts - solved - drawn) / (attempts - drawn);
  }
  return 1 - noneSolves;
}
