import type { Domain, Mode, RewardRule, SelfIterationReward } from "../domain/domain.ts";
import type { Verdict } from "../domain/verdict.ts";
import { UserError } from "../errors.ts";

/**
 * The reward of one response.
 *
 * A first attempt earns the verdict's absolute reward. A self-iteration step earns it too where the domain says
 * `"absolute"` (the paper's rule for verifiable answers: keeping a right answer is worth as much as finding it), or
 * what it gained of what was left to gain, max(0, Δ / (1 − before)), where the domain says `"improvement"`; a
 * divergence is absolute either way, unless a domain or operator has a rule for that mode alone (arXiv 2509.04575,
 * §4, §A.2-A.4). Where nothing was left to gain, the gain is 0; `"improvement-or-keep"` is absolute from a solved
 * attempt, as the plain improvement would reward nothing there, not even keeping it. To mend a response that failed is
 * worth the same by every rule, as its reward was 0.
 *
 * @param domain Decides the rule.
 * @param mode What the policy was asked.
 * @param before The verdict on the attempt that was worked on; `null` for a first attempt.
 * @param after The verdict on the response.
 * @param rule The rule of the mode's operator, in place of the domain's.
 * @throws {UserError} If a domain's own rule returns something that is no number.
 *
 * @example
 * ```ts
 * import { responseReward } from "exitlab/lib/loop/reward.ts";
 * import assert from "node:assert/strict";
 *
 * const verdict = (reward: number) => ({ quality: reward, solved: reward === 1, reward });
 * const domain = { kind: "example", selfIterationReward: "improvement" } as const;
 * assert.equal(responseReward(domain, "improve", verdict(0.5), verdict(0.75)), 0.5);
 * assert.equal(responseReward(domain, "diverge", verdict(0.5), verdict(0.75)), 0.75);
 * ```
 */
export function responseReward(
  domain: Pick<Domain, "kind" | "selfIterationReward">,
  mode: Mode,
  before: Verdict | null,
  after: Verdict,
  rule?: RewardRule,
): number {
  if (before === null || mode === "base") return after.reward;
  if (rule !== undefined) return byRule(rule, before, after);
  const { selfIterationReward } = domain;
  if (typeof selfIterationReward === "function") {
    const reward = selfIterationReward(before, after, mode);
    if (Number.isFinite(reward)) return reward;
    throw new UserError(
      `Expected the reward rule of domain "${domain.kind}" to give a number but found ${reward}`,
    );
  }
  return byRule(ruleOf(selfIterationReward, mode), before, after);
}

/** The rule of a mode. A divergence is absolute unless a rule is given for it alone. */
function ruleOf(rule: Exclude<SelfIterationReward, (...args: never) => unknown>, mode: Mode): RewardRule {
  if (typeof rule === "string") return mode === "diverge" ? "absolute" : rule;
  return (mode === "base" ? undefined : rule[mode]) ?? "absolute";
}

function byRule(rule: RewardRule, before: Verdict, after: Verdict): number {
  if (rule === "absolute" || (rule === "improvement-or-keep" && before.solved)) return after.reward;
  const left = 1 - before.reward;
  return left <= 1e-9 ? 0 : Math.max(0, (after.reward - before.reward) / left);
}
