import * as v from "valibot";
import { logRatio } from "./log_ratio.ts";

/** How tokens are weighed that a sampler drew under weights, or with numerics, other than the trainer's. */
export type ImportanceOptions = {
  /** What becomes of a weight out of bounds: its bound, or 0. */
  readonly mode: "truncate" | "mask";
  /** The lower bound, in [0, 1]. */
  readonly least: number;
  /** The upper bound, at least 1. */
  readonly most: number;
};

/** The same with all of it optional. */
export type ImportanceInput = Partial<ImportanceOptions>;

/** Schema of the importance weights; bounds of 0 and 2 and `"truncate"` when left out. */
export const importanceOptions: v.GenericSchema<object, ImportanceOptions> = v.strictObject({
  mode: v.optional(v.picklist(["truncate", "mask"]), "truncate"),
  least: v.optional(bound((value) => value >= 0 && value <= 1, "a number in [0, 1]"), 0),
  most: v.optional(bound((value) => value >= 1 && Number.isFinite(value), "a number of at least 1"), 2),
}, "null or an object");

function bound(test: (value: number) => boolean, wanted: string): v.GenericSchema<number> {
  return v.pipe(v.number(wanted), v.check(test, wanted));
}

/**
 * The importance weight of a token, `exp(then − sampled)` within bounds.
 *
 * `"truncate"` is truncated importance sampling (Yao et al. 2025, "Your efficient RL framework secretly brings you
 * off-policy RL training"; bounds as in TRL). `"mask"` gives 0 out of bounds, as IcePop does (arXiv 2510.18855) with
 * bounds on either side.
 *
 * @param then The token's log-probability under the trainer's weights at the start of the iteration.
 * @param sampled The same as the sampler gave it.
 *
 * @example
 * ```ts
 * import { importanceWeight } from "exitlab/lib/objective/importance.ts";
 * import assert from "node:assert/strict";
 *
 * const bounds = { least: 0.5, most: 2 };
 * assert.equal(importanceWeight(-1, -3, { mode: "truncate", ...bounds }), 2);
 * assert.equal(importanceWeight(-1, -3, { mode: "mask", ...bounds }), 0);
 * ```
 */
export function importanceWeight(
  then: number,
  sampled: number,
  { mode, least, most }: ImportanceOptions,
): number {
  const weight = Math.exp(logRatio(then, sampled));
  if (mode === "mask") return weight < least || weight > most ? 0 : weight;
  return Math.max(least, Math.min(most, weight));
}
