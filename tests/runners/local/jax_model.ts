/**
 * The same transformer on jax-js, which derives gradients by itself. jax-js frees an array at its first use: `.ref` marks
 * every use but the last.
 */
import { type Array as JaxArray, defaultDevice, init, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import type { Datum } from "../../../lib/engine/engine.ts";
import { type Shape, tensorsOf } from "../../../runners/local/shape.ts";
import type { Parameters } from "./reference_model.ts";

type Weights = Record<string, JaxArray>;

/** What a batch gives. */
export interface JaxReport {
  /** Σ c · −log π − Σ entropy weight · entropy. */
  readonly loss: number;
  /** Its gradient, by tensor. */
  readonly gradient: ReadonlyMap<string, Float64Array>;
  /** For each sequence, the log-probability of each token given those before; first is 0. */
  readonly logprobs: readonly Float32Array[];
}

/** Loss, gradient and log-probabilities of a batch. */
export async function jaxReport(
  parameters: Parameters,
  shape: Shape,
  batch: readonly Datum[],
  temperature: number,
): Promise<JaxReport> {
  await init("wasm");
  defaultDevice("wasm");
  const { all } = tensorsOf(shape);
  const gradient = new Map(all.map(({ name, rows, columns }) => [name, new Float64Array(rows * columns)]));
  const logprobs: Float32Array[] = [];
  let loss = 0;
  for (const datum of batch) {
    const of = (weights: Weights): JaxArray => lossOf(weights, shape, datum, temperature);
    const [value, parts] = valueAndGrad(of)(placed(parameters, shape));
    loss += value.item();
    for (const [name, sum] of gradient) {
      const values = parts[name]?.dataSync() ?? [];
      for (const at of sum.keys()) sum[at] = (sum[at] ?? NaN) + (values[at] ?? NaN);
    }
    const chosen = chosenOf(
      distributions(placed(parameters, shape), shape, datum.tokens, temperature),
      datum.tokens,
    );
    // Row t tells of token t + 1; the last tells nothing.
    logprobs.push(Float32Array.of(0, ...chosen.dataSync().subarray(0, -1)));
  }
  return { loss, gradient, logprobs };
}

function placed(parameters: Parameters, shape: Shape): Weights {
  return Object.fromEntries(
    tensorsOf(shape).all.map(({ name, kind, rows, columns }) => [
      name,
      np.array(new Float32Array(parameters.get(name) ?? []), {
        shape: kind === "gain" ? [columns] : [rows, columns],
      }),
    ]),
  );
}

function constant(rows: readonly (readonly number[])[]): JaxArray {
  return np.array(rows.map((row) => [...row]));
}

function take(weights: Weights, name: string): JaxArray {
  const array = weights[name];
  if (array === undefined) throw new RangeError(`No tensor ${name}`);
  return array.ref;
}

function norm(x: JaxArray, gain: JaxArray): JaxArray {
  const root = np.sqrt(np.mean(np.square(x.ref), -1, { keepdims: true }).add(1e-5));
  return x.div(root).mul(gain);
}

function gelu(x: JaxArray): JaxArray {
  const inner = x.ref.add(x.ref.mul(x.ref).mul(x.ref).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.mul(np.tanh(inner).add(1)).mul(0.5);
}

/** Heads are cut out by products with constant matrices of zeros and ones. */
function columns(from: number, count: number, all: number): JaxArray {
  return constant(
    Array.from(
      { length: all },
      (_, row) => Array.from({ length: count }, (_, at) => Number(row === from + at)),
    ),
  );
}

function attend(qkv: JaxArray, project: JaxArray, length: number, { width, heads }: Shape): JaxArray {
  const size = width / heads;
  const mask = constant(
    Array.from({ length }, (_, row) => Array.from({ length }, (_, at) => at > row ? -1e9 : 0)),
  );
  let sum = np.zeros([length, width]);
  for (let head = 0; head < heads; head++) {
    const [q, k, v] = [0, 1, 2].map((part) =>
      np.matmul(qkv.ref, columns(part * width + head * size, size, 3 * width))
    );
    if (q === undefined || k === undefined || v === undefined) throw new RangeError("No head");
    const scores = np.matmul(q, np.transpose(k)).mul(1 / Math.sqrt(size)).add(mask.ref);
    const place = np.transpose(columns(head * size, size, width));
    sum = sum.add(np.matmul(np.matmul(nn.softmax(scores, -1), v), place));
  }
  qkv.dispose();
  mask.dispose();
  return np.matmul(sum, project);
}

function oneHot(ids: readonly number[], count: number): JaxArray {
  return constant(ids.map((id) => Array.from({ length: count }, (_, at) => Number(at === id))));
}

/** Log-probabilities of all tokens after each, [T, V]. */
function distributions(
  weights: Weights,
  shape: Shape,
  tokens: readonly number[],
  temperature: number,
): JaxArray {
  const length = tokens.length;
  const positions = oneHot([...tokens.keys()], shape.context);
  let x = np.matmul(oneHot(tokens, shape.vocabulary), take(weights, "tokens"))
    .add(np.matmul(positions, take(weights, "positions")));
  for (let layer = 0; layer < shape.layers; layer++) {
    const get = (name: string): JaxArray => take(weights, `blocks.${layer}.${name}`);
    const qkv = np.matmul(norm(x.ref, get("attentionNorm")), get("qkv"));
    x = x.add(attend(qkv, get("project"), length, shape));
    const hidden = gelu(np.matmul(norm(x.ref, get("feedNorm")), get("up")));
    x = x.add(np.matmul(hidden, get("down")));
  }
  const logits = np.matmul(norm(x, take(weights, "norm")), take(weights, "head"));
  return nn.logSoftmax(logits.mul(1 / temperature), -1);
}

/** Row t: of token t + 1. */
function chosenOf(logp: JaxArray, tokens: readonly number[]): JaxArray {
  const [, vocabulary = 0] = logp.shape;
  return np.sum(logp.mul(oneHot([...tokens.slice(1), 0], vocabulary)), -1);
}

function lossOf(
  weights: Weights,
  shape: Shape,
  { tokens, coefficients, entropy }: Datum,
  temperature: number,
): JaxArray {
  const logp = distributions(weights, shape, tokens, temperature);
  const shifted = (values: ArrayLike<number>): JaxArray => np.array([...Array.from(values).slice(1), 0]);
  const chosen = chosenOf(logp.ref, tokens).mul(shifted(coefficients));
  const entropies = np.sum(np.exp(logp.ref).mul(logp), -1)
    .mul(shifted(entropy ?? new Float32Array(tokens.length)));
  return np.sum(entropies.sub(chosen));
}
