import * as v from "valibot";
import { givenOptions, notNegative, parseOptions } from "../part.ts";
import type { OperatorPart, WeighedGroup, WeighedRollout } from "./operator.ts";

/** All options of `changeBonus`. */
export type ChangeBonusOptions = {
  /** The share of what was left to gain that a change earns, in [0, 1). Default 0.1. */
  readonly bonus: number;
};

/** The change bonus. */
export interface ChangeBonusPart extends OperatorPart {
  /** Always `"change-bonus"`. */
  readonly kind: "change-bonus";
  /** Every option in force. */
  readonly options: ChangeBonusOptions;
  /** It leaves what is asked as it is. */
  readonly iterates: false;
  /** Without an attempt there is nothing to change. */
  readonly needsAttempts: true;
  /** The rewards with the bonus. */
  rewards(group: WeighedGroup): readonly number[];
}

const schema = v.strictObject({
  bonus: v.optional(
    v.pipe(notNegative, v.check((bonus) => bonus < 1, "a number in [0, 1)")),
    0.1,
  ),
});

/**
 * A counter-measure of this project's own against copy collapse, where a policy that may not find the right answer
 * learns to repeat the wrong one. A rollout that was shown an unsolved attempt, is unsolved itself and differs from
 * that attempt has its reward raised from r to r + bonus · (1 − r); all other rewards stay. A wrong answer repeated is
 * then worth less than a wrong answer changed, and a group of copies and changes has an advantage to learn from.
 *
 * A difference in white space alone is none. Of several turns, the one that was asked anew counts. Verdicts stay as they
 * are, and with them what curricula make of the group.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { changeBonus } from "exitlab/lib/operator/change_bonus.ts";
 * import assert from "node:assert/strict";
 *
 * const verdict = { quality: 0, solved: false, reward: 0 };
 * const before = { response: "1234", verdict, feedback: null };
 * const rollouts = ["1234", "1243"].map((text) => (
 *   { before, responses: [text], span: { tokens: [0, 1], from: 1 }, verdict, reward: 0 }
 * ));
 * assert.deepEqual(changeBonus().rewards({ mode: "improve", rollouts }), [0, 0.1]);
 * ```
 */
export function changeBonus(options: Partial<ChangeBonusOptions> = {}): ChangeBonusPart {
  const inForce: ChangeBonusOptions = parseOptions(schema, options, "changeBonus()");
  return {
    part: "operator",
    kind: "change-bonus",
    options: inForce,
    given: givenOptions(options),
    rebuild: (given) => changeBonus(given),
    iterates: false,
    needsAttempts: true,
    transform: (start) => start,
    word: () => undefined,
    rewards: ({ mode, rollouts }) =>
      rollouts.map((rollout) =>
        mode !== "base" && isWrongChange(rollout)
          ? rollout.reward + inForce.bonus * (1 - rollout.reward)
          : rollout.reward
      ),
  };
}

/** Whether a rollout put another wrong answer in the place of a wrong one. */
function isWrongChange({ before, responses, verdict }: WeighedRollout): boolean {
  if (before === null || before.verdict.solved || verdict.solved) return false;
  return withoutSpace(responses[0] ?? "") !== withoutSpace(before.response);
}

function withoutSpace(text: string): string {
  return text.replace(/\s+/g, "");
}
