import * as v from "valibot";
import { parseOptions, whole } from "../part.ts";
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

/** All options of `dapo`. */
export type DapoOptions = CommonOptions & {
  /** How far the ratio may leave 1. Default 0.2 below and 0.28 above. */
  readonly clip: ClipRange;
  /** Whether advantages are divided by the group's standard deviation. Default `"std"`. */
  readonly normalize: "std" | "none";
  /** c, the cap on the ratio where the advantage is negative; above 1. Default `null`: none. */
  readonly dualClip: number | null;
  /** The most extra rounds of starts in place of groups whose rewards are all equal, up to 100. Default 3. */
  readonly redraws: number;
  /** What is taken off the reward of a response near the most tokens. Default `null`: nothing. */
  readonly overlong: OverlongOptions | null;
};

/** Options with all of them optional; and some that may be written shorter. */
export type DapoInput = ObjectiveInput<DapoOptions>;

/** Decoupled clip and dynamic sampling policy optimisation. */
export type DapoPart = BuiltObjective<"dapo", DapoOptions>;

const schema = v.strictObject({
  ...commonOptions,
  clip: clipRange({ low: 0.2, high: 0.28 }),
  normalize: normalizeOption,
  dualClip: dualClipOption,
  redraws: v.optional(whole(0, 100), 3),
  overlong: v.optional(v.nullable(overlongOptions), null),
});

/**
 * Decoupled clip and dynamic sampling policy optimisation (DAPO), arXiv 2503.14476, Eq. 8 to 13: a wider clip above than
 * below, the mean over all tokens of the batch, other starts in place of groups that teach nothing, and, where asked
 * for, a penalty for responses that come close to the most tokens. As in the paper there is no KL term by default.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { dapo } from "exitlab/lib/objective/dapo.ts";
 * import assert from "node:assert/strict";
 *
 * const objective = dapo({ overlong: { buffer: 4 } });
 * assert.equal(objective.redraws, 3);
 * assert.equal(objective.shape?.(1, 18, 20), 0.5);
 * assert.equal(dapo().shape, undefined);
 * ```
 */
export function dapo(options: DapoInput = {}): DapoPart {
  const inForce: DapoOptions = parseOptions(schema, options, "dapo()");
  const { clip, normalize, dualClip, redraws, overlong } = inForce;
  return buildObjective({
    kind: "dapo",
    options: inForce,
    given: options,
    rebuild: (given) => dapo(given),
    normalize,
    surrogate: clippedSurrogate(clip, dualClip),
    aggregate: "token",
    redraws,
    overlong,
  });
}
