import * as v from "valibot";
import { parseOptions } from "../part.ts";
import { buildObjective, type BuiltObjective } from "./build_objective.ts";
import { type ClipRange, clipRange } from "./clip_range.ts";
import { clippedWeight } from "./clipped_weight.ts";
import {
  type CommonOptions,
  commonOptions,
  normalizeOption,
  type ObjectiveInput,
} from "./objective_options.ts";

/** All options of `cispo`. */
export type CispoOptions = CommonOptions & {
  /** The ratio weighs as far as 1 − low and 1 + high. Default 1, which is no bound, below and 4 above. */
  readonly clip: ClipRange;
  /** Whether advantages are divided by the group's standard deviation. Default `"std"`. */
  readonly normalize: "std" | "none";
};

/** Options with all of them optional; and some that may be written shorter. */
export type CispoInput = ObjectiveInput<CispoOptions>;

/** Clipped importance-sampling-weight policy optimisation. */
export type CispoPart = BuiltObjective<"cispo", CispoOptions>;

const schema = v.strictObject({
  ...commonOptions,
  clip: clipRange({ low: 1, high: 4 }),
  normalize: normalizeOption,
});

/**
 * Clipped importance-sampling-weight policy optimisation (CISPO), arXiv 2506.13585, Eq. 4 and 5: log π weighed by the
 * advantage and by the clipped ratio, through which nothing is derived, in the mean over all tokens of the batch. No
 * token loses its gradient. The paper sets no lower bound; the upper one of 5 is ScaleRL's (arXiv 2510.13786) in TRL.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { cispo } from "exitlab/lib/objective/cispo.ts";
 * import assert from "node:assert/strict";
 *
 * const then = Float32Array.of(-3, -1);
 * const moved = { advantage: 1, now: Float32Array.of(-1, -1), then, sampled: then };
 * // e² is more than 5.
 * assert.deepEqual(cispo().weigh([moved], 8).coefficients, [Float32Array.of(5 / 2, 1 / 2)]);
 * ```
 */
export function cispo(options: CispoInput = {}): CispoPart {
  const inForce: CispoOptions = parseOptions(schema, options, "cispo()");
  return buildObjective({
    kind: "cispo",
    options: inForce,
    given: options,
    rebuild: (given) => cispo(given),
    normalize: inForce.normalize,
    surrogate: clippedWeight(inForce.clip),
    aggregate: "token",
  });
}
