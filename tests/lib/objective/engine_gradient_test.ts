/** The gradient that the embedded engine makes of an objective's coefficients, against differences of its loss. */
import assert from "node:assert/strict";
import type { Datum, Policy } from "../../../lib/engine/engine.ts";
import type { JsonObject } from "../../../lib/json.ts";
import type { WeighedCompletion } from "../../../lib/objective/objective.ts";
import { Random } from "../../../lib/random.ts";
import { decodeCheckpoint } from "../../../runners/local/checkpoint.ts";
import { adam, randomTokens, weigh, withPolicy } from "../../runners/local/fixtures.ts";
import { make } from "./fixtures.ts";

const maxTokens = 8;
const promptLength = 4;
const temperature = 1.2;

type Rows = readonly ArrayLike<number>[];

/** One loss, to be minimised, as a function of the log-probabilities of now. */
interface Case {
  readonly kind: string;
  readonly options: JsonObject;
  readonly loss: (now: Rows, batch: readonly WeighedCompletion[]) => number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const bySequence = (terms: readonly number[][]): number => mean(terms.map(mean));
const byToken = (terms: readonly number[][]): number => mean(terms.flat());
const byConstant = (terms: readonly number[][]): number => sum(terms.flat()) / (maxTokens * terms.length);

/** The value of a function of each token's log-probability, for every token of the batch. */
function each(
  now: Rows,
  batch: readonly WeighedCompletion[],
  term: (logprob: number, t: number, completion: WeighedCompletion) => number,
): number[][] {
  return batch.map((completion, i) => Array.from(now[i] ?? [], (logprob, t) => term(logprob, t, completion)));
}

/** min(ρ A, clip(ρ, 1 − low, 1 + high) A). */
function pessimistic(ratio: number, advantage: number, low: number, high: number): number {
  return Math.min(ratio * advantage, Math.min(Math.max(ratio, 1 - low), 1 + high) * advantage);
}

const ratio = (logprob: number, t: number, { then }: WeighedCompletion): number =>
  Math.exp(logprob - (then[t] ?? NaN));

const clipped = (low: number, high: number) => (logprob: number, t: number, it: WeighedCompletion): number =>
  pessimistic(ratio(logprob, t, it), it.advantage, low, high);

/** exp(then − sampled), cut to [0.5, 1.2]. */
const importance = (t: number, { then, sampled }: WeighedCompletion): number =>
  Math.min(1.2, Math.max(0.5, Math.exp((then[t] ?? NaN) - (sampled[t] ?? NaN))));

const k3 = (logprob: number, t: number, { reference }: WeighedCompletion): number => {
  const d = (reference?.[t] ?? NaN) - logprob;
  return Math.exp(d) - d - 1;
};

const cases: Case[] = [
  { kind: "grpo", options: {}, loss: (now, batch) => -bySequence(each(now, batch, clipped(0.2, 0.2))) },
  {
    kind: "dr-grpo",
    options: { kl: { coefficient: 0.3 } },
    loss: (now, batch) =>
      0.3 * byConstant(each(now, batch, k3)) - byConstant(each(now, batch, clipped(0.2, 0.2))),
  },
  {
    kind: "dapo",
    options: { importance: { least: 0.5, most: 1.2 } },
    loss: (now, batch) =>
      -byToken(
        each(now, batch, (logprob, t, it) => importance(t, it) * clipped(0.2, 0.28)(logprob, t, it)),
      ),
  },
  {
    kind: "gspo",
    options: { clip: 0.3, kl: { coefficient: 0.3 } },
    loss: (now, batch) => {
      const logRatios = each(now, batch, (logprob, t, it) => Math.log(ratio(logprob, t, it)));
      const values = logRatios.map((row, i) =>
        row.map(() => pessimistic(Math.exp(mean(row)), batch[i]?.advantage ?? NaN, 0.3, 0.3))
      );
      return 0.3 * bySequence(each(now, batch, k3)) - bySequence(values);
    },
  },
  {
    kind: "cispo",
    options: { clip: { low: 0.3, high: 0.3 } },
    loss: (now, batch) =>
      -byToken(each(now, batch, (logprob, t, it) => {
        const still = Math.min(1.3, Math.max(0.7, ratio(it.now[t] ?? NaN, t, it)));
        return still * it.advantage * logprob;
      })),
  },
];

/** Shifts that put ratios, and their means, on either side of the clips' bounds, and not so near that a step crosses one. */
const shifts = [
  [0.05, 0.6, -0.1, 0.08],
  [-0.6, -0.5, -0.05, -0.9],
  [0.02, -0.05, 0.06, -0.1],
  [0.7, 0.05, 0.5, 0.6],
];

function weighed(now: readonly Float32Array[]): WeighedCompletion[] {
  return now.map((own, i) => {
    const shifted = (by: number): Float32Array =>
      own.map((logprob, t) => logprob - by * (shifts[i % shifts.length]?.[t % 4] ?? NaN));
    const then = shifted(1);
    return {
      advantage: [1, -1.5, 0, 0.75, -0.5][i % 5] ?? NaN,
      now: own,
      then,
      sampled: shifted(0.6),
      reference: shifted(-0.7),
    };
  });
}

async function responses(policy: Policy, sequences: readonly (readonly number[])[]): Promise<Float32Array[]> {
  return (await policy.logprobs(sequences, { temperature })).map((row) => row.subarray(promptLength));
}

function padded(values: Float32Array): Float32Array {
  return Float32Array.from([...new Float32Array(promptLength), ...values]);
}

type Gradient = ReadonlyMap<string, Float32Array>;

/** The gradient of a batch. */
async function gradientOf(policy: Policy, data: readonly Datum[]): Promise<Gradient> {
  await policy.forwardBackward(data, { temperature });
  await policy.optimStep({ ...adam, learningRate: 0, beta1: 0 });
  return decodeCheckpoint(await policy.save()).firstMoment;
}

/** Moves the parameters by some times a batch's gradient: that is Adam's step where ε outweighs the second moment. */
async function move(policy: Policy, data: readonly Datum[], times: number): Promise<void> {
  const coefficients = data.map(({ coefficients }) => coefficients.map((value) => -Math.sign(times) * value));
  await policy.forwardBackward(
    data.map((datum, i) => ({ ...datum, coefficients: coefficients[i] ?? datum.coefficients })),
    { temperature },
  );
  const epsilon = 1e6;
  await policy.optimStep({ ...adam, beta1: 0, epsilon, learningRate: Math.abs(times) * epsilon });
}

function dot(a: Gradient, b: Gradient): number {
  let total = 0;
  for (const [name, values] of a) {
    for (const [at, value] of values.entries()) total += value * (b.get(name)?.[at] ?? NaN);
  }
  return total;
}

for (const { kind, options, loss } of cases) {
  Deno.test(`the gradient of ${kind} with ${JSON.stringify(options)} is the slope of its loss`, async () => {
    await withPolicy(async (policy) => {
      const random = new Random(1, "objective gradient");
      const prompt = randomTokens(random, promptLength);
      const sequences = [4, 7, 2, 8, 5].map((length) => [...prompt, ...randomTokens(random, length)]);
      const batch = weighed(await responses(policy, sequences));
      const { coefficients, clipped } = make(kind, { ...options, entropy: 0 }).weigh(batch, maxTokens);
      assert.ok(clipped > 0 && clipped < 1);
      const data = sequences.map((tokens, i): Datum => ({
        tokens,
        coefficients: padded(coefficients[i] ?? new Float32Array()),
      }));
      const start = await policy.save();
      const gradient = await gradientOf(policy, data);
      const elsewhere = [1, 2].map(() =>
        sequences.map((tokens): Datum => ({
          tokens,
          coefficients: weigh(random, tokens, promptLength).coefficients,
        }))
      );
      for (const other of [data, ...elsewhere]) {
        await policy.load(start);
        const direction = await gradientOf(policy, other);
        const length = Math.sqrt(dot(direction, direction));
        const lossAt = async (distance: number): Promise<number> => {
          await policy.load(start);
          await move(policy, other, distance / length);
          return loss(await responses(policy, sequences), batch);
        };
        const step = 0.001;
        const found = dot(gradient, direction) / length;
        const slope = (await lossAt(step) - await lossAt(-step)) / (2 * step);
        const tolerance = 1e-3 * Math.sqrt(dot(gradient, gradient));
        assert.ok(Math.abs(slope - found) < tolerance, `${found} instead of ${slope}`);
      }
    });
  });
}
