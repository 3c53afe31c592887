import type { RolloutOutcome } from "./curriculum.ts";

/**
 * The rewards or qualities of a group's rollouts, in order.
 *
 * @throws {RangeError} If the group is empty or a figure is not in [0, 1].
 */
export function groupFigures(rollouts: readonly RolloutOutcome[], score: "reward" | "quality"): number[] {
  const values = rollouts.map(({ verdict }) => verdict[score]);
  if (values.length === 0) throw new RangeError("Cannot score a group without rollouts");
  const strange = values.find((value) => !(value >= 0 && value <= 1));
  if (strange !== undefined) throw new RangeError(`Expected a ${score} in [0, 1] but found ${strange}`);
  return values;
}
