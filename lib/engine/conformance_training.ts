import { gap, same } from "./conformance_compare.ts";
import { descend, gradientNorm, learn, sameNorm, weigh } from "./conformance_steps.ts";
import {
  type Example,
  nextLogprobs,
  plain,
  sequencesOf,
  type Trial,
  withPolicy,
} from "./conformance_trial.ts";

/** Steps before gradients are looked at: near a uniform distribution, that of the entropy is almost 0. */
const untilUneven = 4;

/** Weights of both signs, as advantages give; some are 0. */
const mixed = [1, -0.5, 0, 0.7] as const;

/** Positive coefficients make a sequence more likely, negative ones less; a step of size 0 does nothing. */
export async function checkStep(trial: Trial): Promise<void> {
  await withPolicy(trial, async (policy, examples) => {
    const score = (): Promise<Float32Array[]> => policy.logprobs(sequencesOf(examples), plain);
    const before = await score();
    await gradientNorm(trial, policy, [weigh(examples, [1])]);
    trial.expect(same(trial, await score(), before), "A step of size 0 changes log-probabilities");
    await learn(trial, policy, examples, 1);
    const gained = likelihood(examples, await score()) - likelihood(examples, before);
    trial.expect(
      gained > trial.tolerance,
      `A step with positive coefficients changed the log-probability of its responses by ${gained}`,
    );
  });
  await withPolicy(trial, async (policy, examples) => {
    await learn(trial, policy, examples, untilUneven);
    const [example] = examples;
    if (example === undefined) return;
    const change = await descend(trial, policy, weigh([example], [-1]));
    trial.expect(change > 0, "A step with negative coefficients does not make a sequence less likely");
  });
}

/** The log-probability of all responses (nats). */
function likelihood(examples: readonly Example[], scored: readonly Float32Array[]): number {
  return examples.reduce(
    (sum, { prompt }, at) => scored[at]?.subarray(prompt.length).reduce((a, b) => a + b, sum) ?? NaN,
    0,
  );
}

/** Gradients add up until a step clears them, and a step lowers the loss by as much as they say. */
export async function checkGradient(trial: Trial): Promise<void> {
  await withPolicy(trial, async (policy, examples) => {
    await learn(trial, policy, examples, untilUneven);
    const batch = weigh(examples, mixed);
    const norm = await gradientNorm(trial, policy, [batch]);
    trial.expect(Number.isFinite(norm) && norm > 0, `The norm of a gradient is ${norm}`);
    trial.expect(
      sameNorm(await gradientNorm(trial, policy, [batch]), norm),
      "A step does not clear the gradient",
    );
    const twice = await gradientNorm(trial, policy, [batch, batch]);
    trial.expect(sameNorm(twice, 2 * norm), `The same batch twice has norm ${twice}, once ${norm}`);
    const nothing = await gradientNorm(trial, policy, [weigh(examples, [0])]);
    trial.expect(nothing === 0, `Coefficients of 0 give a gradient of norm ${nothing}`);
    if (trial.capabilities.clipNorm) {
      const clipped = await gradientNorm(trial, policy, [batch], norm / 10);
      trial.expect(sameNorm(clipped, norm), `The norm is ${clipped} when it is clipped, else ${norm}`);
    }
    expectFall(trial, await descend(trial, policy, batch), "Gradient descent");
  });
}

/** What a mean divides by is the engine's own, so that only the direction is known. */
function expectFall({ capabilities, expect }: Trial, fall: number, what: string): void {
  if (capabilities.reduction === "mean") return expect(fall > 0, `${what} does not lower the loss`);
  expect(
    Math.abs(fall - 1) <= 0.25,
    `${what} lowers the loss by ${fall.toFixed(2)} of what the gradient's norm promises`,
  );
}

