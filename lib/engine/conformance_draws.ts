import { learn } from "./conformance_steps.ts";
import {
  type Example,
  nextLogprobs,
  plain,
  requestsFor,
  type Trial,
  withPolicy,
} from "./conformance_trial.ts";
import type { Policy, SampleRequest } from "./engine.ts";

/** Tokens are drawn as often as they are likely. */
export async function checkDraws(trial: Trial): Promise<void> {
  await withPolicy(trial, async (policy, examples) => {
    await learn(trial, policy, examples, 4);
    await policy.publish();
    await expectDraws(trial, policy, examples, { ...trial.warm, topP: 1 });
  });
}

/** A cut distribution has the most likely tokens alone. */
export async function checkTopP(trial: Trial): Promise<void> {
  if (!trial.capabilities.topP) return;
  await withPolicy(trial, async (policy, examples) => {
    await learn(trial, policy, examples, 1);
    await policy.publish();
    const requests = requestsFor(examples.slice(0, 1), { count: 32, maxTokens: 1, topP: 1e-6 });
    const drawn = (await policy.sample(requests)).map(({ tokens }) => tokens[0]);
    trial.expect(
      new Set(drawn).size === 1,
      "With a topP of 1e-6, not only the most likely token is drawn",
    );
    await expectDraws(trial, policy, examples, { ...plain, topP: 0.5 });
  });
}

/** Holds single draws to the distribution, if all of it can be told: by its support, and by the mean log-probability. */
async function expectDraws(
  { expect, tolerance }: Trial,
  policy: Policy,
  [example]: readonly Example[],
  { temperature, topP }: Pick<SampleRequest, "temperature" | "topP">,
): Promise<void> {
  if (example === undefined) return;
  const logprobs = await nextLogprobs(policy, example.prompt, { temperature });
  if (logprobs === undefined) return;
  const count = 256;
  const completions = await policy.sample(requestsFor([example], { count, maxTokens: 1, temperature, topP }));
  const drawn = completions.map(({ tokens }) => logprobs[tokens[0] ?? -1] ?? NaN);
  const mass = (of: readonly number[]): number => of.reduce((sum, logprob) => sum + Math.exp(logprob), 0);
  const isKept = (logprob: number): boolean =>
    mass(logprobs.filter((other) => other > logprob)) < topP + tolerance;
  expect(drawn.every(isKept), `With a topP of ${topP}, tokens are drawn that are not among the most likely`);
  const kept = logprobs.filter(isKept);
  const moment = (power: number): number =>
    kept.reduce((sum, logprob) => sum + Math.exp(logprob) * logprob ** power, 0) / mass(kept);
  const mean = drawn.reduce((sum, logprob) => sum + logprob, 0) / count;
  const error = Math.sqrt(Math.max(0, moment(2) - moment(1) ** 2) / count);
  expect(
    Math.abs(mean - moment(1)) <= 5 * error + tolerance,
    `The mean log-probability of ${count} draws is ${mean.toFixed(3)}, but ${
      moment(1).toFixed(3)
    } by the distribution, with a standard error of ${error.toFixed(3)}`,
  );
}
