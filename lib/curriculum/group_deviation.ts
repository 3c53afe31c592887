import type { RolloutOutcome } from "./curriculum.ts";
import { groupFigures } from "./group_figures.ts";

/**
 * The mean distance of a group's rewards from their mean: the mean |advantage| of a group, before any division by the
 * standard deviation, which would make all groups look alike. It is what PLR's value loss (Table 1 of
 * arXiv 2010.03934) becomes where the baseline is the group's mean. For rewards of 0 and 1 it is 2 p (1 − p) with p the
 * solved share.
 *
 * @param rollouts The group; not empty.
 * @returns In [0, 0.5]; exactly 0 if all are equal.
 * @throws {RangeError} If the group is empty or a reward is not in [0, 1].
 *
 * @example
 * ```ts
 * import { groupDeviation } from "exitlab/lib/curriculum/group_deviation.ts";
 * import assert from "node:assert/strict";
 *
 * const rollout = (reward: number) => ({ verdict: { quality: 1, solved: true, reward }, successors: [] });
 * assert.equal(groupDeviation([1, 0, 0, 0].map(rollout)), 0.375);
 * ```
 */
export function groupDeviation(rollouts: readonly RolloutOutcome[]): number {
  const values = groupFigures(rollouts, "reward");
  if (values.every((value) => value === values[0])) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + Math.abs(value - mean), 0) / values.length;
}
