import assert from "node:assert/strict";
import type { Checkpoint, Completion, Policy, SampleRequest } from "../../../lib/engine/engine.ts";
import { Random } from "../../../lib/random.ts";
import { decodeCheckpoint } from "../../../runners/local/checkpoint.ts";
import { adam, embed, mixedBatch, randomTokens, referenceOf, weigh, withPolicy } from "./fixtures.ts";

/** Requests with shared and single prompts of many lengths. */
function requests(random: Random): SampleRequest[] {
  return [1, 2, 8, 11, 23].flatMap((length) => {
    const prompt = randomTokens(random, length);
    return Array.from({ length: 1 + random.int(9) }, () => ({
      prompt,
      maxTokens: 1 + random.int(15),
      temperature: 0.5 + random.next(),
      topP: random.chance(0.5) ? 1 : 0.8,
      seed: random.bits(),
    }));
  });
}

interface Outcome {
  readonly completions: Completion[];
  readonly losses: number[];
  readonly norms: number[];
  readonly checkpoint: Checkpoint;
  readonly logprobs: Float32Array[];
  readonly frozen: Float32Array[];
  readonly embeddings: Float32Array[];
}

/** Trains a little, publishes, samples, scores and embeds. */
async function exercise(policy: Policy): Promise<Outcome> {
  const random = new Random(9, "exercise");
  const losses: number[] = [];
  const norms: number[] = [];
  for (let step = 0; step < 3; step++) {
    const { loss } = await policy.forwardBackward(mixedBatch(random), { temperature: 0.9 });
    const { gradientNorm } = await policy.optimStep({ ...adam, clipNorm: 1, weightDecay: 0.1 });
    await referenceOf(policy).refresh(0.3);
    losses.push(loss);
    norms.push(gradientNorm);
  }
  await policy.publish();
  const asked = requests(random);
  const completions = await policy.sample(asked);
  const prompts = asked.map(({ prompt }) => prompt);
  const logprobs = await policy.logprobs(prompts, { temperature: 1 });
  const frozen = await referenceOf(policy).logprobs(prompts, { temperature: 1 });
  const embeddings = await embed(
    policy,
    prompts.map((tokens, at) => ({ tokens, from: at % tokens.length })),
  );
  return { completions, losses, norms, logprobs, frozen, embeddings, checkpoint: await policy.save() };
}

Deno.test("the number of workers changes no bit of training, scoring, embedding and sampling", async () => {
  const alone = await withPolicy(exercise, { workers: 1 });
  for (const workers of [2, 3]) {
    assert.deepEqual(await withPolicy(exercise, { workers }), alone);
  }
});

Deno.test("a completion is the same alone and among others", async () => {
  await withPolicy(async (policy) => {
    const asked = requests(new Random(5, "alone"));
    const together = await policy.sample(asked);
    for (const [index, request] of asked.entries()) {
      assert.deepEqual(await policy.sample([request]), [together[index]]);
    }
  });
});

Deno.test("sequences score the same alone and sharing a prefix with others", async () => {
  await withPolicy(async (policy) => {
    const random = new Random(6, "shared");
    const prompt = randomTokens(random, 12);
    const sequences = [0, 1, 4, 12, 7].map((length) => [...prompt, ...randomTokens(random, length)]);
    const together = await policy.logprobs(sequences, { temperature: 1 });
    for (const [index, tokens] of sequences.entries()) {
      const [alone] = await policy.logprobs([tokens], { temperature: 1 });
      for (const [at, value] of (alone ?? []).entries()) {
        assert.ok(Math.abs(value - (together[index]?.[at] ?? NaN)) < 2e-6);
      }
    }
  });
});

Deno.test("the relaxed and the plain build agree within rounding", async () => {
  const random = new Random(7, "builds");
  const batch = [3, 14, 24].map((length) => weigh(random, randomTokens(random, length), 1));
  const run = (build: "relaxed" | "plain") =>
    withPolicy(async (policy) => {
      const report = await policy.forwardBackward(batch, { temperature: 1 });
      const { gradientNorm } = await policy.optimStep({ ...adam, beta1: 0 });
      return { report, gradientNorm, ...decodeCheckpoint(await policy.save()) };
    }, { builds: [build] });
  const [relaxed, plain] = [await run("relaxed"), await run("plain")];
  assert.ok(Math.abs(relaxed.report.loss - plain.report.loss) < 1e-4);
  assert.ok(Math.abs(relaxed.gradientNorm / plain.gradientNorm - 1) < 1e-5);
  for (const [name, values] of relaxed.firstMoment) {
    for (const [at, value] of values.entries()) {
      assert.ok(
        Math.abs(value - (plain.firstMoment.get(name)?.[at] ?? NaN)) < 1e-4 + 1e-4 * Math.abs(value),
        name,
      );
    }
  }
});

Deno.test("open() gives the same weights for the same seed only", async () => {
  const weights = (seed: number) =>
    withPolicy(async (policy) => (await policy.save()).data, { seed, workers: 1 });
  const first = await weights(1);
  assert.deepEqual(await weights(1), first);
  assert.notDeepEqual(await weights(2), first);
});
