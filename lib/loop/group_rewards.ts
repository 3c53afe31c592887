/**
 * From verdicts to advantages: what training sees of the groups of an iteration.
 *
 * @module
 */
import type { CurriculumPart } from "../curriculum/curriculum.ts";
import type { Policy } from "../engine/engine.ts";
import type { ObjectivePart } from "../objective/objective.ts";
import type { EmbedSpans, OperatorPart, WeighedGroup } from "../operator/operator.ts";
import type { Group, Rollout } from "./rollout.ts";

/** What decides the rewards of groups. */
export interface RewardContext {
  /** May reward the steps of a chain together. */
  readonly curriculum: Pick<CurriculumPart, "chainRewards">;
  /** May change rewards and weigh advantages, in this order. */
  readonly operators: readonly OperatorPart[];
  /** May take something off for length. */
  readonly objective: Pick<ObjectivePart, "advantages" | "shape">;
  /** The most tokens of a response. */
  readonly maxTokens: number;
}

/**
 * The groups with the rewards that training sees: each step's own by the domain's or an operator's rule (as `rollOut`
 * gave them), then what the curriculum makes of the steps of a chain, then what operators make of a group, then what
 * the objective takes off for length.
 *
 * @throws {RangeError} If an operator gives a reward that is not finite.
 */
export function groupRewards(groups: readonly Group[], context: RewardContext): Group[] {
  const { operators, objective, maxTokens } = context;
  return chainRewards(groups, context.curriculum).map((group) => {
    const changed = operators.reduce((current, operator) => {
      if (operator.rewards === undefined) return current;
      return withRewards(current, operator.rewards(weighedGroup(current)), operator.kind);
    }, group);
    const shape = objective.shape?.bind(objective);
    if (shape === undefined) return changed;
    const shaped = changed.rollouts.map(({ reward, responses }) =>
      responses.reduce((rest, { completion }) => shape(rest, completion.tokens.length, maxTokens), reward)
    );
    return withRewards(changed, shaped, "objective");
  });
}

/**
 * The advantages of groups: the objective's, times the operators' factors.
 *
 * @returns One array a group, in order.
 * @throws {RangeError} If a factor is not a finite number of at least 0.
 */
export async function groupAdvantages(
  groups: readonly Group[],
  { operators, objective }: RewardContext,
  policy: Policy,
): Promise<number[][]> {
  let advantages = groups.map(({ rollouts }) => objective.advantages(rollouts.map(({ reward }) => reward)));
  const uneven = groups.filter((_, at) => advantages[at]?.some((advantage) => advantage !== 0));
  if (uneven.length === 0) return advantages;
  const embed: EmbedSpans = (spans) => {
    if (policy.embed === undefined) throw new Error("Cannot embed with a policy that gives no embeddings");
    return policy.embed(spans);
  };
  for (const operator of operators) {
    if (operator.factors === undefined) continue;
    const factors = await operator.factors(uneven.map(weighedGroup), embed);
    const byGroup = new Map(uneven.map((group, at) => [group, factors[at] ?? []]));
    advantages = advantages.map((group, at) => {
      const own = groups[at];
      const factor = own === undefined ? undefined : byGroup.get(own);
      return factor === undefined
        ? group
        : group.map((advantage, rollout) => advantage * expectFactor(factor[rollout], operator.kind));
    });
  }
  return advantages;
}

/** Whether the rollouts of a group do not all have the same reward, so that it has something to teach. */
export function isInformative({ rollouts }: Group): boolean {
  return rollouts.some(({ reward }) => reward !== rollouts[0]?.reward);
}

function chainRewards(
  groups: readonly Group[],
  { chainRewards: rule }: RewardContext["curriculum"],
): readonly Group[] {
  if (rule === undefined) return groups;
  const chains = Map.groupBy(groups, ({ chain }) => chain);
  const rewards = new Map([...chains].map(([chain, steps]) => {
    const inOrder = steps.toSorted((a, b) => a.chainStep - b.chainStep);
    const byRollout = (inOrder[0]?.rollouts ?? []).map((_, rollout) =>
      rule(inOrder.map(({ rollouts }) => rollouts[rollout]?.verdict.reward ?? 0))
    );
    return [chain, byRollout];
  }));
  return groups.map((group) =>
    withRewards(
      group,
      group.rollouts.map((_, rollout) => rewards.get(group.chain)?.[rollout]?.[group.chainStep] ?? NaN),
      "curriculum",
    )
  );
}

function withRewards(group: Group, rewards: readonly number[], by: string): Group {
  const rollouts = group.rollouts.map((rollout, at): Rollout => {
    const reward = rewards[at] ?? NaN;
    if (Number.isFinite(reward)) return { ...rollout, reward };
    throw new RangeError(`Expected ${by} to give a finite reward for each rollout but found ${rewards[at]}`);
  });
  return { ...group, rollouts };
}

function expectFactor(factor: number | undefined, by: string): number {
  if (factor !== undefined && Number.isFinite(factor) && factor >= 0) return factor;
  throw new RangeError(`Expected ${by} to give a factor of at least 0 for each rollout but found ${factor}`);
}

/** A group as operators see it. */
export function weighedGroup({ start, rollouts }: Group): WeighedGroup {
  return {
    mode: start.mode,
    rollouts: rollouts.map(({ start, responses, verdict, reward }) => {
      const last = responses.at(-1);
      return {
        before: start.attempt,
        responses: responses.map(({ text }) => text),
        span: {
          tokens: [...last?.prompt ?? [], ...last?.completion.tokens ?? []],
          from: last?.prompt.length ?? 0,
        },
        verdict,
        reward,
      };
    }),
  };
}
