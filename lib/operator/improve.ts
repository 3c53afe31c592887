import * as v from "valibot";
import { givenOptions, parseOptions } from "../part.ts";
import type { OperatorPart } from "./operator.ts";
import { type RewardOption, rewardOption, rewardRuleOf } from "./reward_option.ts";
import { wordIteration } from "./wording.ts";

/** All options of `improve`. */
export type ImproveOptions = {
  /** The rule for the rewards of its steps. Default `"domain"`, the rule of the domain. */
  readonly reward: RewardOption;
};

/** The self-improvement operator. */
export interface ImprovePart extends OperatorPart {
  /** Always `"improve"`. */
  readonly kind: "improve";
  /** Every option in force. */
  readonly options: ImproveOptions;
  /** It works on partial histories. */
  readonly iterates: true;
  /** Without an attempt it has nothing to do. */
  readonly needsAttempts: true;
}

const schema = v.strictObject({ reward: rewardOption });

/**
 * Self-improvement (section 4 of arXiv 2509.04575): a start with an attempt asks for a better response. Starts
 * without one, and starts that another operator has already changed, stay as they are.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { improve } from "exitlab/lib/operator/improve.ts";
 * import { rootStart } from "exitlab/lib/curriculum/start.ts";
 * import { Random } from "exitlab/lib/random.ts";
 * import assert from "node:assert/strict";
 *
 * const verdict = { quality: 0, solved: false, reward: 0 };
 * const start = { ...rootStart(0, "task", null), attempt: { response: "first", verdict, feedback: null } };
 * assert.equal(improve().transform(start, new Random(1)).mode, "improve");
 * assert.equal(improve({ reward: "improvement" }).rewardRule?.rule, "improvement");
 * ```
 */
export function improve(options: Partial<ImproveOptions> = {}): ImprovePart {
  const inForce: ImproveOptions = parseOptions(schema, options, "improve()");
  return {
    part: "operator",
    kind: "improve",
    options: inForce,
    given: givenOptions(options),
    rebuild: (given) => improve(given),
    iterates: true,
    needsAttempts: true,
    ...rewardRuleOf("improve", inForce.reward),
    transform: (start) =>
      start.attempt !== null && start.mode === "base" ? { ...start, mode: "improve" } : start,
    word: (start, request) => start.mode === "improve" ? wordIteration("improve", request) : undefined,
  };
}
