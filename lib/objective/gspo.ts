import * as v from "valibot";
import { parseOptions } from "../part.ts";
import { buildObjective, type BuiltObjective } from "./build_objective.ts";
import { type ClipRange, clipRange } from "./clip_range.ts";
import {
  type CommonOptions,
  commonOptions,
  normalizeOption,
  type ObjectiveInput,
} from "./objective_options.ts";
import { sequenceSurrogate } from "./sequence_surrogate.ts";

/** All options of `gspo`. */
export type GspoOptions = CommonOptions & {
  /** How far a completion's ratio may leave 1. Default 3e-4 below and 4e-4 above. */
  readonly clip: ClipRange;
  /** Whether advantages are divided by the group's standard deviation. Default `"std"`. */
  readonly normalize: "std" | "none";
};

/** Options with all of them optional; and some that may be written shorter. */
export type GspoInput = ObjectiveInput<GspoOptions>;

/** Group sequence policy optimisation. */
export type GspoPart = BuiltObjective<"gspo", GspoOptions>;

const schema = v.strictObject({
  ...commonOptions,
  clip: clipRange({ low: 3e-4, high: 4e-4 }),
  normalize: normalizeOption,
});

/**
 * Group sequence policy optimisation (GSPO), arXiv 2507.18071, Eq. 5 to 7: one ratio a completion, the geometric mean of
 * its tokens' ratios, clipped as a whole. That mean hardly moves, hence the narrow default clip of the paper's §5.1.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { gspo } from "exitlab/lib/objective/gspo.ts";
 * import assert from "node:assert/strict";
 *
 * const then = Float32Array.of(-1, -1);
 * const moved = { advantage: 1, now: Float32Array.of(-0.5, -1.5), then, sampled: then };
 * // The ratios e^½ and e^−½ cancel out.
 * assert.deepEqual(gspo().weigh([moved], 8).coefficients, [Float32Array.of(0.5, 0.5)]);
 * ```
 */
export function gspo(options: GspoInput = {}): GspoPart {
  const inForce: GspoOptions = parseOptions(schema, options, "gspo()");
  return buildObjective({
    kind: "gspo",
    options: inForce,
    given: options,
    rebuild: (given) => gspo(given),
    normalize: inForce.normalize,
    surrogate: sequenceSurrogate(inForce.clip),
    aggregate: "sequence",
  });
}
