import { type ClipRange, isClipped } from "./clip_range.ts";
import { logRatio } from "./log_ratio.ts";
import type { Surrogate } from "./surrogate.ts";

/**
 * The clipped surrogate of GSPO (arXiv 2507.18071, Eq. 5 and 7), which has one ratio a completion.
 *
 * A completion adds `min(s A, clip(s, 1 − low, 1 + high) A)` with `s = exp(1/L Σ_t (now − then))`. Each token's share of
 * its slope is `s A`, to be averaged over the L tokens, and 0 for all of them where the clipped branch is the minimum.
 */
export function sequenceSurrogate(clip: ClipRange): Surrogate {
  return ({ advantage, now, then }) => {
    const sum = now.reduce((sum, logprob, t) => sum + logRatio(logprob, then[t] ?? NaN), 0);
    const ratio = now.length === 0 ? 1 : Math.exp(sum / now.length);
    const slopes = new Float64Array(now.length);
    if (isClipped(ratio, advantage, clip)) return { slopes, clipped: now.length };
    return { slopes: slopes.fill(ratio * advantage), clipped: 0 };
  };
}
