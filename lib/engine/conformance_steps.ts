/**
 * Steps of training that engines are checked with.
 *
 * @module
 */
import { type Example, plain, type Trial } from "./conformance_trial.ts";
import type { AdamOptions, Datum, Policy } from "./engine.ts";

/** How far gradient norms that should agree may be apart, relative to the larger. */
const normTolerance = 0.01;

const adam: AdamOptions = {
  learningRate: 0,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: Infinity,
};

/** Examples whose response tokens have weights, in turn where several are given. */
export function weigh(
  examples: readonly Example[],
  coefficients: readonly number[],
  entropies: readonly number[] = [],
): Datum[] {
  return examples.map(({ prompt, tokens }) => {
    const inTurn = (weights: readonly number[]): Float32Array =>
      Float32Array.from(
        tokens,
        (_, at) => at < prompt.length ? 0 : weights[(at - prompt.length) % weights.length] ?? 0,
      );
    const datum = { tokens, coefficients: inTurn(coefficients) };
    return entropies.length === 0 ? datum : { ...datum, entropy: inTurn(entropies) };
  });
}

/** Takes steps of AdamW that make responses more likely. */
export async function learn(
  { learningRate }: Trial,
  policy: Policy,
  examples: readonly Example[],
  steps: number,
): Promise<void> {
  const tokens = examples.reduce((sum, { response }) => sum + response.length, 0);
  for (let step = 0; step < steps; step++) {
    await policy.forwardBackward(weigh(examples, [1 / tokens]), plain);
    await policy.optimStep({ ...adam, learningRate });
  }
}

/** The norm of the gradient that batches accumulate; a step of size 0 clears it. */
export async function gradientNorm(
  trial: Trial,
  policy: Policy,
  batches: readonly (readonly Datum[])[],
  clipNorm: number = Infinity,
): Promise<number> {
  for (const batch of batches) await policy.forwardBackward(batch, trial.warm);
  return (await policy.optimStep({ ...adam, clipNorm })).gradientNorm;
}

/**
 * Takes a step of plain gradient descent that is to lower a batch's loss by an aim (nats), to be seen but small. With
 * an epsilon far above the gradient, AdamW without memory is gradient descent, and to first order the loss falls by
 * step size × norm².
 *
 * @returns How much it fell, relative to that.
 */
export async function descend(
  trial: Trial,
  policy: Policy,
  batch: readonly Datum[],
  aim: number = 20 * trial.tolerance,
): Promise<number> {
  const norm = await gradientNorm(trial, policy, [batch]);
  if (norm === 0) return 0;
  const epsilon = 100 * norm;
  const { loss: before } = await policy.forwardBackward(batch, trial.warm);
  const learningRate = aim * epsilon / norm ** 2;
  await policy.optimStep({ ...adam, beta1: 0, beta2: 0, epsilon, learningRate });
  const { loss: after } = await policy.forwardBackward(batch, trial.warm);
  await policy.optimStep(adam);
  return (before - after) / aim;
}

/** Whether two gradient norms agree. */
export function sameNorm(norm: number, other: number): boolean {
  return Math.abs(norm - other) <= normTolerance * Math.max(norm, other);
}
