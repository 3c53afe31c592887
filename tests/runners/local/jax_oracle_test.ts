/**
 * The engine's gradient against automatic differentiation by jax-js, which knows nothing of the hand-written way back.
 * jax-js frees an array at its first use: `.ref` marks every use but the last.
 */
import assert from "node:assert/strict";
import { type Array as JaxArray, defaultDevice, init, nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import type { Datum } from "../../../lib/engine/engine.ts";
import { Random } from "../../../lib/random.ts";
import { decodeCheckpoint } from "../../../runners/local/checkpoint.ts";
import { type Shape, tensorsOf } from "../../../runners/local/shape.ts";
import { adam, randomTokens, smallShape, weigh, withPolicy } from "./fixtures.ts";

type Weights = Record<string, JaxArray>;

const temperature = 0.8;

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

function lossOf(weights: Weights, shape: Shape, { tokens, coefficients, entropy }: Datum): JaxArray {
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
  const logp = nn.logSoftmax(logits.mul(1 / temperature), -1);
  // Row t predicts token t + 1; the last row predicts nothing.
  const next = oneHot([...tokens.slice(1), 0], shape.vocabulary);
  const shifted = (values: ArrayLike<number>): JaxArray => np.array([...Array.from(values).slice(1), 0]);
  const chosen = np.sum(logp.ref.mul(next), -1).mul(shifted(coefficients));
  const entropies = np.sum(np.exp(logp.ref).mul(logp), -1).mul(shifted(entropy ?? new Float32Array(length)));
  return np.sum(entropies.sub(chosen));
}

Deno.test("forwardBackward() gives the loss and gradient that jax-js derives", async () => {
  await init("wasm");
  defaultDevice("wasm");
  await withPolicy(async (policy) => {
    const random = new Random(1, "jax");
    const { all } = tensorsOf(smallShape);
    const { trained } = decodeCheckpoint(await policy.save());
    const expected = new Map(all.map(({ name, rows, columns }) => [name, new Float64Array(rows * columns)]));
    const batch = [5, 16, 24].map((length) => weigh(random, randomTokens(random, length), 2));
    let loss = 0;
    for (const datum of batch) {
      const weights: Weights = Object.fromEntries(
        all.map(({ name, kind, rows, columns }) => [
          name,
          np.array(new Float32Array(trained.get(name) ?? []), {
            shape: kind === "gain" ? [columns] : [rows, columns],
          }),
        ]),
      );
      const [value, gradient] = valueAndGrad((weights: Weights) => lossOf(weights, smallShape, datum))(
        weights,
      );
      loss += value.item();
      for (const [name, sum] of expected) {
        const values = gradient[name]?.dataSync() ?? [];
        for (const at of sum.keys()) sum[at] = (sum[at] ?? NaN) + (values[at] ?? NaN);
      }
    }
    const report = await policy.forwardBackward(batch, { temperature });
    assert.ok(Math.abs(report.loss - loss) < 1e-4, `${report.loss} instead of ${loss}`);
    await policy.optimStep({ ...adam, learningRate: 0, beta1: 0 });
    const found = decodeCheckpoint(await policy.save()).firstMoment;
    for (const [name, values] of expected) {
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      assert.ok(largest > 0, name);
      for (const [at, value] of values.entries()) {
        assert.ok(Math.abs(value - (found.get(name)?.[at] ?? NaN)) < 1e-4 * largest, `${name}[${at}]`);
      }
    }
  });
});
