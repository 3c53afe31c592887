import * as v from "valibot";
import { givenOptions, parseOptions } from "../part.ts";
import type { OperatorPart } from "./operator.ts";
import { type RewardOption, rewardOption, rewardRuleOf } from "./reward_option.ts";
import { wordIteration } from "./wording.ts";

/** All options of `debug`. */
export type DebugOptions = {
  /** The rule for the rewards of its steps. Default `"domain"`, the rule of the domain. */
  readonly reward: RewardOption;
};

/** The mending operator. */
export interface DebugPart extends OperatorPart {
  /** Always `"debug"`. */
  readonly kind: "debug";
  /** Every option in force. */
  readonly options: DebugOptions;
  /** It works on partial histories. */
  readonly iterates: true;
  /** Without an attempt it has nothing to do. */
  readonly needsAttempts: true;
}

const schema = v.strictObject({ reward: rewardOption });

/**
 * Mending (appendix B of arXiv 2509.04575, where a request to improve becomes one to debug when the program failed): a
 * start whose attempt failed (`verdict.failed`) asks for the fault to be mended, with the error as the domain's feedback
 * tells it. It takes all of these, wherever it stands in the list of operators: a divergence or a prompt of one's own that
 * was drawn for such a start gives way to it, as a broken program is first made to run (so does AIDE, arXiv 2502.13138).
 * It draws no numbers. All other starts stay as they are.
 *
 * A failed attempt had the reward 0, from which `"absolute"` and `"improvement"` are the same.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { debug } from "exitlab/lib/operator/debug.ts";
 * import { rootStart } from "exitlab/lib/curriculum/start.ts";
 * import { Random } from "exitlab/lib/random.ts";
 * import assert from "node:assert/strict";
 *
 * const verdict = { quality: 0, solved: false, reward: 0, failed: true };
 * const feedback = "Line 3: x is not defined";
 * const start = { ...rootStart(0, "task", null), attempt: { response: "first", verdict, feedback } };
 * assert.equal(debug().transform(start, new Random(1)).mode, "debug");
 * ```
 */
export function debug(options: Partial<DebugOptions> = {}): DebugPart {
  const inForce: DebugOptions = parseOptions(schema, options, "debug()");
  return {
    part: "operator",
    kind: "debug",
    options: inForce,
    given: givenOptions(options),
    rebuild: (given) => debug(given),
    iterates: true,
    needsAttempts: true,
    ...rewardRuleOf("debug", inForce.reward),
    transform: (start) => start.attempt?.verdict.failed === true ? { ...start, mode: "debug" } : start,
    word: (start, request) => start.mode === "debug" ? wordIteration("debug", request) : undefined,
  };
}
