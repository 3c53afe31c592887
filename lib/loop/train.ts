import type { AdamOptions, Datum, Policy } from "../engine/engine.ts";
import type { ObjectivePart, WeighedCompletion } from "../objective/objective.ts";
import type { ImitatedResponse } from "./imitate.ts";
import type { Group, Response } from "./rollout.ts";

/** What a training iteration did. */
export interface TrainReport {
  /** Mean entropy (nats) per trained token; `null` when nothing was trained. */
  readonly entropy: number | null;
  /** Euclidean norm of the gradient, mean over the optimiser steps. */
  readonly gradientNorm: number;
  /** Share of tokens whose ratio was clipped. */
  readonly clipped: number;
  /** Mean KL (nats) of a token from the reference; 0 without a KL term. */
  readonly kl: number;
  /** Mean absolute difference between the trainer's and the sampler's log-probability of a token, in nats. */
  readonly samplerGap: number;
}

/** How to train on an iteration's groups. */
export interface TrainOptions {
  /** The step size. */
  readonly learningRate: number;
  /** The temperature that the groups were sampled at. */
  readonly temperature: number;
  /** The most tokens of a response. */
  readonly maxTokens: number;
  /** Whether the groups were sampled under older weights than those of now. */
  readonly stale: boolean;
  /** Responses to learn that were not sampled from their prompts; none when left out. */
  readonly imitated?: readonly ImitatedResponse[];
}

/** One response with the advantage of its rollout. */
interface Weighed {
  readonly response: Response;
  readonly advantage: number;
}

/** A minibatch with the log-probabilities that its weights follow from. */
interface Minibatch {
  readonly items: readonly Weighed[];
  readonly imitated: readonly ImitatedResponse[];
  /** Prompts and completions. */
  readonly sequences: readonly (readonly number[])[];
  /** Under the trainer's weights at the start of the iteration; `undefined` if the sampler's stand for them. */
  readonly then: readonly Float32Array[] | undefined;
  /** Under the frozen reference; `undefined` without a KL term. */
  readonly reference: readonly Float32Array[] | undefined;
}

const adam = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8 };

/**
 * One training iteration: one optimiser step for each minibatch. Ratios are 1 in the first minibatch if the weights
 * are those that were sampled; later ones are scored anew.
 *
 * @param advantages One array a group, in order.
 */
export async function trainOn(
  policy: Policy,
  objective: ObjectivePart,
  groups: readonly Group[],
  advantages: readonly (readonly number[])[],
  options: TrainOptions,
): Promise<TrainReport> {
  const weighed = groups.map(({ rollouts }, at) =>
    rollouts.flatMap(({ responses }, index) =>
      responses.map((response): Weighed => ({ response, advantage: advantages[at]?.[index] ?? 0 }))
    )
  );
  const adamOptions: AdamOptions = {
    ...adam,
    learningRate: options.learningRate,
    weightDecay: objective.weightDecay,
    clipNorm: objective.clipNorm,
  };
  const minibatches: Minibatch[] = [];
  const parts = objective.minibatches;
  const imitated = deal((options.imitated ?? []).map((response) => [response]), parts);
  for (const [part, items] of deal(weighed, parts).entries()) {
    minibatches.push(await prepare(policy, objective, items, imitated[part] ?? [], options));
  }
  const totals = { entropy: 0, tokens: 0, gradientNorm: 0, steps: 0, clipped: 0, kl: 0, gap: 0 };
  for (const [index, minibatch] of minibatches.entries()) {
    const report = await accumulate(policy, objective, minibatch, index === 0, options);
    if (report === undefined) continue;
    const { gradientNorm } = await policy.optimStep(adamOptions);
    totals.entropy += report.entropy * report.tokens;
    totals.clipped += report.clipped * report.tokens;
    totals.kl += report.kl * report.tokens;
    totals.gap += report.gap;
    totals.tokens += report.tokens;
    totals.gradientNorm += gradientNorm;
    totals.steps++;
  }
  const perToken = 1 / Math.max(1, totals.tokens);
  return {
    entropy: totals.tokens === 0 ? null : totals.entropy * perToken,
    gradientNorm: totals.gradientNorm / Math.max(1, totals.steps),
    clipped: totals.clipped * perToken,
    kl: totals.kl * perToken,
    samplerGap: totals.gap * perToken,
  };
}

