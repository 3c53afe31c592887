import type { Random } from "../random.ts";
import type { RolloutOutcome } from "./curriculum.ts";

/** Which rollouts of a group leave their partial histories in the task space. */
export type KeepRule = "one-random" | "all" | "best" | "worst";

/**
 * The rollouts that a rule keeps. The paper's pseudocode has a single rollout and leaves the choice open.
 *
 * @param score The figure that `"best"` and `"worst"` go by; the first of equals is kept.
 * @param random Drawn from once by `"one-random"` if there is a choice, else never.
 */
export function keptRollouts(
  rollouts: readonly RolloutOutcome[],
  rule: KeepRule,
  score: "reward" | "quality",
  random: Random,
): readonly RolloutOutcome[] {
  if (rule === "all" || rollouts.length < 2) return rollouts;
  if (rule === "one-random") return [random.pick(rollouts)];
  const sign = rule === "best" ? 1 : -1;
  return [
    rollouts.reduce((kept, next) => sign * (next.verdict[score] - kept.verdict[score]) > 0 ? next : kept),
  ];
}
