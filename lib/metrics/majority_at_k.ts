/**
 * Which of the first k attempts a majority vote picks: one whose response is the most common; of several equally
 * common responses, the one seen first. It needs no oracle.
 *
 * @param responses Anything that is equal for equal responses, in the order drawn.
 * @param k In [1, the number of responses].
 * @returns Where the picked response was first seen.
 * @throws {RangeError} If k is not in that range.
 *
 * @example
 * ```ts
 * import { majorityAtK } from "exitlab/lib/metrics/majority_at_k.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(majorityAtK(["4", "5", "5"], 3), 1);
 * assert.equal(majorityAtK(["4", "5", "5"], 2), 0);
 * ```
 */
export function majorityAtK(responses: readonly (string | number)[], k: number): number {
  if (!(k >= 1 && k <= responses.length)) {
    throw new RangeError(
      `Expected k to be in [1, ${responses.length}], the number of responses, but found ${k}`,
    );
  }
  const votes = new Map<string | number, { first: number; count: number }>();
  for (const [at, response] of responses.slice(0, k).entries()) {
    const { first, count } = votes.get(response) ?? { first: at, count: 0 };
    votes.set(response, { first, count: count + 1 });
  }
  // A map keeps the order in which its keys came, so that a later response has to have more votes.
  return [...votes.values()].reduce((best, vote) => vote.count > best.count ? vote : best).first;
}
