import type { WeighedCompletion } from "./objective.ts";

/** How far the ratio ρ may leave 1 before it stops paying: the interval [1 − low, 1 + high]. */
export type ClipRange = {
  /** In [0, 1]. */
  readonly low: number;
  /** At least 0. */
  readonly high: number;
};

/** Log-ratios are cut here, so that a token that became all but impossible cannot make a coefficient infinite. */
const LARGEST_LOG_RATIO = 20;

/**
 * The gradient of the clipped surrogate, as one coefficient of −log π a token.
 *
 * The loss (Eq. 4 of arXiv 2509.04575 without its KL term) over N completions of lengths L_i is
 * `−1/N Σ_i 1/L_i Σ_t min(ρ A_i, clip(ρ, 1 − low, 1 + high) A_i)` with `ρ = exp(now − then)`. As `∇ρ = ρ ∇log π`, a
 * token's coefficient is `ρ A_i / (L_i N)`, and 0 where the minimum is the clipped, constant branch.
 *
 * @param batch N completions; those with advantage 0 belong to the batch and count towards N.
 * @returns One array of L_i coefficients a completion, and the share of the batch's tokens that were clipped.
 * @throws {RangeError} If a completion's two arrays differ in length.
 */
export function clippedSurrogate(
  batch: readonly Pick<WeighedCompletion, "advantage" | "now" | "then">[],
  clip: ClipRange,
): { coefficients: Float32Array[]; clipped: number } {
  let tokens = 0;
  let clipped = 0;
  const coefficients = batch.map(({ advantage, now, then }) => {
    if (now.length !== then.length) {
      throw new RangeError(
        `Expected as many log-probabilities now as then (${then.length}) but found ${now.length}`,
      );
    }
    tokens += now.length;
    return now.map((logprob, t) => {
      const difference = logprob - (then[t] ?? 0);
      const ratio = Math.exp(Math.max(-LARGEST_LOG_RATIO, Math.min(LARGEST_LOG_RATIO, difference)));
      if (isClipped(ratio, advantage, clip)) {
        clipped++;
        return 0;
      }
      return ratio * advantage / (now.length * batch.length);
    });
  });
  return { coefficients, clipped: tokens === 0 ? 0 : clipped / tokens };
}

/** Whether the ratio has moved out of the interval in the direction that the advantage rewards. */
function isClipped(ratio: number, advantage: number, { low, high }: ClipRange): boolean {
  return advantage > 0 ? ratio > 1 + high : advantage < 0 && ratio < 1 - low;
}
