import * as v from "valibot";
import { givenOptions, parseOptions, probability, whole } from "../part.ts";
import type { CurriculumPart } from "./curriculum.ts";
import { ExitCurriculum } from "./exit_curriculum.ts";
import type { VarianceKind } from "./group_variance.ts";
import type { KeepRule } from "./keep_rule.ts";
import type { Eviction } from "./task_space.ts";

/** All options of `exit`. */
export type ExitOptions = {
  /** p, how likely a start comes from the task space once that is filled. Default 0.5. */
  readonly probability: number;
  /** N, the most starts the task space holds. Default 512. */
  readonly capacity: number;
  /** B_min, the starts it must hold before any is drawn from it; at most the capacity. Default 64. */
  readonly minimumFill: number;
  /**
   * κ *relative to the largest score*: a start is drawn with probability ∝ exp(κ · S / S_max). From 0 (uniform) to
   * 100. Default 3.75. `null` if `effectiveSize` is given instead.
   */
  readonly kappa: number | null;
  /**
   * Instead of κ: the share of the space, in (0, 1], that the effective sample size (Σw)²/Σw² should be; κ follows the
   * scores, up to 64. Default `null`.
   */
  readonly effectiveSize: number | null;
  /** Which rollouts of a group leave partial histories behind. Default `"one-random"`. */
  readonly keep: KeepRule;
  /** Whether the score is the variance of rewards or of qualities. Default `"reward"`. */
  readonly score: "reward" | "quality";
  /** Whether the variance divides by G or by G − 1. Default `"population"`, which is p (1 − p) for 0 and 1. */
  readonly variance: VarianceKind;
  /**
   * ρ, how likely a start from the space is drawn not by its score but by its age, with probability ∝ the batches since
   * it was last drawn, scored or taken in (PLR, arXiv 2010.03934, section 3). Default 0, as in the paper.
   */
  readonly staleness: number;
  /**
   * Which start makes room at capacity: the oldest of the lowest-scored, unless what is new scores lower still
   * (`"lowest"`, the paper), or whichever came in first (`"oldest"`). Default `"lowest"`.
   */
  readonly eviction: Eviction;
  /** Whether a start comes at most once in a batch, while the space holds enough. Default `false`. */
  readonly distinct: boolean;
  /** Whether a solved attempt may be a start: it teaches to keep a right answer. Default `true`, as in the paper. */
  readonly solvedStarts: boolean;
  /** Whether root tasks enter the space; `"auto"`: only if no operator iterates. Default `"auto"`. */
  readonly roots: "auto" | boolean;
};

/** Options with all of them optional; `kappa` and `effectiveSize` exclude each other. */
export type ExitInput =
  & Partial<Omit<ExitOptions, "kappa" | "effectiveSize">>
  & (
    | { readonly kappa?: number; readonly effectiveSize?: never }
    | { readonly kappa?: never; readonly effectiveSize?: number }
  );

/** The autocurriculum of Exploratory Iteration. */
export interface ExitPart extends CurriculumPart {
  /** Always `"exit"`. */
  readonly kind: "exit";
  /** Every option in force. */
  readonly options: ExitOptions;
  /** It starts from partial histories. */
  readonly histories: true;
}

/**
 * κ when nothing is said: 15, with which the method was found to work for binary rewards, times their largest variance
 * 0.25.
 */
const usualKappa = 3.75;

const schema = v.pipe(
  v.strictObject({
    probability: v.optional(probability, 0.5),
    capacity: v.optional(whole(1, 10_000_000), 512),
    minimumFill: v.optional(whole(1), 64),
    kappa: v.optional(
      v.nullable(v.pipe(v.number(), v.check((k) => k >= 0 && k <= 100, "a number from 0 to 100"))),
    ),
    effectiveSize: v.optional(
      v.nullable(v.pipe(v.number(), v.check((share) => share > 0 && share <= 1, "a share in (0, 1]"))),
      null,
    ),
    keep: v.optional(v.picklist(["one-random", "all", "best", "worst"]), "one-random"),
    score: v.optional(v.picklist(["reward", "quality"]), "reward"),
    variance: v.optional(v.picklist(["population", "sample"]), "population"),
    staleness: v.optional(probability, 0),
    eviction: v.optional(v.picklist(["lowest", "oldest"]), "lowest"),
    distinct: v.optional(v.boolean(), false),
    solvedStarts: v.optional(v.boolean(), true),
    roots: v.optional(v.union([v.literal("auto"), v.boolean()]), "auto"),
  }),
  v.forward(
    v.check(({ minimumFill, capacity }) => minimumFill <= capacity, "at most the capacity"),
    ["minimumFill"],
  ),
  v.forward(
    v.check(
      ({ kappa, effectiveSize }) => effectiveSize === null || (kappa ?? null) === null,
      "left out where kappa is given",
    ),
    ["effectiveSize"],
  ),
  v.transform(({ kappa = null, ...options }) => ({
    ...options,
    kappa: options.effectiveSize === null ? kappa ?? usualKappa : null,
  })),
);

/**
 * The autocurriculum of Exploratory Iteration (section 4 of arXiv 2509.04575): the partial histories that rollouts
 * leave behind become starts of their own, drawn by how much a group's results vary. What the paper leaves open is an
 * option; `docs/curricula.md` tells where each default comes from.
 *
 * @throws {UserError} If an option is unknown or out of range, or two exclude each other.
 *
 * @example
 * ```ts
 * import { exit } from "exitlab/lib/curriculum/exit.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(exit().options.kappa, 3.75);
 * assert.equal(exit({ effectiveSize: 0.3 }).options.kappa, null);
 * assert.throws(() => exit({ capacity: 32 }), /"minimumFill" to be at most the capacity but found 64/);
 * ```
 */
export function exit(options: ExitInput = {}): ExitPart {
  const inForce: ExitOptions = parseOptions(schema, options, "exit()");
  return {
    part: "curriculum",
    kind: "exit",
    options: inForce,
    given: givenOptions(options),
    rebuild: (given) => exit(given),
    histories: true,
    needsOperators: inForce.roots === false,
    longestChain: 1,
    create: (context) => new ExitCurriculum(inForce, context),
  };
}
