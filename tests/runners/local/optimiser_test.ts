import assert from "node:assert/strict";
import type { AdamOptions, Datum } from "../../../lib/engine/engine.ts";
import { Random } from "../../../lib/random.ts";
import { decodeCheckpoint } from "../../../runners/local/checkpoint.ts";
import { adam, mixedBatch, randomTokens, small, weigh, withPolicy } from "./fixtures.ts";
import { tensorsOf } from "../../../runners/local/shape.ts";

/** AdamW of the paper (arXiv 1711.05101, algorithm 2), one number at a time. */
class ReferenceAdam {
  #first = 0;
  #second = 0;
  #step = 0;

  next(weight: number, gradient: number, options: AdamOptions): number {
    const { learningRate, beta1, beta2, epsilon, weightDecay } = options;
    this.#step += 1;
    this.#first = beta1 * this.#first + (1 - beta1) * gradient;
    this.#second = beta2 * this.#second + (1 - beta2) * gradient ** 2;
    const first = this.#first / (1 - beta1 ** this.#step);
    const second = this.#second / (1 - beta2 ** this.#step);
    return weight - learningRate * (first / (Math.sqrt(second) + epsilon) + weightDecay * weight);
  }
}

/** The gradient of each step, found by steps of size 0 in another policy with the same weights. */
Deno.test("optimStep() follows AdamW, with clipping, and decays matrices only", async () => {
  const options = { ...adam, learningRate: 3e-3, weightDecay: 0.2, clipNorm: 0.5 };
  const random = new Random(1, "adam");
  await withPolicy(async (policy) => {
    const kinds = new Map(tensorsOf({ ...small, vocabulary: 104 }).all.map(({ name, kind }) => [name, kind]));
    const references = new Map<string, ReferenceAdam>();
    const expected = new Map<string, number>();
    for (let step = 0; step < 4; step++) {
      const batch = mixedBatch(random);
      const before = await policy.save();
      await policy.forwardBackward(batch, { temperature: 1 });
      await policy.optimStep({ ...adam, learningRate: 0, beta1: 0 });
      const gradient = decodeCheckpoint(await policy.save()).firstMoment;
      const squares = [...gradient.values()].flatMap((values) => [...values]).reduce(
        (sum, g) => sum + g * g,
        0,
      );
      await policy.load(before);
      await policy.forwardBackward(batch, { temperature: 1 });
      const { gradientNorm } = await policy.optimStep(options);
      assert.ok(Math.abs(gradientNorm / Math.sqrt(squares) - 1) < 1e-6);
      const after = decodeCheckpoint(await policy.save()).trained;
      for (const [name, weights] of decodeCheckpoint(before).trained) {
        for (const at of [0, weights.length - 1, weights.length >> 1]) {
          const key = `${name}[${at}]`;
          const reference = references.get(key) ?? new ReferenceAdam();
          references.set(key, reference);
          const clipped = (gradient.get(name)?.[at] ?? NaN) * options.clipNorm /
            Math.max(gradientNorm, options.clipNorm);
          const decay = kinds.get(name) === "matrix" ? options.weightDecay : 0;
          const wanted = reference.next(expected.get(key) ?? weights[at] ?? NaN, clipped, {
            ...options,
            weightDecay: decay,
          });
          expected.set(key, wanted);
          assert.ok(Math.abs((after.get(name)?.[at] ?? NaN) - wanted) < 2e-6, key);
        }
      }
    }
  });
});

Deno.test("optimStep() leaves the weights alone when the gradient is not finite", async () => {
  await withPolicy(async (policy) => {
    const random = new Random(2, "broken");
    const before = await policy.save();
    const datum = weigh(random, randomTokens(random, 12), 1);
    const huge: Datum = { ...datum, coefficients: datum.coefficients.map((weight) => weight * 3e38) };
    await policy.forwardBackward([huge, huge, huge], { temperature: 1e-3 });
    await assert.rejects(policy.optimStep(adam), /gradient's norm is (NaN|Infinity): no step was taken/);
    assert.deepEqual(await policy.save(), before);
    await policy.forwardBackward([datum], { temperature: 1 });
    assert.ok((await policy.optimStep(adam)).gradientNorm > 0);
  });
});

Deno.test("optimStep() lowers the loss of a batch that is repeated", async () => {
  await withPolicy(async (policy) => {
    const tokens = randomTokens(new Random(3, "learn"), 24);
    const coefficients = Float32Array.from(tokens, (_, at) => at === 0 ? 0 : 1);
    const losses: number[] = [];
    for (let step = 0; step < 40; step++) {
      losses.push((await policy.forwardBackward([{ tokens, coefficients }], { temperature: 1 })).loss);
      await policy.optimStep(adam);
    }
    assert.ok((losses.at(-1) ?? NaN) < 0.05 * (losses[0] ?? NaN), `${losses[0]} → ${losses.at(-1)}`);
  });
});
