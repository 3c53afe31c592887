import * as v from "valibot";
import { givenOptions, parseOptions, probability } from "../part.ts";
import type { OperatorPart } from "./operator.ts";
import { type RewardOption, rewardOption, rewardRuleOf } from "./reward_option.ts";
import { wordIteration } from "./wording.ts";

/** All options of `diverge`. */
export type DivergeOptions = {
  /** How likely a self-iteration step asks for a different response. Default 0.2 (Table 4 of the paper). */
  readonly probability: number;
  /** The rule for the rewards of its steps. Default `"domain"`, the rule of the domain. */
  readonly reward: RewardOption;
};

/** The self-divergence operator. */
export interface DivergePart extends OperatorPart {
  /** Always `"diverge"`. */
  readonly kind: "diverge";
  /** Every option in force. */
  readonly options: DivergeOptions;
  /** It works on partial histories. */
  readonly iterates: true;
  /** Without an attempt it has nothing to do. */
  readonly needsAttempts: true;
}

const schema = v.strictObject({ probability: v.optional(probability, 0.2), reward: rewardOption });

/**
 * Self-divergence (section 4.2 of arXiv 2509.04575): a start with an attempt asks, with this probability, for a
 * response of a different kind instead of a better one. One draw a group. Starts without an attempt stay as they are
 * and cost no draw; those that `debug` takes cost one, and are its own all the same. The place in the list of operators
 * makes no difference.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { diverge } from "exitlab/lib/operator/diverge.ts";
 * import { rootStart } from "exitlab/lib/curriculum/start.ts";
 * import { Random } from "exitlab/lib/random.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(diverge({ probability: 1 }).transform(rootStart(0, "task", null), new Random(1)).mode, "base");
 * assert.throws(() => diverge({ probability: 1.2 }), /a probability in \[0, 1\] but found 1.2/);
 * ```
 */
export function diverge(options: Partial<DivergeOptions> = {}): DivergePart {
  const inForce: DivergeOptions = parseOptions(schema, options, "diverge()");
  return {
    part: "operator",
    kind: "diverge",
    options: inForce,
    given: givenOptions(options),
    rebuild: (given) => diverge(given),
    iterates: true,
    needsAttempts: true,
    ...rewardRuleOf("diverge", inForce.reward),
    transform: (start, random) =>
      start.attempt !== null && random.chance(inForce.probability) && start.mode !== "debug"
        ? { ...start, mode: "diverge" }
        : start,
    word: (start, request) => start.mode === "diverge" ? wordIteration("diverge", request) : undefined,
  };
}
