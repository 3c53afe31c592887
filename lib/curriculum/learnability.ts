import * as v from "valibot";
import { givenOptions, parseOptions, probability, whole } from "../part.ts";
import type { CurriculumPart } from "./curriculum.ts";
import { LearnabilityCurriculum } from "./learnability_curriculum.ts";

/** All options of `learnability`. */
export type LearnabilityOptions = {
  /** The most roots whose scores are held: those scored last. Default 1024. */
  readonly poolSize: number;
  /** K, the most learnable roots of the pool, which make up the set; at most the pool's size. Default 64. */
  readonly keep: number;
  /** How likely a start comes from the set; the others are random roots. Default 0.5. */
  readonly share: number;
  /** After how many batches the set is chosen anew. Default 8. */
  readonly refreshEvery: number;
};

/** Sampling for learnability over root tasks. */
export interface LearnabilityPart extends CurriculumPart {
  /** Always `"learnability"`. */
  readonly kind: "learnability";
  /** Every option in force. */
  readonly options: LearnabilityOptions;
  /** It starts from root tasks alone. */
  readonly histories: false;
  /** Every response is a first attempt. */
  readonly longestChain: 1;
}

const schema = v.pipe(
  v.strictObject({
    poolSize: v.optional(whole(1, 10_000_000), 1024),
    keep: v.optional(whole(1), 64),
    share: v.optional(probability, 0.5),
    refreshEvery: v.optional(whole(1), 8),
  }),
  v.forward(
    v.check(({ keep, poolSize }) => keep <= poolSize, "at most the pool size"),
    ["keep"],
  ),
);

/**
 * Sampling for learnability (SFL; Rutherford and others, arXiv 2408.15099) over root tasks: a share of each batch comes
 * from the K roots of the highest p (1 − p), p being the solved share of a root's latest group; the others are random.
 * Unlike SFL, which samples rollouts only to score tasks, it goes by the groups that training draws anyway.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { learnability } from "exitlab/lib/curriculum/learnability.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(learnability({ keep: 100 }).options.share, 0.5);
 * assert.throws(() => learnability({ keep: 100, poolSize: 50 }), /"keep" to be at most the pool size but found 100/);
 * ```
 */
export function learnability(options: Partial<LearnabilityOptions> = {}): LearnabilityPart {
  const inForce: LearnabilityOptions = parseOptions(schema, options, "learnability()");
  return {
    part: "curriculum",
    kind: "learnability",
    options: inForce,
    given: givenOptions(options),
    rebuild: (given) => learnability(given),
    histories: false,
    longestChain: 1,
    create: (context) => new LearnabilityCurriculum(inForce, context),
  };
}
