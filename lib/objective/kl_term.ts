import * as v from "valibot";
import { positive, whole } from "../part.ts";
import type { KlOptions } from "./objective.ts";

/** The KL term with its refreshes optional. */
export type KlInput = Pick<KlOptions, "coefficient"> & Partial<KlOptions>;

const mix = v.pipe(positive, v.check((value) => value <= 1, "a number in (0, 1]"));

/** Schema of the KL term; the reference stays as it is when nothing is said of refreshes. */
export const klOptions: v.GenericSchema<object, KlOptions> = v.pipe(
  v.strictObject({
    coefficient: positive,
    refreshEvery: v.optional(whole(0), 0),
    mix: v.optional(mix, 1),
  }, "null or an object"),
  v.forward(
    v.check(({ refreshEvery, mix }) => refreshEvery > 0 || mix === 1, "left out where refreshEvery is 0"),
    ["mix"],
  ),
);

/**
 * The k3 estimate of the KL divergence from the reference at a token, in nats: `exp(d) − d − 1`, at least 0, without
 * bias over tokens drawn from the policy (Schulman 2020, "Approximating KL divergence"; arXiv 2402.03300, Eq. 4).
 *
 * @param d `log π_ref − log π` of the token.
 *
 * @example
 * ```ts
 * import { k3, k3Slope } from "exitlab/lib/objective/kl_term.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(k3(0), 0);
 * assert.ok(k3(-0.5) > 0 && k3Slope(-0.5) > 0);
 * ```
 */
export function k3(d: number): number {
  return Math.max(0, Math.expm1(d) - d);
}

/** How fast `k3` rises with log π: `1 − exp(d)`. */
export function k3Slope(d: number): number {
  return -Math.expm1(d);
}