/** Coefficients arrive in the gradient as they are, or as a mean, as declared. */
export async function checkReduction(trial: Trial): Promise<void> {
  await withPolicy(trial, async (policy, examples) => {
    await learn(trial, policy, examples, untilUneven);
    const batch = weigh(examples, mixed);
    const norm = await gradientNorm(trial, policy, [batch]);
    const repeated = await gradientNorm(trial, policy, [[...batch, ...batch]]);
    const tripled = await gradientNorm(trial, policy, [weigh(examples, mixed.map((weight) => 3 * weight))]);
    trial.expect(sameNorm(tripled, 3 * norm), "Coefficients three times as large do not triple the gradient");
    if (trial.capabilities.reduction === "mean") {
      return trial.expect(
        sameNorm(repeated, norm),
        `A batch with everything twice has a gradient of norm ${repeated}, else ${norm}, which is no mean`,
      );
    }
    trial.expect(
      sameNorm(repeated, 2 * norm),
      `A batch with everything twice has a gradient of norm ${repeated}, else ${norm}, which is no sum`,
    );
    const halves = await gradientNorm(trial, policy, batch.map((datum) => [datum]));
    trial.expect(
      sameNorm(halves, norm),
      `Sequences one by one give a gradient of norm ${halves}, in one batch ${norm}`,
    );
  });
}

/** A report tells the loss and log-probabilities of its own batch. */
export async function checkReport(trial: Trial): Promise<void> {
  await withPolicy(trial, async (policy, examples) => {
    await learn(trial, policy, examples, 2);
    const batch = weigh(examples, mixed);
    const scored = await policy.logprobs(sequencesOf(examples), trial.warm);
    const report = await policy.forwardBackward(batch, trial.warm);
    trial.expect(
      gap(report.logprobs, scored) <= trial.tolerance,
      "The log-probabilities of a report are not those of logprobs()",
    );
    let loss = 0;
    let weights = 0;
    for (const [row, { coefficients }] of batch.entries()) {
      for (const [at, weight] of coefficients.entries()) {
        loss -= weight * (scored[row]?.[at] ?? NaN);
        weights += Math.abs(weight);
      }
    }
    trial.expect(
      Math.abs(report.loss - loss) <= trial.tolerance * weights,
      `The loss is ${report.loss}, not ${loss}, the sum of coefficients and log-probabilities`,
    );
    const tokens = batch.reduce((sum, datum) => sum + datum.tokens.length, 0);
    trial.expect(
      report.tokens === tokens,
      `A batch of ${tokens} tokens is reported to have ${report.tokens}`,
    );
    trial.expect(
      report.entropy >= 0 && report.entropy <= Math.log(policy.tokenizer.vocabulary) + trial.tolerance,
      `The mean entropy is ${report.entropy}, outside [0, log ${policy.tokenizer.vocabulary}]`,
    );
  });
}

/** The entropy is part of the loss and of the gradient. */
export async function checkEntropy(trial: Trial): Promise<void> {
  if (!trial.capabilities.entropy) return;
  await withPolicy(trial, async (policy, examples) => {
    await learn(trial, policy, examples, untilUneven);
    const [example] = examples;
    if (example === undefined) return;
    trial.expect(
      await gradientNorm(trial, policy, [weigh(examples, [0], [1])]) > 0,
      "Weights of the entropy do not change the gradient",
    );
    const first = { ...example, tokens: [...example.prompt, ...example.response.slice(0, 1)] };
    const weight = 0.5;
    const report = await policy.forwardBackward(weigh([first], [0], [weight]), trial.warm);
    trial.expect(
      Math.abs(report.loss + weight * report.entropy) <= trial.tolerance,
      `With entropy ${report.entropy}, weighed by ${weight}, and no coefficients the loss is ${report.loss}`,
    );
    const logprobs = await nextLogprobs(policy, example.prompt, trial.warm);
    const entropy = -(logprobs?.reduce((sum, logprob) => sum + Math.exp(logprob) * logprob, 0) ?? NaN);
    trial.expect(
      logprobs === undefined || Math.abs(report.entropy - entropy) <= trial.tolerance,
      `The entropy is ${report.entropy}, but ${entropy} by the probabilities of all tokens`,
    );
    await gradientNorm(trial, policy, []);
    expectFall(trial, await descend(trial, policy, weigh(examples, [0], [weight])), "Raising the entropy");
  });
}
