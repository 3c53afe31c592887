import type { AdamOptions, Datum, Policy } from "../engine/engine.ts";
import type { ObjectivePart, WeighedCompletion } from "../objective/objective.ts";
import type { Group, Response } from "./rollout.ts";

/** What a training iteration did. */
export interface TrainReport {
  /** Advantages, one array a group, in order. */
  readonly advantages: readonly (readonly number[])[];
  /** Mean entropy (nats) per trained token; 0 when nothing was trained. */
  readonly entropy: number;
  /** Euclidean norm of the gradient, mean over the optimiser steps. */
  readonly gradientNorm: number;
  /** Share of tokens whose ratio was clipped. */
  readonly clipped: number;
  /** Mean absolute difference between the trainer's and the sampler's log-probability of a token, in nats. */
  readonly samplerGap: number;
}

/** One response with the advantage of its rollout. */
interface Weighed {
  readonly response: Response;
  readonly advantage: number;
}

const adam = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 };

/**
 * One training iteration: advantages within each group, then one optimiser step for each minibatch. The first
 * minibatch is on-policy, so its ratios are 1; later ones are scored anew.
 *
 * @param learningRate The step size.
 * @param temperature The one that the groups were sampled at.
 */
export async function trainOn(
  policy: Policy,
  objective: ObjectivePart,
  groups: readonly Group[],
  learningRate: number,
  temperature: number,
): Promise<TrainReport> {
  const advantages = groups.map(({ rollouts }) => objective.advantages(rollouts.map(({ reward }) => reward)));
  const weighed = groups.map(({ rollouts }, at) =>
    rollouts.flatMap(({ responses }, index) =>
      responses.map((response): Weighed => ({ response, advantage: advantages[at]?.[index] ?? 0 }))
    )
  );
  const options: AdamOptions = {
    ...adam,
    learningRate,
    weightDecay: objective.weightDecay,
    clipNorm: objective.clipNorm,
  };
  const totals = { entropy: 0, tokens: 0, gradientNorm: 0, steps: 0, clipped: 0, gap: 0 };
  for (const [index, minibatch] of deal(weighed, objective.minibatches).entries()) {
    const report = await accumulate(policy, objective, minibatch, index === 0, temperature);
    if (report.tokens === 0) continue;
    const { gradientNorm } = await policy.optimStep(options);
    totals.entropy += report.entropy * report.tokens;
    totals.clipped += report.clipped * report.tokens;
    totals.gap += report.gap;
    totals.tokens += report.tokens;
    totals.gradientNorm += gradientNorm;
    totals.steps++;
  }
  const perToken = 1 / Math.max(1, totals.tokens);
  return {
    advantages,
    entropy: totals.entropy * perToken,
    gradientNorm: totals.gradientNorm / Math.max(1, totals.steps),
    clipped: totals.clipped * perToken,
    samplerGap: totals.gap * perToken,
  };
}

/** Accumulates the gradient of one minibatch. Responses without advantage add nothing and are left out. */
async function accumulate(
  policy: Policy,
  objective: ObjectivePart,
  batch: readonly Weighed[],
  onPolicy: boolean,
  temperature: number,
): Promise<{ entropy: number; tokens: number; clipped: number; gap: number }> {
  const sequences = batch.map(({ response }) => [...response.prompt, ...response.completion.tokens]);
  const scored = onPolicy ? undefined : await policy.logprobs(sequences, { temperature });
  const completions = batch.map(({ response, advantage }, at): WeighedCompletion => {
    const then = response.completion.logprobs;
    return { advantage, then, now: scored?.[at]?.subarray(response.prompt.length) ?? then };
  });
  const { coefficients, clipped } = objective.coefficients(completions);
  const data: Datum[] = [];
  const trained: Weighed[] = [];
  for (const [at, item] of batch.entries()) {
    const tokens = sequences[at];
    const weights = coefficients[at];
    if (item.advantage === 0 || tokens === undefined || weights === undefined) continue;
    const { length } = item.response.prompt;
    const entropyWeight = objective.entropy / (weights.length * batch.length);
    data.push({
      tokens,
      coefficients: padded(weights, length),
      entropy: padded(new Float32Array(weights.length).fill(entropyWeight), length),
    });
    trained.push(item);
  }
  if (data.length === 0) return { entropy: 0, tokens: 0, clipped: 0, gap: 0 };
  const report = await policy.forwardBackward(data, { temperature });
  let gap = 0;
  let tokens = 0;
  for (const [at, { response }] of trained.entries()) {
    for (const [index, then] of response.completion.logprobs.entries()) {
      gap += Math.abs((report.logprobs[at]?.[response.prompt.length + index] ?? then) - then);
      tokens++;
    }
  }
  return { entropy: report.entropy, tokens, clipped, gap };
}

/** The values behind `length` zeros: prompt tokens are not trained. */
function padded(values: Float32Array, length: number): Float32Array {
  const result = new Float32Array(length + values.length);
  result.set(values, length);
  return result;
}

/** Groups dealt out in turn, so that each minibatch has whole groups of every kind. */
function deal(groups: readonly Weighed[][], parts: number): Weighed[][] {
  return Array.from(
    { length: parts },
    (_, part) => groups.filter((_, index) => index % parts === part).flat(),
  );
}
