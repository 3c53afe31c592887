/**
 * Groups as JSON, for a checkpoint that is written while the next iteration's are already drawn.
 *
 * @module
 */
import * as v from "valibot";
import { restoreState, savedAttempt, savedStart, savedVerdict } from "../curriculum/saved_state.ts";
import type { Json } from "../json.ts";
import type { Group } from "./rollout.ts";

const ids = v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(0)));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const savedResponse = v.strictObject({
  promptText: v.string(),
  prompt: ids,
  completion: v.strictObject({
    tokens: ids,
    logprobs: v.pipe(v.array(v.number()), v.transform((numbers) => Float32Array.from(numbers))),
    finish: v.picklist(["stop", "length"]),
  }),
  text: v.string(),
  shortened: count,
});

const savedGroups: v.GenericSchema<unknown, Group[]> = v.array(v.strictObject({
  start: savedStart,
  chain: count,
  chainStep: count,
  rollouts: v.array(v.strictObject({
    start: savedStart,
    responses: v.array(savedResponse),
    attempts: v.array(savedAttempt),
    verdict: savedVerdict,
    reward: v.number(),
    successors: v.array(savedStart),
  })),
}));

/** Groups as JSON; numbers come back to the last bit. */
export function saveGroups(groups: readonly Group[]): Json {
  return groups.map(({ start, chain, chainStep, rollouts }) => ({
    start,
    chain,
    chainStep,
    rollouts: rollouts.map(({ responses, attempts, successors, ...rollout }) => ({
      ...rollout,
      attempts: [...attempts],
      successors: [...successors],
      responses: responses.map(({ completion, prompt, ...response }) => ({
        ...response,
        prompt: [...prompt],
        completion: {
          tokens: [...completion.tokens],
          logprobs: [...completion.logprobs],
          finish: completion.finish,
        },
      })),
    })),
  }));
}

/**
 * Groups that `saveGroups` made JSON of.
 *
 * @throws {TypeError} If the value is none of its.
 */
export function restoreGroups(saved: Json): Group[] {
  return restoreState(savedGroups, saved, "groups drawn ahead");
}
