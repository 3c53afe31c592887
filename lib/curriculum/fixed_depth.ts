import * as v from "valibot";
import { givenOptions, notNegative, parseOptions, whole } from "../part.ts";
import type { CurriculumPart } from "./curriculum.ts";
import { rootCurriculum } from "./root_curriculum.ts";

/** All options of `fixedDepth`. */
export type FixedDepthOptions = {
  /** K, the self-improvement steps that follow each first attempt; at least 1. Default 4. */
  readonly depth: number;
  /**
   * What the responses of a chain earn, r_k being a step's own reward: each its own (`"per-step"`), all that of the
   * last, r_K (`"final"`), or each its own and a bonus for progress, r_k + α (r_k − r_{k−1}), the first attempt r_0
   * (`"shaped"`, as in the second stage of SCoRe, arXiv 2409.12917). Default `"per-step"`.
   */
  readonly reward: "per-step" | "final" | "shaped";
  /** α, at least 0. Default 1; `null` unless the reward is `"shaped"`. */
  readonly bonus: number | null;
};

/** Options with all of them optional; only a `"shaped"` reward has a `bonus`. */
export type FixedDepthInput =
  & { readonly depth?: number }
  & (
    | { readonly reward?: "per-step" | "final"; readonly bonus?: never }
    | { readonly reward: "shaped"; readonly bonus?: number }
  );

/** The naive K-step baseline. */
export interface FixedDepthPart extends CurriculumPart {
  /** Always `"fixed-depth"`. */
  readonly kind: "fixed-depth";
  /** Every option in force. */
  readonly options: FixedDepthOptions;
  /** It starts from root tasks alone. */
  readonly histories: false;
}

const schema = v.pipe(
  v.strictObject({
    depth: v.optional(whole(1, 1000), 4),
    reward: v.optional(v.picklist(["per-step", "final", "shaped"]), "per-step"),
    bonus: v.optional(v.nullable(notNegative)),
  }),
  v.forward(
    v.check(
      ({ reward, bonus }) => reward === "shaped" || (bonus ?? null) === null,
      'left out unless reward is "shaped"',
    ),
    ["bonus"],
  ),
  v.transform(({ bonus, ...options }) => ({
    ...options,
    bonus: options.reward === "shaped" ? bonus ?? 1 : null,
  })),
);

/**
 * The naive way to train self-improvement (section 1 of arXiv 2509.04575): every episode is a root task's first
 * attempt and then K improvements. One start asks for 1 + K completions a rollout, so that a batch has
 * `floor(count / (1 + K))` of them, but at least one.
 *
 * @throws {UserError} If an option is unknown or out of range, or a bonus is given for a reward that has none.
 *
 * @example
 * ```ts
 * import { fixedDepth } from "exitlab/lib/curriculum/fixed_depth.ts";
 * import { rootStart } from "exitlab/lib/curriculum/start.ts";
 * import { Random } from "exitlab/lib/random.ts";
 * import assert from "node:assert/strict";
 *
 * const roots = { size: null, at: (index: number) => rootStart(index, `task ${index}`, null) };
 * const curriculum = fixedDepth({ depth: 4 }).create({ roots, random: new Random(1), iterates: false });
 * assert.deepEqual(curriculum.next(32).map(({ chain }) => chain), [4, 4, 4, 4, 4, 4]);
 *
 * const shaped = fixedDepth({ depth: 2, reward: "shaped", bonus: 2 });
 * assert.deepEqual(shaped.chainRewards?.([0, 1, 0]), [0, 3, -2]);
 * ```
 */
export function fixedDepth(options: FixedDepthInput = {}): FixedDepthPart {
  const inForce: FixedDepthOptions = parseOptions(schema, options, "fixedDepth()");
  return {
    part: "curriculum",
    kind: "fixed-depth",
    options: inForce,
    given: givenOptions(options),
    rebuild: (given) => fixedDepth(given),
    histories: false,
    longestChain: 1 + inForce.depth,
    ...(inForce.reward === "per-step" ? {} : {
      chainRewards: (rewards: readonly number[]): readonly number[] => chainRewards(rewards, inForce),
    }),
    create: (context) => rootCurriculum(context, inForce.depth),
  };
}

function chainRewards(
  rewards: readonly number[],
  { reward, bonus }: FixedDepthOptions,
): readonly number[] {
  const last = rewards.at(-1) ?? 0;
  if (reward === "final") return rewards.map(() => last);
  return rewards.map((own, step) => own + (bonus ?? 0) * (own - (rewards[step - 1] ?? own)));
}
