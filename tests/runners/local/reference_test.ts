import assert from "node:assert/strict";
import type { Policy } from "../../../lib/engine/engine.ts";
import { Random } from "../../../lib/random.ts";
import { decodeCheckpoint, readCheckpoint, writeCheckpoint } from "../../../runners/local/checkpoint.ts";
import { adam, mixedBatch, randomTokens, referenceOf, smallShape, train, withPolicy } from "./fixtures.ts";
import { type Parameters, referenceScores } from "./reference_model.ts";

const heat = { temperature: 0.8 } as const;

/** Sequences of many lengths, some of which begin alike. */
function sequences(random: Random): (readonly number[])[] {
  return mixedBatch(random).map(({ tokens }) => tokens);
}

/** mix · θ + (1 − mix) · θ_ref, number by number. */
function mixed(trained: Parameters, reference: Parameters, mix: number): Map<string, number[]> {
  return new Map([...trained].map(([name, values]) => {
    const frozen = reference.get(name) ?? [];
    return [name, Array.from(values, (value, at) => mix * value + (1 - mix) * (frozen[at] ?? NaN))];
  }));
}

function numbersOf(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  return new Float32Array(new Uint8Array(bytes).buffer);
}

async function expectScores(policy: Policy, parameters: Parameters, random: Random): Promise<void> {
  const asked = sequences(random);
  const found = await referenceOf(policy).logprobs(asked, heat);
  assert.equal(found.length, asked.length);
  for (const [index, tokens] of asked.entries()) {
    const { logprobs } = referenceScores(parameters, smallShape, tokens, heat.temperature);
    assert.equal(found[index]?.length, tokens.length);
    for (const [at, expected] of logprobs.entries()) {
      assert.ok(Math.abs((found[index]?.[at] ?? NaN) - expected) < 2e-5);
    }
  }
}

Deno.test("reference.logprobs() scores as logprobs() did before training, until refresh(1)", async () => {
  await withPolicy(async (policy) => {
    const random = new Random(1, "frozen");
    const asked = sequences(random);
    const reference = referenceOf(policy);
    const initial = await policy.logprobs(asked, heat);
    assert.deepEqual(await reference.logprobs(asked, heat), initial);
    for (let step = 0; step < 3; step++) await train(policy, random);
    await policy.publish();
    const trained = await policy.logprobs(asked, heat);
    assert.notDeepEqual(trained, initial);
    assert.deepEqual(await reference.logprobs(asked, heat), initial);
    await reference.refresh(1);
    assert.deepEqual(await reference.logprobs(asked, heat), trained);
    assert.deepEqual(await policy.logprobs(asked, heat), trained);
    await train(policy, random);
    assert.deepEqual(await reference.logprobs(asked, heat), trained);
  });
});

for (const mix of [0.25, 1e-3, 0.999, 1]) {
  Deno.test(`reference.refresh(${mix}) mixes the weights, again and again`, async () => {
    await withPolicy(async (policy) => {
      const random = new Random(2, "mix");
      for (let time = 0; time < 2; time++) {
        for (let step = 0; step < 3; step++) await train(policy, random);
        const before = decodeCheckpoint(await policy.save());
        await referenceOf(policy).refresh(mix);
        const after = decodeCheckpoint(await policy.save());
        const wanted = mixed(before.trained, before.reference, mix);
        for (const [name, values] of wanted) {
          assert.deepEqual(after.reference.get(name), Float32Array.from(values), name);
        }
        assert.deepEqual({ ...after, reference: before.reference }, before);
        await expectScores(policy, wanted, random);
      }
    });
  });
}

Deno.test("after refresh(0.25) the reference scores as a policy that was loaded with the mixed weights", async () => {
  await withPolicy(async (policy) => {
    const random = new Random(3, "hand");
    const asked = sequences(random);
    await train(policy, random);
    const saved = readCheckpoint(await policy.save(), smallShape);
    const [trained, reference] = [numbersOf(saved.numbers.trained), numbersOf(saved.numbers.reference)];
    const byHand = trained.map((value, at) => 0.25 * value + 0.75 * (reference[at] ?? NaN));
    await referenceOf(policy).refresh(0.25);
    const found = await referenceOf(policy).logprobs(asked, heat);
    const numbers = { ...saved.numbers, trained: new Uint8Array(byHand.buffer) };
    await policy.load(writeCheckpoint(smallShape, saved, numbers), "weights");
    assert.deepEqual(found, await policy.logprobs(asked, heat));
    assert.deepEqual(found, await referenceOf(policy).logprobs(asked, heat));
  });
});

Deno.test("the reference leaves training, its gradient and sampling alone", async () => {
  const run = (touch: (policy: Policy) => Promise<unknown>) =>
    withPolicy(async (policy) => {
      const random = new Random(4, "apart");
      await train(policy, random);
      await policy.publish();
      await policy.forwardBackward(mixedBatch(random), heat);
      await touch(policy);
      const { gradientNorm } = await policy.optimStep(adam);
      const prompt = randomTokens(random, 6);
      const drawn = await policy.sample([{ prompt, maxTokens: 10, temperature: 1, topP: 1, seed: 2 }]);
      const { reference: _, ...numbers } = decodeCheckpoint(await policy.save());
      return { gradientNorm, drawn, numbers };
    });
  const touched = await run(async (policy) => {
    const { refresh, logprobs } = referenceOf(policy);
    await logprobs(sequences(new Random(5, "scored")), heat);
    await refresh(0.5);
    await logprobs(sequences(new Random(5, "scored")), heat);
  });
  assert.deepEqual(touched, await run(() => Promise.resolve()));
});

Deno.test('load() with "weights" makes the reference those weights', async () => {
  const random = new Random(6, "load");
  const asked = sequences(random);
  const { checkpoint, trained } = await withPolicy(async (policy) => {
    await train(policy, random);
    await policy.publish();
    await train(policy, random);
    return { checkpoint: await policy.save(), trained: await policy.logprobs(asked, heat) };
  });
  await withPolicy(async (policy) => {
    await policy.load(checkpoint, "weights");
    assert.deepEqual(await referenceOf(policy).logprobs(asked, heat), trained);
    await train(policy, random);
    assert.deepEqual(await referenceOf(policy).logprobs(asked, heat), trained);
  }, { seed: 8 });
});
