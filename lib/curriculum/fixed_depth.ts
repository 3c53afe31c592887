import * as v from "valibot";
import { givenOptions, parseOptions, whole } from "../part.ts";
import type { CurriculumPart } from "./curriculum.ts";
import { rootCurriculum } from "./root_curriculum.ts";

/** All options of `fixedDepth`. */
export type FixedDepthOptions = {
  /** K, the self-improvement steps that follow each first attempt; at least 1. Default 4. */
  readonly depth: number;
};

/** The naive K-step baseline. */
export interface FixedDepthPart extends CurriculumPart {
  /** Always `"fixed-depth"`. */
  readonly kind: "fixed-depth";
  /** Every option in force. */
  readonly options: FixedDepthOptions;
  /** It starts from root tasks alone. */
  readonly histories: false;
}

const schema = v.strictObject({ depth: v.optional(whole(1, 1000), 4) });

/**
 * The naive way to train self-improvement (section 1 of arXiv 2509.04575): every episode is a root task's first
 * attempt and then K improvements, each rewarded by its own result. One start asks for 1 + K completions a rollout,
 * so that a batch has `floor(count / (1 + K))` of them, but at least one.
 *
 * @throws {UserError} If an option is unknown or out of range.
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
 * ```
 */
export function fixedDepth(options: Partial<FixedDepthOptions> = {}): FixedDepthPart {
  const inForce: FixedDepthOptions = parseOptions(schema, options, "fixedDepth()");
  return {
    part: "curriculum",
    kind: "fixed-depth",
    options: inForce,
    given: givenOptions(options),
    rebuild: (given) => fixedDepth(given),
    histories: false,
    longestChain: 1 + inForce.depth,
    create: (context) => rootCurriculum(context, inForce.depth),
  };
}
