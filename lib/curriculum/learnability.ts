import type { RolloutOutcome } from "./curriculum.ts";

/**
 * The learnability of a start: the *population* variance of a group's rewards or qualities (section 4.1 of
 * arXiv 2509.04575). For rewards of 0 and 1 it is p (1 − p) with p the solved share.
 *
 * @param rollouts The group; not empty.
 * @param score Which of the verdict's figures.
 * @returns In [0, 0.25]; exactly 0 if all are equal.
 * @throws {RangeError} If the group is empty or a figure is not in [0, 1].
 *
 * @example
 * ```ts
 * import { learnability } from "exitlab/lib/curriculum/learnability.ts";
 * import assert from "node:assert/strict";
 *
 * const rollout = (reward: number) => ({ verdict: { quality: 1, solved: true, reward }, successors: [] });
 * assert.equal(learnability([1, 0, 0, 1].map(rollout), "reward"), 0.25);
 * assert.equal(learnability([1, 0, 0, 1].map(rollout), "quality"), 0);
 * ```
 */
export function learnability(rollouts: readonly RolloutOutcome[], score: "reward" | "quality"): number {
  const values = rollouts.map(({ verdict }) => verdict[score]);
  if (values.length === 0) throw new RangeError("Cannot score a group without rollouts");
  const strange = values.find((value) => !(value >= 0 && value <= 1));
  if (strange !== undefined) throw new RangeError(`Expected a ${score} in [0, 1] but found ${strange}`);
  if (values.every((value) => value === values[0])) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
