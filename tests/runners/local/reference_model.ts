/** The same transformer in plain float64 loops, written from the formulas: what the engine is compared with. */
import type { Datum, Span } from "../../../lib/engine/engine.ts";
import type { Shape } from "../../../runners/local/shape.ts";

/** Parameters by tensor, row-major. */
export type Parameters = ReadonlyMap<string, ArrayLike<number>>;

type Row = number[];

function tensor(parameters: Parameters, name: string): ArrayLike<number> {
  const values = parameters.get(name);
  if (values === undefined) throw new RangeError(`No tensor ${name}`);
  return values;
}

const dot = (a: Row, b: Row): number => a.reduce((sum, value, at) => sum + value * (b[at] ?? NaN), 0);

function matmul(x: Row, weights: ArrayLike<number>, outputs: number): Row {
  return Array.from({ length: outputs }, (_, column) => {
    let sum = 0;
    for (const [row, value] of x.entries()) sum += value * (weights[row * outputs + column] ?? NaN);
    return sum;
  });
}

function norm(x: Row, gain: ArrayLike<number>): Row {
  const root = Math.sqrt(dot(x, x) / x.length + 1e-5);
  return x.map((value, at) => (value / root) * (gain[at] ?? NaN));
}

function gelu(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

export function softmax(scores: Row): Row {
  const most = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function attend(qkv: readonly Row[], row: number, { width, heads }: Shape): Row {
  const size = width / heads;
  const part = (index: number, from: number): Row => qkv[index]?.slice(from, from + size) ?? [];
  return Array.from({ length: heads }, (_, head) => {
    const q = part(row, head * size);
    const keys = Array.from({ length: row + 1 }, (_, index) => part(index, width + head * size));
    const p = softmax(keys.map((key) => dot(q, key) / Math.sqrt(size)));
    return q.map((_, at) =>
      p.reduce((sum, weight, key) => sum + weight * (part(key, 2 * width + head * size)[at] ?? NaN), 0)
    );
  }).flat();
}

/** The hidden state of each token after all blocks and the last norm. */
export function referenceStates(parameters: Parameters, shape: Shape, tokens: readonly number[]): Row[] {
  const { width } = shape;
  let stream = tokens.map((token, position) =>
    Array.from({ length: width }, (_, at) =>
      (tensor(parameters, "tokens")[token * width + at] ?? NaN) +
      (tensor(parameters, "positions")[position * width + at] ?? NaN))
  );
  for (let layer = 0; layer < shape.layers; layer++) {
    const get = (name: string): ArrayLike<number> => tensor(parameters, `blocks.${layer}.${name}`);
    const qkv = stream.map((x) => matmul(norm(x, get("attentionNorm")), get("qkv"), 3 * width));
    stream = stream.map((x, row) => {
      const change = matmul(attend(qkv, row, shape), get("project"), width);
      return x.map((value, at) => value + (change[at] ?? NaN));
    });
    stream = stream.map((x) => {
      const hidden = matmul(norm(x, get("feedNorm")), get("up"), 4 * width).map(gelu);
      const change = matmul(hidden, get("down"), width);
      return x.map((value, at) => value + (change[at] ?? NaN));
    });
  }
  return stream.map((x) => norm(x, tensor(parameters, "norm")));
}

/** Logits after each token. */
export function referenceLogits(parameters: Parameters, shape: Shape, tokens: readonly number[]): Row[] {
  return referenceStates(parameters, shape, tokens).map((x) =>
    matmul(x, tensor(parameters, "head"), shape.vocabulary)
  );
}

/** The mean hidden state of a span. */
export function referenceEmbedding(parameters: Parameters, shape: Shape, { tokens, from }: Span): Row {
  const states = referenceStates(parameters, shape, tokens).slice(from);
  return Array.from(
    { length: shape.width },
    (_, at) => states.reduce((sum, x) => sum + (x[at] ?? NaN), 0) / states.length,
  );
}

/** Log-probability of each token and entropy of the distribution it came from; 0 for the first. */
export function referenceScores(
  parameters: Parameters,
  shape: Shape,
  tokens: readonly number[],
  temperature: number,
): { logprobs: Row; entropies: Row } {
  const logits = referenceLogits(parameters, shape, tokens);
  const logprobs = [0];
  const entropies = [0];
  for (const [at, token] of tokens.entries()) {
    if (at === 0) continue;
    const p = softmax((logits[at - 1] ?? []).map((logit) => logit / temperature));
    logprobs.push(Math.log(p[token] ?? NaN));
    entropies.push(-p.reduce((sum, value) => sum + value * Math.log(value), 0));
  }
  return { logprobs, entropies };
}

/** Σ c · −log π − Σ entropy weight · entropy. */
export function referenceLoss(
  parameters: Parameters,
  shape: Shape,
  batch: readonly Datum[],
  temperature: number,
): number {
  let loss = 0;
  for (const { tokens, coefficients, entropy } of batch) {
    const { logprobs, entropies } = referenceScores(parameters, shape, tokens, temperature);
    for (const at of tokens.keys()) {
      loss -= (coefficients[at] ?? 0) * (logprobs[at] ?? NaN) + (entropy?.[at] ?? 0) * (entropies[at] ?? NaN);
    }
  }
  return loss;
}
