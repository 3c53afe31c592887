import type { Curriculum } from "../curriculum/curriculum.ts";
import type { ObjectivePart } from "../objective/objective.ts";
import type { Random } from "../random.ts";
import { groupRewards, isInformative, type RewardContext } from "./group_rewards.ts";
import { type Group, rollOut, type RolloutContext } from "./rollout.ts";

/** What an iteration's groups are drawn with. */
export interface DrawContext {
  /** Decides the starts, and is told what became of them. */
  readonly curriculum: Curriculum;
  /** How groups are rolled out. */
  readonly rollouts: RolloutContext;
  /** How they are rewarded. */
  readonly rewards: RewardContext;
  /** How many groups, and how often others may be drawn in place of those that teach nothing. */
  readonly objective: Pick<ObjectivePart, "groups" | "redraws">;
  /** The operators' stream. */
  readonly random: Random;
}

/**
 * An iteration's groups, with the rewards that training sees. Where the objective asks for it, groups whose rewards are
 * all equal are followed by others, for some rounds at most.
 *
 * @param iteration The training iteration, from 1.
 * @throws {UserError} If the domain gives a verdict outside [0, 1].
 */
export async function drawGroups(context: DrawContext, iteration: number): Promise<Group[]> {
  const { curriculum, rollouts, rewards, objective, random } = context;
  const groups: Group[] = [];
  let drawn = 0;
  for (let round = 0; round <= objective.redraws; round++) {
    const missing = objective.groups - (round === 0 ? 0 : groups.filter(isInformative).length);
    if (missing <= 0) break;
    const starts = curriculum.next(missing).map((start) =>
      rollouts.operators.reduce((changed, operator) => operator.transform(changed, random), start)
    );
    const fresh = groupRewards(await rollOut(rollouts, starts, iteration, drawn), rewards);
    curriculum.observe(fresh.map(({ start, rollouts }) => ({ start, iteration, rollouts })));
    groups.push(...fresh);
    drawn += starts.length;
  }
  return groups;
}
