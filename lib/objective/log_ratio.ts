/** Log-ratios are cut here, so that a token that became all but impossible cannot make a weight infinite. */
const LARGEST = 20;

/**
 * `log(p / q)` of two probabilities, cut to [−20, 20].
 *
 * @param logP log p, in nats; −∞ for an impossible token.
 * @param logQ log q.
 * @returns 0 for two equal arguments, −∞ included; `NaN` stays `NaN`.
 *
 * @example
 * ```ts
 * import { logRatio } from "exitlab/lib/objective/log_ratio.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(logRatio(-1, -1.5), 0.5);
 * assert.equal(logRatio(-Infinity, -1), -20);
 * ```
 */
export function logRatio(logP: number, logQ: number): number {
  return logP === logQ ? 0 : Math.max(-LARGEST, Math.min(LARGEST, logP - logQ));
}
