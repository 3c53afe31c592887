import type { RolloutOutcome } from "./curriculum.ts";
import { groupFigures } from "./group_figures.ts";

/** Whether squares are divided by the group's size G, or by G − 1. */
export type VarianceKind = "population" | "sample";

/**
 * The learnability of a start: the variance of a group's rewards or qualities (section 4.1 of arXiv 2509.04575). For
 * rewards of 0 and 1 the population variance is p (1 − p) with p the solved share; the sample variance is G / (G − 1)
 * times as large.
 *
 * @param rollouts The group; not empty.
 * @param score Which of the verdict's figures.
 * @param kind Default `"population"`.
 * @returns In [0, 0.25], of a sample in [0, 0.5]; exactly 0 if all are equal, as a single one is.
 * @throws {RangeError} If the group is empty or a figure is not in [0, 1].
 *
 * @example
 * ```ts
 * import { groupVariance } from "exitlab/lib/curriculum/group_variance.ts";
 * import assert from "node:assert/strict";
 *
 * const rollout = (reward: number) => ({ verdict: { quality: 1, solved: true, reward }, successors: [] });
 * assert.equal(groupVariance([1, 0, 0, 1].map(rollout), "reward"), 0.25);
 * assert.equal(groupVariance([1, 0, 0, 1].map(rollout), "reward", "sample"), 1 / 3);
 * assert.equal(groupVariance([1, 0, 0, 1].map(rollout), "quality"), 0);
 * ```
 */
export function groupVariance(
  rollouts: readonly RolloutOutcome[],
  score: "reward" | "quality",
  kind: VarianceKind = "population",
): number {
  const values = groupFigures(rollouts, score);
  if (values.every((value) => value === values[0])) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return squares / (kind === "sample" ? values.length - 1 : values.length);
}
