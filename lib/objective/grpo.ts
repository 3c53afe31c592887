import * as v from "valibot";
import { givenOptions, notNegative, parseOptions, positive, whole } from "../part.ts";
import { groupAdvantages } from "./advantages.ts";
import { clippedSurrogate, type ClipRange } from "./clipped_surrogate.ts";
import type { ObjectivePart } from "./objective.ts";

/** All options of `grpo`. */
export type GrpoOptions = {
  /** P, the groups in a batch. Default 32. */
  readonly groups: number;
  /** G, the completions drawn from one start; at least 2. Default 8. */
  readonly groupSize: number;
  /** How far the ratio may leave 1. Default 0.2 on either side. */
  readonly clip: ClipRange;
  /** Step size after the warm-up. Default 3e-4. */
  readonly learningRate: number;
  /** Whether the step size then stays, or falls in a straight line to 0 at the end of the budget. Default `"constant"`. */
  readonly schedule: "constant" | "linear";
  /** Iterations over which the step size rises in a straight line from 0. Default 10. */
  readonly warmup: number;
  /** Whether advantages are divided by the group's standard deviation; `"none"` is Dr. GRPO's. Default `"std"`. */
  readonly normalize: "std" | "none";
  /** Weight of the policy's entropy in the objective. Default 0.01; above about 0.1 it destroys a small policy. */
  readonly entropy: number;
  /** Optimiser steps a batch. Default 1, which leaves every ratio at 1. */
  readonly minibatches: number;
  /** Decoupled weight decay. Default 0. */
  readonly weightDecay: number;
  /** Largest gradient norm. Default 1. */
  readonly clipNorm: number;
};

/** Options with all of them optional; `clip` may be one number for both sides. */
export type GrpoInput = Partial<Omit<GrpoOptions, "clip">> & { readonly clip?: number | ClipRange };

/** Group-relative policy optimisation. */
export interface GrpoPart extends ObjectivePart {
  /** Always `"grpo"`. */
  readonly kind: "grpo";
  /** Every option in force. */
  readonly options: GrpoOptions;
}

const clipSchema = v.pipe(
  v.union([v.number(), v.strictObject({ low: v.number(), high: v.number() })]),
  v.transform((clip) => typeof clip === "number" ? { low: clip, high: clip } : clip),
  v.check(
    ({ low, high }) => low >= 0 && low <= 1 && high >= 0 && Number.isFinite(high),
    "a number in [0, 1], or { low, high } with low in [0, 1] and high of at least 0",
  ),
);

const schema = v.strictObject({
  groups: v.optional(whole(1), 32),
  groupSize: v.optional(whole(2), 8),
  clip: v.optional(clipSchema, 0.2),
  learningRate: v.optional(positive, 3e-4),
  warmup: v.optional(whole(0), 10),
  schedule: v.optional(v.picklist(["constant", "linear"]), "constant"),
  normalize: v.optional(v.picklist(["std", "none"]), "std"),
  entropy: v.optional(notNegative, 0.01),
  minibatches: v.optional(whole(1), 1),
  weightDecay: v.optional(notNegative, 0),
  clipNorm: v.optional(positive, 1),
});

/**
 * Group-relative policy optimisation (GRPO), Eq. 3 to 5 of arXiv 2509.04575, without a KL term.
 *
 * A batch's loss is the mean over its N completions of the mean over a completion's L tokens. `entropy` follows the
 * same rule: a trained token's entropy weighs `entropy / (L · N)`.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { grpo } from "exitlab/lib/objective/grpo.ts";
 * import assert from "node:assert/strict";
 *
 * const objective = grpo({ groupSize: 4, clip: { low: 0.2, high: 0.28 } });
 * assert.equal(objective.learningRate(5, 0.1), 1.5e-4);
 * assert.deepEqual(objective.advantages([1, 1, 1, 1]), [0, 0, 0, 0]);
 * assert.throws(() => grpo({ clip: -1 }), /a number in \[0, 1\]/);
 * ```
 */
export function grpo(options: GrpoInput = {}): GrpoPart {
  const inForce: GrpoOptions = parseOptions(schema, options, "grpo()");
  const { clip, learningRate, schedule, warmup, normalize } = inForce;
  return {
    part: "objective",
    kind: "grpo",
    options: inForce,
    given: givenOptions(options),
    rebuild: (given) => grpo(given),
    groups: inForce.groups,
    groupSize: inForce.groupSize,
    minibatches: inForce.minibatches,
    entropy: inForce.entropy,
    kl: null,
    redraws: 0,
    correctsSampler: false,
    weightDecay: inForce.weightDecay,
    clipNorm: inForce.clipNorm,
    learningRate: (iteration, progress) =>
      learningRate * Math.min(1, iteration / Math.max(1, warmup)) *
      (schedule === "linear" ? 1 - progress : 1),
    advantages: (rewards) => groupAdvantages(rewards, normalize),
    weigh: (batch) => ({
      ...clippedSurrogate(batch, clip),
      entropy: batch.map(({ advantage, now }) =>
        advantage === 0 ? 0 : inForce.entropy / (now.length * batch.length)
      ),
      kl: 0,
    }),
  };
}
