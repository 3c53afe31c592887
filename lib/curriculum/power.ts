import type { Weighting } from "./exponential_draw.ts";

/** The utility of a score of 0, in place of −∞: beside any other it weighs nothing, whatever the exponent. */
const nothing = -1e300;

/** Weights S^exponent; while all scores are 0, all weights are equal. */
export function power(exponent: number): Weighting {
  return { utility: (score) => score === 0 ? nothing : Math.log(score), slope: () => exponent };
}
