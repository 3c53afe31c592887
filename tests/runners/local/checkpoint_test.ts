import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Checkpoint, Policy } from "../../../lib/engine/engine.ts";
import { UserError } from "../../../lib/errors.ts";
import { decodeCheckpoint } from "../../../runners/local/checkpoint.ts";
import { Random } from "../../../lib/random.ts";
import { adam, mixedBatch, randomTokens, referenceOf, small, train, weigh, withPolicy } from "./fixtures.ts";

/** A checkpoint with other numbers, or said to be of another format, and a hash that fits. */
function forge({ meta, data }: Checkpoint, format: number, bytes: Uint8Array = data): Checkpoint {
  return {
    meta: { ...meta, format, sha256: createHash("sha256").update(bytes).digest("hex") },
    data: bytes,
  };
}

async function future(policy: Policy): Promise<unknown> {
  const random = new Random(8, "future");
  const request = { prompt: randomTokens(random, 5), maxTokens: 12, temperature: 1, topP: 1, seed: 4 };
  const before = await policy.sample([request]);
  const frozen = await referenceOf(policy).logprobs([request.prompt], { temperature: 1 });
  await train(policy, random);
  await referenceOf(policy).refresh(0.1);
  const version = await policy.publish();
  return { before, frozen, version, after: await policy.sample([request]), checkpoint: await policy.save() };
}

const pasts: readonly [string, (policy: Policy, random: Random) => Promise<unknown>][] = [
  ["never touched", () => Promise.resolve()],
  ["mixed", (policy) => referenceOf(policy).refresh(0.25)],
  ["the weights of then", (policy) => referenceOf(policy).refresh(1)],
  ["older than the weights", async (policy, random) => {
    await referenceOf(policy).refresh(1);
    await train(policy, random);
  }],
  ["that of weights loaded before", async (policy, random) => {
    await policy.load(await policy.save(), "weights");
    await train(policy, random);
  }],
];

for (const [name, freeze] of pasts) {
  Deno.test(`load() continues bit for bit where save() left off, the reference ${name}`, async () => {
    const random = new Random(1, "past");
    const { checkpoint, straight } = await withPolicy(async (policy) => {
      await train(policy, random);
      await policy.publish();
      await train(policy, random);
      await freeze(policy, random);
      const checkpoint = await policy.save();
      return { checkpoint, straight: await future(policy) };
    });
    const resumed = await withPolicy(async (policy) => {
      await train(policy, random);
      await referenceOf(policy).refresh(0.5);
      await policy.forwardBackward(mixedBatch(random), { temperature: 1 });
      await policy.load(checkpoint);
      return await future(policy);
    }, { seed: 99, workers: 1 });
    assert.deepEqual(resumed, straight);
  });
}

Deno.test("save() spends no bytes on a reference that equals the weights", async () => {
  await withPolicy(async (policy) => {
    const part = 4 * (policy.parameters ?? NaN);
    assert.equal((await policy.save()).data.length, 4 * part);
    await train(policy, new Random(6, "bytes"));
    assert.equal((await policy.save()).data.length, 5 * part);
    await referenceOf(policy).refresh(1);
    assert.equal((await policy.save()).data.length, 4 * part);
  });
});

Deno.test("load() takes a checkpoint without a reference: it becomes the loaded weights", async () => {
  const random = new Random(7, "old");
  await withPolicy(async (policy) => {
    await train(policy, random);
    await policy.publish();
    await train(policy, random);
    const saved = await policy.save();
    const numbers = decodeCheckpoint(saved);
    const old = forge(saved, 1, saved.data.slice(0, 16 * (policy.parameters ?? NaN)));
    assert.deepEqual(decodeCheckpoint(old), { ...numbers, reference: numbers.trained });
    await train(policy, random);
    await policy.load(old);
    assert.deepEqual(await policy.save(), old);
    const tokens = randomTokens(random, 20);
    assert.deepEqual(
      await referenceOf(policy).logprobs([tokens], { temperature: 1 }),
      await policy.logprobs([tokens], { temperature: 1 }),
    );
  });
});

Deno.test("save() survives a later change of the policy", async () => {
  await withPolicy(async (policy) => {
    const checkpoint = await policy.save();
    const copy = structuredClone(checkpoint);
    await train(policy, new Random(2, "later"));
    assert.deepEqual(checkpoint, copy);
  });
});

Deno.test("save() refuses to lose an accumulated gradient", async () => {
  await withPolicy(async (policy) => {
    const random = new Random(3, "pending");
    await policy.forwardBackward([weigh(random, randomTokens(random, 4), 1)], { temperature: 1 });
    await assert.rejects(policy.save(), /between forwardBackward and optimStep/);
    await policy.optimStep(adam);
    await policy.save();
  });
});

Deno.test("load() refuses what is not a whole checkpoint of this model", async () => {
  const other = await withPolicy((policy) => policy.save(), { model: { ...small, layers: 1 } });
  await withPolicy(async (policy) => {
    const good = await policy.save();
    const flipped = new Uint8Array(good.data);
    flipped[1000] = (flipped[1000] ?? 0) ^ 1;
    const cases: [Checkpoint, RegExp][] = [
      [other, /layers 2 but found one with layers 1/],
      [{ ...good, data: good.data.slice(4) }, /bytes but found/],
      [{ ...good, data: flipped }, /corrupt/],
      [{ meta: { kind: "lora", format: 1 }, data: good.data }, /found \{"kind":"lora","format":1\}/],
      [{ meta: { ...good.meta, format: 3 }, data: good.data }, /format 1 or 2, but found .*"format":3/],
      [forge(good, 2), /checkpoint of \d+ bytes but found/],
      [forge(good, 1, new Uint8Array(5 * good.data.length / 4)), /checkpoint of \d+ bytes but found/],
    ];
    for (const [checkpoint, message] of cases) {
      await assert.rejects(policy.load(checkpoint), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        return true;
      });
    }
    assert.deepEqual(await policy.save(), good);
  });
});

Deno.test('load() with "weights" takes the weights and starts the optimiser anew', async () => {
  const random = new Random(5, "weights");
  await withPolicy(async (policy) => {
    const fresh = decodeCheckpoint(await policy.save());
    await train(policy, random);
    await policy.publish();
    await train(policy, random);
    await referenceOf(policy).refresh(0.5);
    const checkpoint = await policy.save();
    const before = decodeCheckpoint(checkpoint);
    await policy.load(checkpoint, "weights");
    const loaded = await policy.save();
    const after = decodeCheckpoint(loaded);
    assert.deepEqual([checkpoint.meta["step"], loaded.meta["step"]], [2, 0]);
    assert.deepEqual(after.trained, before.trained);
    assert.deepEqual(after.published, before.published);
    assert.deepEqual(after.reference, before.trained);
    assert.notDeepEqual(before.reference, before.trained);
    assert.deepEqual([after.firstMoment, after.secondMoment], [fresh.firstMoment, fresh.secondMoment]);
    assert.notDeepEqual(before.firstMoment, fresh.firstMoment);
  });
});
