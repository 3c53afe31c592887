import * as v from "valibot";
import { givenOptions, parseOptions, probability, whole } from "../part.ts";
import type { CurriculumPart } from "./curriculum.ts";
import { PrioritizedCurriculum } from "./prioritized_curriculum.ts";

/** All options of `prioritized`. */
export type PrioritizedOptions = {
  /** h, what of a score counts: 1 / its rank, or the score itself. Default `"rank"`. */
  readonly prioritization: "rank" | "score";
  /** β: a root is replayed with probability ∝ h^(1 / β). At least 0.05. Default 0.1. */
  readonly temperature: number;
  /** ρ, how likely a replay goes by age: with probability ∝ the batches since it was last drawn or scored. Default 0.1. */
  readonly staleness: number;
  /** How likely a start is a replay as long as there are roots without a score; after that, all are. Default 0.5. */
  readonly probability: number;
  /** The most roots whose scores are held. Default 4096. */
  readonly capacity: number;
  /** The roots that must have a score before any is replayed, or all where there are fewer. Default 64. */
  readonly minimumFill: number;
  /**
   * The score of a root: the mean distance of its group's rewards from their mean, PLR's mean |advantage|, or their
   * population variance. Default `"deviation"`.
   */
  readonly score: "deviation" | "variance";
};

/** Prioritized level replay over root tasks. */
export interface PrioritizedPart extends CurriculumPart {
  /** Always `"prioritized"`. */
  readonly kind: "prioritized";
  /** Every option in force. */
  readonly options: PrioritizedOptions;
  /** It starts from root tasks alone. */
  readonly histories: false;
  /** Every response is a first attempt. */
  readonly longestChain: 1;
}

const schema = v.pipe(
  v.strictObject({
    prioritization: v.optional(v.picklist(["rank", "score"]), "rank"),
    temperature: v.optional(
      v.pipe(v.number(), v.check((beta) => beta >= 0.05 && beta <= 1000, "a number from 0.05 to 1000")),
      0.1,
    ),
    staleness: v.optional(probability, 0.1),
    probability: v.optional(probability, 0.5),
    capacity: v.optional(whole(1, 10_000_000), 4096),
    minimumFill: v.optional(whole(1), 64),
    score: v.optional(v.picklist(["deviation", "variance"]), "deviation"),
  }),
  v.forward(
    v.check(({ minimumFill, capacity }) => minimumFill <= capacity, "at most the capacity"),
    ["minimumFill"],
  ),
);

/**
 * Prioritized level replay (PLR; Jiang, Grefenstette and Rocktäschel, arXiv 2010.03934) with root tasks as levels: a
 * start is a root that has no score yet, or the replay of one that has, by score and by age.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { prioritized } from "exitlab/lib/curriculum/prioritized.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(prioritized({ prioritization: "score", temperature: 1 }).options.staleness, 0.1);
 * assert.throws(() => prioritized({ temperature: 0 }), /"temperature" to be a number from 0.05 to 1000/);
 * ```
 */
export function prioritized(options: Partial<PrioritizedOptions> = {}): PrioritizedPart {
  const inForce: PrioritizedOptions = parseOptions(schema, options, "prioritized()");
  return {
    part: "curriculum",
    kind: "prioritized",
    options: inForce,
    given: givenOptions(options),
    rebuild: (given) => prioritized(given),
    histories: false,
    longestChain: 1,
    create: (context) => new PrioritizedCurriculum(inForce, context),
  };
}
