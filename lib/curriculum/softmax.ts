import type { Weighting } from "./exponential_draw.ts";

/** A largest score below this counts as 0: what rounding leaves of equal rewards must not be blown up. */
const leastScore = 1e-12;

/**
 * Weights exp(κ · S / S_max), S_max being the largest score in the store at the moment (section 4.1 of
 * arXiv 2509.04575, with κ made independent of the scale of S). While all scores are 0, all weights are equal.
 */
export class Softmax implements Weighting {
  /** κ, from 0 (uniform) to 100. */
  kappa: number;

  /** Starts with this κ. */
  constructor(kappa: number) {
    this.kappa = kappa;
  }

  /** The score itself. */
  utility(score: number): number {
    return score;
  }

  /** κ / S_max, or 0 while there is no score to speak of. */
  slope(largest: number): number {
    return largest < leastScore ? 0 : this.kappa / largest;
  }
}
