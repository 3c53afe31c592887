import assert from "node:assert/strict";
import { Random } from "../../../lib/random.ts";
import { decodeCheckpoint } from "../../../runners/local/checkpoint.ts";
import { adam, mixedBatch, randomTokens, small, smallShape, weigh, withPolicy } from "./fixtures.ts";
import { type Parameters, referenceLoss, referenceScores } from "./reference_model.ts";
import type { Datum, Policy } from "../../../lib/engine/engine.ts";

const temperature = 1.3;

/** The accumulated gradient: with beta1 = 0 it is the first moment. */
async function gradientOf(policy: Policy): Promise<Map<string, Float32Array>> {
  await policy.optimStep({ ...adam, learningRate: 0, beta1: 0 });
  return decodeCheckpoint(await policy.save()).firstMoment;
}

async function parametersOf(policy: Policy): Promise<Map<string, Float64Array>> {
  const { trained } = decodeCheckpoint(await policy.save());
  return new Map([...trained].map(([name, values]) => [name, Float64Array.from(values)]));
}

/** The central difference of the reference's loss at one parameter. */
function slope(parameters: Parameters, values: Float64Array, at: number, batch: readonly Datum[]): number {
  const step = 1e-5;
  const here = values[at] ?? NaN;
  const lossAt = (value: number): number => {
    values[at] = value;
    return referenceLoss(parameters, smallShape, batch, temperature);
  };
  const difference = (lossAt(here + step) - lossAt(here - step)) / (2 * step);
  values[at] = here;
  return difference;
}

Deno.test("forwardBackward() gives the gradient that float64 differences give, for every tensor", async () => {
  await withPolicy(async (policy) => {
    const random = new Random(1, "gradient");
    const batch = mixedBatch(random);
    const parameters = await parametersOf(policy);
    await policy.forwardBackward(batch, { temperature });
    const gradient = await gradientOf(policy);
    assert.equal(gradient.size, 3 + 6 * small.layers + 1);
    for (const [name, values] of parameters) {
      const found = gradient.get(name) ?? new Float32Array();
      const largest = [...values.keys()].toSorted((a, b) =>
        Math.abs(found[b] ?? 0) - Math.abs(found[a] ?? 0)
      )[0] ?? 0;
      for (const at of [largest, random.int(values.length)]) {
        const expected = slope(parameters, values, at, batch);
        const error = Math.abs(expected - (found[at] ?? NaN)) / (Math.abs(expected) + 1e-2);
        assert.ok(error < 1e-4, `${name}[${at}]: ${found[at]} instead of ${expected}`);
      }
    }
  });
});

Deno.test("forwardBackward() reports the loss, log-probabilities and mean entropy of the reference", async () => {
  await withPolicy(async (policy) => {
    const batch = mixedBatch(new Random(2, "loss"));
    const parameters = await parametersOf(policy);
    const report = await policy.forwardBackward(batch, { temperature });
    const expected = referenceLoss(parameters, smallShape, batch, temperature);
    assert.ok(
      Math.abs(report.loss - expected) < 1e-5 * Math.abs(expected) + 1e-4,
      `${report.loss}, ${expected}`,
    );
    assert.equal(report.tokens, batch.reduce((sum, { tokens }) => sum + tokens.length, 0));
    let entropy = 0;
    let weighed = 0;
    for (const [index, { tokens, coefficients }] of batch.entries()) {
      const scores = referenceScores(parameters, smallShape, tokens, temperature);
      assert.equal(report.logprobs[index]?.length, tokens.length);
      assert.equal(report.logprobs[index]?.[0], 0);
      for (const at of tokens.keys()) {
        assert.ok(Math.abs((report.logprobs[index]?.[at] ?? NaN) - (scores.logprobs[at] ?? NaN)) < 1e-5);
        if (coefficients[at] === 0) continue;
        entropy += scores.entropies[at] ?? NaN;
        weighed += 1;
      }
    }
    assert.ok(Math.abs(report.entropy - entropy / weighed) < 1e-5);
  });
});

Deno.test("forwardBackward() accumulates over calls", async () => {
  const random = new Random(3, "accumulate");
  const first = [weigh(random, randomTokens(random, 9), 2)];
  const second = [weigh(random, randomTokens(random, 20), 2), weigh(random, randomTokens(random, 3), 1)];
  const gradientAfter = (...calls: Datum[][]): Promise<Map<string, Float32Array>> =>
    withPolicy(async (policy) => {
      for (const batch of calls) await policy.forwardBackward(batch, { temperature });
      return await gradientOf(policy);
    });
  const [apart, together] = [await gradientAfter(first, second), await gradientAfter([...first, ...second])];
  for (const [name, values] of apart) {
    for (const [at, value] of values.entries()) {
      assert.ok(Math.abs(value - (together.get(name)?.[at] ?? NaN)) < 1e-4 + 1e-4 * Math.abs(value), name);
    }
  }
});

Deno.test("optimStep() leaves no gradient behind", async () => {
  await withPolicy(async (policy) => {
    const random = new Random(4, "clear");
    await policy.forwardBackward([weigh(random, randomTokens(random, 9), 2)], { temperature });
    assert.ok((await policy.optimStep(adam)).gradientNorm > 0);
    assert.equal((await policy.optimStep(adam)).gradientNorm, 0);
  });
});

Deno.test("logprobs() gives what the reference gives and adds no gradient", async () => {
  await withPolicy(async (policy) => {
    const random = new Random(5, "logprobs");
    const sequences = [1, 2, 7, 8, 9, 23, 24].map((length) => randomTokens(random, length));
    const parameters = await parametersOf(policy);
    const found = await policy.logprobs(sequences, { temperature });
    for (const [index, tokens] of sequences.entries()) {
      const { logprobs } = referenceScores(parameters, smallShape, tokens, temperature);
      assert.equal(found[index]?.length, tokens.length);
      for (const [at, expected] of logprobs.entries()) {
        assert.ok(Math.abs((found[index]?.[at] ?? NaN) - expected) < 1e-5);
      }
    }
    assert.equal((await policy.optimStep(adam)).gradientNorm, 0);
  });
});

Deno.test("forwardBackward() of nothing gives a loss of 0", async () => {
  await withPolicy(async (policy) => {
    const report = await policy.forwardBackward([], { temperature: 1 });
    assert.deepEqual(report, { loss: 0, logprobs: [], entropy: 0, tokens: 0 });
  });
});
