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

/** One request to the curriculum for starts. */
export interface DrawRound {
  /** How many starts were asked for. */
  readonly asked: number;
  /** How many were given; each has groups of its own, whose `chain` counts on from round to round. */
  readonly starts: number;
}

/** What an iteration trains on, and what it was made of. */
export interface DrawnGroups {
  /** The groups, with the rewards that training sees. */
  readonly groups: readonly Group[];
  /** The same as they were rolled out, before operators and curriculum changed a reward. */
  readonly rolled: readonly Group[];
  /** The rounds in which they were drawn; further ones stand in for groups that teach nothing. */
  readonly rounds: readonly DrawRound[];
}

/**
 * An iteration's groups, with the rewards that training sees. Where the objective asks for it, groups whose rewards are
 * all equal are followed by others, for some rounds at most.
 *
 * @param iteration The training iteration, from 1.
 * @param known What was rolled out for this iteration before: taken instead of new rollouts, while curriculum and
 *   operators go through the same motions.
 * @throws {UserError} If the domain gives a verdict outside [0, 1].
 */
export async function drawGroups(
  context: DrawContext,
  iteration: number,
  known?: readonly Group[],
): Promise<DrawnGroups> {
  const { curriculum, rollouts, rewards, objective, random } = context;
  const groups: Group[] = [];
  const rolled: Group[] = [];
  const rounds: DrawRound[] = [];
  let drawn = 0;
  for (let round = 0; round <= objective.redraws; round++) {
    const missing = objective.groups - (round === 0 ? 0 : groups.filter(isInformative).length);
    if (missing <= 0) break;
    const starts = curriculum.next(missing).map((start) =>
      rollouts.operators.reduce((changed, operator) => operator.transform(changed, random), start)
    );
    const first = drawn;
    const raw = known?.filter(({ chain }) => chain >= first && chain < first + starts.length) ??
      await rollOut(rollouts, starts, iteration, first);
    const fresh = groupRewards(raw, rewards);
    curriculum.observe(fresh.map(({ start, rollouts }) => ({ start, iteration, rollouts })));
    groups.push(...fresh);
    rolled.push(...raw);
    rounds.push({ asked: missing, starts: starts.length });
    drawn += starts.length;
  }
  return { groups, rolled, rounds };
}
