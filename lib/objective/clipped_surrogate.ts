import { type ClipRange, isClipped } from "./clip_range.ts";
import { logRatio } from "./log_ratio.ts";
import type { Surrogate } from "./surrogate.ts";

/**
 * The clipped surrogate of PPO (arXiv 1707.06347, Eq. 7; Eq. 4 of arXiv 2509.04575), token by token.
 *
 * A token adds `min(ρ A, clip(ρ, 1 − low, 1 + high) A)` with `ρ = exp(now − then)`. As `∇ρ = ρ ∇log π`, its slope is
 * `ρ A`, and 0 where the minimum is the clipped, constant branch. A *dual* clip (arXiv 1912.09729, Eq. 5) keeps what a
 * token with `A < 0` adds at `c A` or more: its slope is 0 where `ρ > c`, too.
 *
 * @param dualClip c, above 1; `null` for none.
 */
export function clippedSurrogate(clip: ClipRange, dualClip: number | null): Surrogate {
  return ({ advantage, now, then }) => {
    let clipped = 0;
    const slopes = Float64Array.from(now, (logprob, t) => {
      const ratio = Math.exp(logRatio(logprob, then[t] ?? NaN));
      const capped = dualClip !== null && advantage < 0 && ratio > dualClip;
      if (!capped && !isClipped(ratio, advantage, clip)) return ratio * advantage;
      clipped++;
      return 0;
    });
    return { slopes, clipped };
  };
}
