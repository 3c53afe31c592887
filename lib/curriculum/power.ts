import type { Weighting } from "./exponential_draw.ts";

/** A score of 0 counts as this, so that it has a logarithm: beside any other it is never drawn. */
const leastScore = 1e-300;

/** Weights S^exponent; while all scores are 0, all weights are equal. */
export function power(exponent: number): Weighting {
  return { utility: (score) => Math.log(Math.max(score, leastScore)), slope: () => exponent };
}
