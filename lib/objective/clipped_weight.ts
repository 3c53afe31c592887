import type { ClipRange } from "./clip_range.ts";
import { logRatio } from "./log_ratio.ts";
import type { Surrogate } from "./surrogate.ts";

/**
 * The surrogate of CISPO (arXiv 2506.13585, Eq. 4 and 5): the weight is clipped instead of the update.
 *
 * A token adds `sg(clip(ρ, 1 − low, 1 + high)) A log π` with `ρ = exp(now − then)`, where nothing is derived through
 * `sg`: its slope is the clipped ratio times A, and no token is ever dropped.
 */
export function clippedWeight({ low, high }: ClipRange): Surrogate {
  return ({ advantage, now, then }) => {
    let clipped = 0;
    const slopes = Float64Array.from(now, (logprob, t) => {
      const ratio = Math.exp(logRatio(logprob, then[t] ?? NaN));
      const weight = Math.max(1 - low, Math.min(1 + high, ratio));
      if (weight !== ratio && advantage !== 0) clipped++;
      return weight * advantage;
    });
    return { slopes, clipped };
  };
}
