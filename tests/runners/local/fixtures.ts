/** What the tests of the embedded engine share. */
import type { AdamOptions, Datum, Policy, Reference, Span } from "../../../lib/engine/engine.ts";
import { tinyTransformer, type TinyTransformerInput } from "../../../lib/engine/tiny_transformer.ts";
import type { Random } from "../../../lib/random.ts";
import { embeddedEngine, type EmbeddedEngineOptions } from "../../../runners/local/engine.ts";

/** A model small enough for float64 finite differences. */
export const small = { width: 32, layers: 2, heads: 2, context: 24 } as const;

/** Its shape. */
export const smallShape = { ...small, vocabulary: 104 } as const;

/** Options of Adam that tests start from. */
export const adam: AdamOptions = {
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  weightDecay: 0,
  clipNorm: Infinity,
};

/** Opens a policy for the duration of `use`. */
export async function withPolicy<Result>(
  use: (policy: Policy) => Promise<Result>,
  { model = small, seed = 3, ...engine }: EmbeddedEngineOptions & {
    model?: TinyTransformerInput;
    seed?: number;
  } = {},
): Promise<Result> {
  const policy = await embeddedEngine({ workers: 2, ...engine }).open(tinyTransformer(model), seed);
  try {
    return await use(policy);
  } finally {
    await policy.close();
  }
}

/** Embeds spans with a policy that can. */
export async function embed(policy: Policy, spans: readonly Span[]): Promise<Float32Array[]> {
  if (policy.embed === undefined) throw new TypeError("Expected a policy that embeds");
  return await policy.embed(spans);
}

/** The frozen weights of a policy that keeps them. */
export function referenceOf({ reference }: Policy): Reference {
  if (reference === undefined) throw new TypeError("Expected a policy with a reference");
  return reference;
}

/** Random token ids. */
export function randomTokens(random: Random, length: number): number[] {
  return Array.from({ length }, () => random.int(smallShape.vocabulary));
}

/** A sequence with weights of both signs from position `from` on. */
export function weigh(random: Random, tokens: readonly number[], from: number): Datum {
  const draw = (spread: number): Float32Array =>
    Float32Array.from(tokens, (_, at) => at < Math.max(1, from) ? 0 : spread * (2 * random.next() - 1));
  return { tokens, coefficients: draw(1), entropy: draw(0.3).map(Math.abs) };
}

/** One step on a random batch. */
export async function train(policy: Policy, random: Random): Promise<void> {
  await policy.forwardBackward(mixedBatch(random), { temperature: 1 });
  await policy.optimStep(adam);
}

/** Sequences of many lengths, some of which begin alike. */
export function mixedBatch(random: Random): Datum[] {
  const alone = [5, 13, 24, 2, 17, 9].map((length) => weigh(random, randomTokens(random, length), 1));
  const prompt = randomTokens(random, 11);
  const group = [3, 7, 1, 13].map((length) => weigh(random, [...prompt, ...randomTokens(random, length)], 6));
  const unweighed = [8, 1].map((length) => ({
    tokens: randomTokens(random, length),
    coefficients: new Float32Array(length),
  }));
  return random.shuffle([...alone, ...group, weigh(random, prompt, 4), ...unweighed]);
}