/** Scores a minibatch under the weights that do not change within the iteration. */
async function prepare(
  policy: Policy,
  objective: ObjectivePart,
  items: readonly Weighed[],
  imitated: readonly ImitatedResponse[],
  { temperature }: TrainOptions,
): Promise<Minibatch> {
  const sequences = items.map(({ response }) => [...response.prompt, ...response.completion.tokens]);
  const behind = (scores: readonly Float32Array[]): Float32Array[] =>
    scores.map((score, at) => score.subarray(items[at]?.response.prompt.length));
  const then = objective.correctsSampler
    ? behind(await policy.logprobs(sequences, { temperature }))
    : undefined;
  if (objective.kl === null) return { items, imitated, sequences, then, reference: undefined };
  if (policy.reference === undefined) {
    throw new Error("Cannot hold a policy to a reference that it does not have");
  }
  return {
    items,
    imitated,
    sequences,
    then,
    reference: behind(await policy.reference.logprobs(sequences, { temperature })),
  };
}

/**
 * Accumulates the gradient of one minibatch; responses that weigh nothing are left out. `undefined` if that leaves none,
 * so that there is no gradient to step along. The tokens are those of sampled responses.
 */
async function accumulate(
  policy: Policy,
  objective: ObjectivePart,
  { items, imitated, sequences, then, reference }: Minibatch,
  first: boolean,
  { temperature, maxTokens, stale }: TrainOptions,
): Promise<{ entropy: number; tokens: number; clipped: number; kl: number; gap: number } | undefined> {
  const scored = first && (then !== undefined || !stale)
    ? undefined
    : await policy.logprobs(sequences, { temperature });
  const completions = items.map(({ response, advantage }, at): WeighedCompletion => {
    const sampled = response.completion.logprobs;
    const before = then?.[at] ?? sampled;
    const frozen = reference?.[at];
    return {
      advantage,
      sampled,
      then: before,
      now: scored?.[at]?.subarray(response.prompt.length) ?? before,
      ...(frozen === undefined ? {} : { reference: frozen }),
    };
  });
  const weights = objective.weigh([...completions, ...imitated.map(atRatioOne)], maxTokens);
  const data: Datum[] = [];
  const trained: Weighed[] = [];
  for (const [at, item] of items.entries()) {
    const tokens = sequences[at];
    const coefficients = weights.coefficients[at];
    const entropy = weights.entropy[at] ?? 0;
    if (tokens === undefined || coefficients === undefined) continue;
    if (entropy === 0 && coefficients.every((coefficient) => coefficient === 0)) continue;
    const { length } = item.response.prompt;
    data.push({
      tokens,
      coefficients: padded(coefficients, length),
      entropy: padded(new Float32Array(coefficients.length).fill(entropy), length),
    });
    trained.push(item);
  }
  for (const [at, { prompt, tokens }] of imitated.entries()) {
    const coefficients = weights.coefficients[items.length + at];
    const entropy = weights.entropy[items.length + at] ?? 0;
    if (coefficients === undefined) continue;
    data.push({
      tokens: [...prompt, ...tokens],
      coefficients: padded(coefficients, prompt.length),
      entropy: padded(new Float32Array(tokens.length).fill(entropy), prompt.length),
    });
  }
  if (data.length === 0) return undefined;
  const report = await policy.forwardBackward(data, { temperature });
  let gap = 0;
  let tokens = 0;
  for (const [at, { response }] of trained.entries()) {
    for (const [index, sampled] of response.completion.logprobs.entries()) {
      gap += Math.abs((report.logprobs[at]?.[response.prompt.length + index] ?? sampled) - sampled);
      tokens++;
    }
  }
  return { entropy: report.entropy, tokens, clipped: weights.clipped, kl: weights.kl, gap };
}

/** A completion that was not sampled: nothing says how likely it was, so that it is learned as it is. */
function atRatioOne({ tokens, weight }: ImitatedResponse): WeighedCompletion {
  const even = new Float32Array(tokens.length);
  return { advantage: weight, now: even, then: even, sampled: even, reference: even };
}

/** The values behind `length` zeros: prompt tokens are not trained. */
function padded(values: Float32Array, length: number): Float32Array {
  const result = new Float32Array(length + values.length);
  result.set(values, length);
  return result;
}

/** Groups dealt out in turn, so that each minibatch has whole groups of every kind. */
function deal<Item>(groups: readonly (readonly Item[])[], parts: number): Item[][] {
  return Array.from(
    { length: parts },
    (_, part) => groups.filter((_, index) => index % parts === part).flat(),
  );
}
