/**
 * How the tokens of a batch are averaged: over each completion and then over completions (`"sequence"`, as GRPO), over
 * all tokens (`"token"`, as DAPO), or by a constant number of tokens a completion (`"constant"`, as Dr. GRPO).
 */
export type Aggregate = "sequence" | "token" | "constant";

/**
 * What the terms of each completion's tokens are divided by, and then summed: `L_i N`, `Σ L_i`, or `L_max N`.
 *
 * @param lengths L_i, the tokens of each of the N completions.
 * @param maxTokens L_max, the most tokens of a completion.
 *
 * @example
 * ```ts
 * import { divisors } from "exitlab/lib/objective/aggregate.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(divisors([1, 3], "sequence", 5), [2, 6]);
 * assert.deepEqual(divisors([1, 3], "token", 5), [4, 4]);
 * assert.deepEqual(divisors([1, 3], "constant", 5), [10, 10]);
 * ```
 */
export function divisors(lengths: readonly number[], aggregate: Aggregate, maxTokens: number): number[] {
  if (aggregate === "sequence") return lengths.map((length) => length * lengths.length);
  const shared = aggregate === "token"
    ? lengths.reduce((sum, length) => sum + length, 0)
    : maxTokens * lengths.length;
  return lengths.map(() => shared);
}
