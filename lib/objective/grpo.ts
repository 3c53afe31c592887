import * as v from "valibot";
import { parseOptions, whole } from "../part.ts";
import type { Aggregate } from "./aggregate.ts";
import { buildObjective, type BuiltObjective } from "./build_objective.ts";
import { type ClipRange, clipRange } from "./clip_range.ts";
import { clippedSurrogate } from "./clipped_surrogate.ts";
import {
  type CommonOptions,
  commonOptions,
  dualClipOption,
  normalizeOption,
  type ObjectiveInput,
} from "./objective_options.ts";
import { type OverlongOptions, overlongOptions } from "./overlong.ts";

/** All options of `grpo`. */
export type GrpoOptions = CommonOptions & {
  /** How far the ratio may leave 1. Default 0.2 on either side. */
  readonly clip: ClipRange;
  /** Whether advantages are divided by the group's standard deviation. Default `"std"`. */
  readonly normalize: "std" | "none";
  /** How tokens are averaged. Default `"sequence"`. */
  readonly aggregate: Aggregate;
  /** c, the cap on the ratio where the advantage is negative; above 1. Default `null`: none. */
  readonly dualClip: number | null;
  /** The most extra rounds of starts in place of groups whose rewards are all equal, up to 100. Default 0. */
  readonly redraws: number;
  /** What is taken off the reward of a response near the most tokens. Default `null`: nothing. */
  readonly overlong: OverlongOptions | null;
};

/** Options with all of them optional; and some that may be written shorter. */
export type GrpoInput = ObjectiveInput<GrpoOptions>;

/** Group-relative policy optimisation. */
export type GrpoPart = BuiltObjective<"grpo", GrpoOptions>;

const schema = v.strictObject({
  ...commonOptions,
  clip: clipRange({ low: 0.2, high: 0.2 }),
  normalize: normalizeOption,
  aggregate: v.optional(v.picklist(["sequence", "token", "constant"]), "sequence"),
  dualClip: dualClipOption,
  redraws: v.optional(whole(0, 100), 0),
  overlong: v.optional(v.nullable(overlongOptions), null),
});

/**
 * Group-relative policy optimisation (GRPO), Eq. 3 to 5 of arXiv 2509.04575; first in arXiv 2402.03300.
 *
 * A batch's loss is the mean over its N completions of the mean over a completion's L tokens. `entropy` follows the
 * same rule: a trained token's entropy weighs `entropy / (L · N)`. Each choice in which the other objectives differ
 * from it, other than GSPO's and CISPO's ratios, is an option here: see `docs/objectives.md`.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { grpo } from "exitlab/lib/objective/grpo.ts";
 * import assert from "node:assert/strict";
 *
 * const objective = grpo({ groupSize: 4, clip: { low: 0.2, high: 0.28 }, kl: { coefficient: 0.001 } });
 * assert.equal(objective.learningRate(5, 0.1), 1.5e-4);
 * assert.deepEqual(objective.advantages([1, 1, 1, 1]), [0, 0, 0, 0]);
 * assert.throws(() => grpo({ clip: -1 }), /a number in \[0, 1\]/);
 * ```
 */
export function grpo(options: GrpoInput = {}): GrpoPart {
  const inForce: GrpoOptions = parseOptions(schema, options, "grpo()");
  const { clip, normalize, aggregate, dualClip, redraws, overlong } = inForce;
  return buildObjective({
    kind: "grpo",
    options: inForce,
    given: options,
    rebuild: (given) => grpo(given),
    normalize,
    surrogate: clippedSurrogate(clip, dualClip),
    aggregate,
    redraws,
    overlong,
  });
}
