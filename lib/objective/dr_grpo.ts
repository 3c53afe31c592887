import * as v from "valibot";
import { parseOptions } from "../part.ts";
import { buildObjective, type BuiltObjective } from "./build_objective.ts";
import { type ClipRange, clipRange } from "./clip_range.ts";
import { clippedSurrogate } from "./clipped_surrogate.ts";
import {
  type CommonOptions,
  commonOptions,
  dualClipOption,
  type ObjectiveInput,
} from "./objective_options.ts";

/** All options of `drGrpo`. */
export type DrGrpoOptions = CommonOptions & {
  /** How far the ratio may leave 1. Default 0.2 on either side. */
  readonly clip: ClipRange;
  /** c, the cap on the ratio where the advantage is negative; above 1. Default `null`: none. */
  readonly dualClip: number | null;
};

/** Options with all of them optional; and some that may be written shorter. */
export type DrGrpoInput = ObjectiveInput<DrGrpoOptions>;

/** GRPO without its two biases. */
export type DrGrpoPart = BuiltObjective<"dr-grpo", DrGrpoOptions>;

const schema = v.strictObject({
  ...commonOptions,
  clip: clipRange({ low: 0.2, high: 0.2 }),
  dualClip: dualClipOption,
});

/**
 * GRPO done right (Dr. GRPO), arXiv 2503.20783, section 3: an advantage is the reward less the group's mean, not divided
 * by anything, and the tokens of a batch are summed and divided by a constant, N times the most tokens of a completion,
 * so that a long wrong completion is not let off.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { drGrpo } from "exitlab/lib/objective/dr_grpo.ts";
 * import assert from "node:assert/strict";
 *
 * const objective = drGrpo();
 * assert.deepEqual(objective.advantages([1, 0, 0, 1]), [0.5, -0.5, -0.5, 0.5]);
 * const now = Float32Array.of(-1, -2);
 * const { coefficients } = objective.weigh([{ advantage: 1, now, then: now, sampled: now }], 8);
 * assert.deepEqual(coefficients, [Float32Array.of(1 / 8, 1 / 8)]);
 * ```
 */
export function drGrpo(options: DrGrpoInput = {}): DrGrpoPart {
  const inForce: DrGrpoOptions = parseOptions(schema, options, "drGrpo()");
  return buildObjective({
    kind: "dr-grpo",
    options: inForce,
    given: options,
    rebuild: (given) => drGrpo(given),
    normalize: "none",
    surrogate: clippedSurrogate(inForce.clip, inForce.dualClip),
    aggregate: "constant",
  });
}
