import { usualMode } from "../curriculum/start.ts";
import type { Random } from "../random.ts";
import { fitPrompt } from "./fit_prompt.ts";
import { weighedGroup } from "./group_rewards.ts";
import type { Group, RolloutContext } from "./rollout.ts";

/** A response to learn that was not sampled from its prompt. */
export interface ImitatedResponse {
  /** The improve request as token ids. */
  readonly prompt: readonly number[];
  /** The response as token ids. */
  readonly tokens: readonly number[];
  /** What it weighs, as an advantage. */
  readonly weight: number;
}

/** What operators want to be learned from the groups of an iteration beside their advantages. */
export function imitatedResponses(
  groups: readonly Group[],
  { domain, tasks, operators, policy, sampling }: Omit<RolloutContext, "groupSize" | "seed">,
  random: Random,
): ImitatedResponse[] {
  const weighed = groups.map(weighedGroup);
  return operators.flatMap((operator) =>
    (operator.imitations?.(weighed, random) ?? []).flatMap(({ group, attempt, response, weight }) => {
      const rollouts = groups[group]?.rollouts;
      const successors = rollouts?.[attempt]?.successors;
      const tokens = rollouts?.[response]?.responses[0]?.completion.tokens;
      if (successors === undefined || tokens === undefined || !(Number.isFinite(weight) && weight > 0)) {
        throw new RangeError(
          `Expected ${operator.kind} to name rollouts of a group and a weight above 0 but found ` +
            JSON.stringify({ group, attempt, response, weight }),
        );
      }
      // A long conversation leaves no room to be asked about it.
      const [history] = successors;
      return history === undefined ? [] : [{ prompt: improveRequest(history), tokens, weight }];
    })
  );

  function improveRequest(history: Group["start"]): readonly number[] {
    const { maxTokens } = sampling;
    const context = { domain, operators, policy, maxTokens };
    const mode = history.attempt === null ? "improve" : usualMode(history.attempt);
    return fitPrompt({ ...history, mode }, tasks.at(history.task).task, context).tokens;
  }
}
