/**
 * The objectives' coefficients against automatic differentiation of their losses by jax-js. jax-js frees an array at its
 * first use: `.ref` marks every use but the last.
 */
import { type Array as JaxArray, defaultDevice, init, lax, numpy as np, valueAndGrad } from "@jax-js/jax";
import type { JsonObject } from "../../../lib/json.ts";
import type { WeighedCompletion } from "../../../lib/objective/objective.ts";
import { Random } from "../../../lib/random.ts";
import { assertClose, completion, make } from "./fixtures.ts";

const maxTokens = 9;

/** What the loss of one case consists of. */
interface Case {
  readonly kind: string;
  readonly options: JsonObject;
  /** The value to maximise of each token; takes `now` over. */
  readonly surrogate: (now: JaxArray, completion: WeighedCompletion) => JaxArray;
  /** The mean of the values of each completion's tokens; takes them over. */
  readonly average: (values: readonly JaxArray[]) => JaxArray;
  /** Of the KL term. */
  readonly beta: number;
}

const constant = (values: Float32Array): JaxArray => np.array([...values]);
const total = (values: readonly JaxArray[]): JaxArray =>
  values.reduce((sum, value) => sum.add(np.sum(value)), np.array(0));

const bySequence = (values: readonly JaxArray[]): JaxArray =>
  total(values.map((value) => np.mean(value))).mul(1 / values.length);
const byToken = (values: readonly JaxArray[]): JaxArray => {
  const tokens = values.reduce((sum, { size }) => sum + size, 0);
  return total(values).mul(1 / tokens);
};
const byConstant = (values: readonly JaxArray[]): JaxArray =>
  total(values).mul(1 / (maxTokens * values.length));

/** min(ρ A, clip(ρ) A), with a floor of c A where A is negative; takes the ratio over. */
function pessimistic(
  ratio: JaxArray,
  advantage: number,
  low: number,
  high: number,
  dual = Infinity,
): JaxArray {
  const value = np.minimum(ratio.ref.mul(advantage), np.clip(ratio, 1 - low, 1 + high).mul(advantage));
  return advantage < 0 && dual < Infinity ? np.maximum(value, dual * advantage) : value;
}

const ratioOf = (now: JaxArray, { then }: WeighedCompletion): JaxArray => np.exp(now.sub(constant(then)));

/** Truncated importance weights; a constant. */
const truncated = ({ then, sampled }: WeighedCompletion, least: number, most: number): JaxArray =>
  np.clip(np.exp(constant(then).sub(constant(sampled))), least, most);

const kl: JsonObject = { coefficient: 0.1 };
const importance: JsonObject = { least: 0.5, most: 1.5 };

const cases: Case[] = [
  {
    kind: "grpo",
    options: {},
    surrogate: (now, it) => pessimistic(ratioOf(now, it), it.advantage, 0.2, 0.2),
    average: bySequence,
    beta: 0,
  },
  {
    kind: "grpo",
    options: { aggregate: "token", dualClip: 1.5, kl, importance },
    surrogate: (now, it) =>
      pessimistic(ratioOf(now, it), it.advantage, 0.2, 0.2, 1.5).mul(truncated(it, 0.5, 1.5)),
    average: byToken,
    beta: 0.1,
  },
  {
    kind: "dr-grpo",
    options: { kl },
    surrogate: (now, it) => pessimistic(ratioOf(now, it), it.advantage, 0.2, 0.2),
    average: byConstant,
    beta: 0.1,
  },
  {
    kind: "dapo",
    options: {},
    surrogate: (now, it) => pessimistic(ratioOf(now, it), it.advantage, 0.2, 0.28),
    average: byToken,
    beta: 0,
  },
  {
    kind: "gspo",
    options: { clip: 0.25, kl },
    surrogate: (now, it) =>
      pessimistic(np.exp(np.mean(now.sub(constant(it.then)))), it.advantage, 0.25, 0.25)
        .add(np.zeros([it.then.length])),
    average: bySequence,
    beta: 0.1,
  },
  {
    kind: "gspo",
    options: { clip: 0.25, importance },
    surrogate: (now, it) => {
      const still = np.exp(np.mean(lax.stopGradient(now.ref).sub(constant(it.then))));
      const ratio = still.mul(np.exp(now.ref.sub(lax.stopGradient(now))));
      return pessimistic(ratio, it.advantage, 0.25, 0.25).mul(truncated(it, 0.5, 1.5));
    },
    average: bySequence,
    beta: 0,
  },
  {
    kind: "cispo",
    options: { clip: { low: 0.5, high: 1 }, kl, importance },
    surrogate: (now, it) => {
      const weight = lax.stopGradient(np.clip(ratioOf(now.ref, it), 0.5, 2));
      return weight.mul(it.advantage).mul(now).mul(truncated(it, 0.5, 1.5));
    },
    average: byToken,
    beta: 0.1,
  },
];

function k3(now: JaxArray, { reference = new Float32Array() }: WeighedCompletion): JaxArray {
  const d = constant(reference).sub(now);
  return np.exp(d.ref).sub(d).sub(1);
}

function lossOf(now: JaxArray[], batch: readonly WeighedCompletion[], it: Case): JaxArray {
  const each = (term: (now: JaxArray, completion: WeighedCompletion) => JaxArray): JaxArray =>
    it.average(batch.flatMap((completion, at) => {
      const own = now[at];
      return own === undefined ? [] : [term(own.ref, completion)];
    }));
  return each(k3).mul(it.beta).sub(each(it.surrogate));
}

function draw(random: Random): WeighedCompletion[] {
  const row = (from: readonly number[], spread: number): number[] =>
    from.map((value) => value + spread * (2 * random.next() - 1));
  return [3, 1, 6, 2, 9, 4].map((length, at) => {
    const then = row(Array.from({ length }, () => -2), 2);
    const others = { now: row(then, 0.7), sampled: row(then, 1), reference: row(then, 1) };
    return completion({ advantage: at === 2 ? 0 : 4 * random.next() - 2, then, ...others });
  });
}

Deno.test("each objective's coefficients are minus what jax-js derives from its loss", async (test) => {
  await init("wasm");
  defaultDevice("wasm");
  for (const it of cases) {
    await test.step(`${it.kind} with ${JSON.stringify(it.options)}`, () => {
      const random = new Random(1, "autodiff");
      for (let round = 0; round < 3; round++) {
        const batch = draw(random);
        const [loss, gradient] = valueAndGrad((now: JaxArray[]) => lossOf(now, batch, it))(
          batch.map(({ now }) => constant(now)),
        );
        loss.dispose();
        const expected = gradient.map((row) => [...row.dataSync()].map((slope) => -slope));
        assertClose(make(it.kind, it.options).weigh(batch, maxTokens).coefficients, expected, 2e-5, 1e-6);
      }
    });
  }
});
