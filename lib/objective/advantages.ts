/**
 * The advantages of one group's rewards, Eq. 3 of arXiv 2509.04575: `(r − mean) / (sd + 1e-4)`.
 *
 * `"std"` divides by the *sample* standard deviation (divisor G − 1), with the 1e-4 that TRL adds; `"none"` leaves
 * the difference as it is (Dr. GRPO). Equal rewards give zeros: such a group says nothing.
 *
 * @param rewards The rewards of the G completions of one start, finite.
 * @param normalize What the differences are divided by.
 * @returns G advantages, in order; their sum is 0 up to rounding.
 * @throws {RangeError} If a reward is not finite.
 *
 * @example
 * ```ts
 * import { groupAdvantages } from "exitlab/lib/objective/advantages.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(groupAdvantages([1, 0, 0, 1], "none"), [0.5, -0.5, -0.5, 0.5]);
 * assert.deepEqual(groupAdvantages([0.3, 0.3, 0.3], "std"), [0, 0, 0]);
 * ```
 */
export function groupAdvantages(rewards: readonly number[], normalize: "std" | "none"): number[] {
  const strange = rewards.find((reward) => !Number.isFinite(reward));
  if (strange !== undefined) {
    throw new RangeError(`Cannot weigh a reward of ${strange}: rewards must be finite`);
  }
  if (rewards.every((reward) => reward === rewards[0])) return rewards.map(() => 0);
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
  const differences = rewards.map((reward) => reward - mean);
  if (normalize === "none") return differences;
  const squares = differences.reduce((sum, difference) => sum + difference ** 2, 0);
  const divisor = Math.sqrt(squares / (rewards.length - 1)) + 1e-4;
  return differences.map((difference) => difference / divisor);
}
