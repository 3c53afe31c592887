import assert from "node:assert/strict";
import type { Checkpoint, Policy } from "../../../lib/engine/engine.ts";
import { UserError } from "../../../lib/errors.ts";
import { decodeCheckpoint } from "../../../runners/local/checkpoint.ts";
import { Random } from "../../../lib/random.ts";
import { adam, mixedBatch, randomTokens, small, weigh, withPolicy } from "./fixtures.ts";

async function train(policy: Policy, random: Random): Promise<void> {
  await policy.forwardBackward(mixedBatch(random), { temperature: 1 });
  await policy.optimStep(adam);
}

async function future(policy: Policy): Promise<unknown> {
  const random = new Random(8, "future");
  const request = { prompt: randomTokens(random, 5), maxTokens: 12, temperature: 1, topP: 1, seed: 4 };
  const before = await policy.sample([request]);
  await train(policy, random);
  const version = await policy.publish();
  return { before, version, after: await policy.sample([request]), checkpoint: await policy.save() };
}

Deno.test("load() continues bit for bit where save() left off", async () => {
  const random = new Random(1, "past");
  const { checkpoint, straight } = await withPolicy(async (policy) => {
    await train(policy, random);
    await policy.publish();
    await train(policy, random);
    const checkpoint = await policy.save();
    return { checkpoint, straight: await future(policy) };
  });
  const resumed = await withPolicy(async (policy) => {
    await policy.forwardBackward(mixedBatch(random), { temperature: 1 });
    await policy.load(checkpoint);
    return await future(policy);
  }, { seed: 99, workers: 1 });
  assert.deepEqual(resumed, straight);
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
      [{ meta: { ...good.meta, format: 2 }, data: good.data }, /format 1/],
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
    const checkpoint = await policy.save();
    const before = decodeCheckpoint(checkpoint);
    await policy.load(checkpoint, "weights");
    const after = decodeCheckpoint(await policy.save());
    assert.deepEqual(after.trained, before.trained);
    assert.deepEqual([after.firstMoment, after.secondMoment], [fresh.firstMoment, fresh.secondMoment]);
    assert.notDeepEqual(before.firstMoment, fresh.firstMoment);
  });
});
