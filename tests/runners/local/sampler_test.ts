import assert from "node:assert/strict";
import type { Policy, SampleRequest } from "../../../lib/engine/engine.ts";
import { Random } from "../../../lib/random.ts";
import { decodeCheckpoint } from "../../../runners/local/checkpoint.ts";
import { adam, mixedBatch, randomTokens, small, smallShape, withPolicy } from "./fixtures.ts";
import { referenceLogits, softmax } from "./reference_model.ts";

const plain = { maxTokens: 1, temperature: 1, topP: 1, seed: 0 } as const;

/** Probabilities of the next token after a prompt. */
async function nextProbabilities(policy: Policy, prompt: number[], temperature: number): Promise<number[]> {
  const { published } = decodeCheckpoint(await policy.save());
  const logits = referenceLogits(published, smallShape, prompt).at(-1) ?? [];
  return softmax(logits.map((logit) => logit / temperature));
}

/** How often each token is drawn first, over seeds from 0. */
async function firstTokens(
  policy: Policy,
  request: Omit<SampleRequest, "seed">,
  draws: number,
): Promise<number[]> {
  const counts = new Array<number>(smallShape.vocabulary).fill(0);
  const asked = Array.from({ length: draws }, (_, seed) => ({ ...request, seed }));
  for (const { tokens: [token] } of await policy.sample(asked)) {
    counts[token ?? 0] = (counts[token ?? 0] ?? 0) + 1;
  }
  return counts;
}

/** Pearson's statistic, standardised: about normal(0, 1) when counts follow p, tokens expected less than five times pooled. */
function misfit(counts: readonly number[], p: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let rest = { count: 0, expected: 0 };
  let statistic = 0;
  let cells = 0;
  const add = (count: number, expected: number): void => {
    if (expected === 0) return;
    statistic += (count - expected) ** 2 / expected;
    cells += 1;
  };
  for (const [token, count] of counts.entries()) {
    const expected = total * (p[token] ?? NaN);
    if (expected >= 5) add(count, expected);
    else rest = { count: rest.count + count, expected: rest.expected + expected };
  }
  add(rest.count, rest.expected);
  return (statistic - (cells - 1)) / Math.sqrt(2 * (cells - 1));
}

for (const temperature of [0.4, 1, 2]) {
  Deno.test(`sample() draws from the softmax at temperature ${temperature}`, async () => {
    await withPolicy(async (policy) => {
      const prompt = randomTokens(new Random(1, "draw"), 6);
      const p = await nextProbabilities(policy, prompt, temperature);
      const counts = await firstTokens(policy, { ...plain, prompt, temperature }, 20_000);
      assert.ok(Math.abs(misfit(counts, p)) < 4, `misfit ${misfit(counts, p)}`);
    });
  });
}

Deno.test("sample() with topP draws from the renormalised nucleus and reports log-probabilities before the cut", async () => {
  await withPolicy(async (policy) => {
    const prompt = randomTokens(new Random(2, "nucleus"), 4);
    const p = await nextProbabilities(policy, prompt, 0.5);
    const ranked = [...p.entries()].toSorted(([, a], [, b]) => b - a);
    const nucleus = new Map<number, number>();
    let mass = 0;
    for (const [token, probability] of ranked) {
      if (mass >= 0.7) break;
      nucleus.set(token, probability);
      mass += probability;
    }
    assert.ok(nucleus.size > 1 && nucleus.size < p.length / 2, `nucleus of ${nucleus.size}`);
    const request = { ...plain, prompt, temperature: 0.5, topP: 0.7 };
    const counts = await firstTokens(policy, request, 20_000);
    for (const [token, count] of counts.entries()) assert.ok(count === 0 || nucleus.has(token));
    assert.ok(Math.abs(misfit(counts, p.map((value, token) => nucleus.has(token) ? value / mass : 0))) < 4);
    const [completion] = await policy.sample([{ ...request, seed: 3 }]);
    const [token] = completion?.tokens ?? [];
    assert.ok(Math.abs((completion?.logprobs[0] ?? NaN) - Math.log(p[token ?? -1] ?? NaN)) < 1e-5);
  });
});

Deno.test("sample() with a tiny topP is greedy", async () => {
  await withPolicy(async (policy) => {
    const prompt = randomTokens(new Random(3, "greedy"), 5);
    const p = await nextProbabilities(policy, prompt, 1);
    const counts = await firstTokens(policy, { ...plain, prompt, topP: 1e-9 }, 20);
    assert.equal(counts[p.indexOf(Math.max(...p))], 20);
  });
});

Deno.test("sample() reports the log-probabilities that training computes", async () => {
  await withPolicy(async (policy) => {
    const random = new Random(4, "agree");
    await policy.forwardBackward(mixedBatch(random), { temperature: 1 });
    await policy.optimStep(adam);
    await policy.publish();
    for (const temperature of [0.7, 1, 1.5]) {
      const asked = [1, 2, 7, 8, 9, 22, 23].flatMap((length) => {
        const prompt = randomTokens(random, length);
        return [1, 2, 3].map((seed) => ({ prompt, maxTokens: 40, temperature, topP: 1, seed }));
      });
      const completions = await policy.sample(asked);
      const sequences = completions.map(({ tokens }, index) => [...asked[index]?.prompt ?? [], ...tokens]);
      const trained = await policy.logprobs(sequences, { temperature });
      for (const [index, { logprobs, tokens }] of completions.entries()) {
        assert.equal(logprobs.length, tokens.length);
        const scored = trained[index]?.slice(-tokens.length) ?? [];
        for (const [at, value] of logprobs.entries()) assert.ok(Math.abs(value - (scored[at] ?? NaN)) < 1e-5);
      }
    }
  });
});

Deno.test("sample() ends with the stop token, at maxTokens or where the context is full", async () => {
  await withPolicy(async (policy) => {
    const random = new Random(5, "ends");
    const asked = Array.from({ length: 200 }, (_, seed) => ({
      prompt: randomTokens(random, 1 + random.int(23)),
      maxTokens: 1 + random.int(30),
      temperature: 1.5,
      topP: 1,
      seed,
    }));
    const completions = await policy.sample(asked);
    const finishes = new Set(completions.map(({ finish }) => finish));
    assert.deepEqual(finishes, new Set(["stop", "length"]));
    for (const [index, { tokens, finish }] of completions.entries()) {
      const { prompt, maxTokens } = asked[index] ?? { prompt: [], maxTokens: 0 };
      const most = Math.min(maxTokens, small.context - prompt.length);
      const stops = tokens.map((token) => policy.tokenizer.stop.includes(token));
      assert.equal(stops.indexOf(true), finish === "stop" ? tokens.length - 1 : -1);
      assert.ok(finish === "stop" ? tokens.length <= most : tokens.length === most);
    }
  });
});

Deno.test("sample() uses the weights of the last publish()", async () => {
  await withPolicy(async (policy) => {
    const random = new Random(6, "publish");
    const asked = [1, 2, 3, 4].map((seed) => ({
      ...plain,
      prompt: randomTokens(random, 7),
      maxTokens: 16,
      seed,
    }));
    const before = await policy.sample(asked);
    await policy.forwardBackward(mixedBatch(random), { temperature: 1 });
    await policy.optimStep({ ...adam, learningRate: 0.1 });
    assert.deepEqual(await policy.sample(asked), before);
    assert.equal(await policy.publish(), 1);
    assert.notDeepEqual(await policy.sample(asked), before);
    assert.equal(await policy.publish(), 2);
  });
});

Deno.test("sample() draws many more completions than fit side by side, and none of none", async () => {
  await withPolicy(async (policy) => {
    const asked = Array.from(
      { length: 700 },
      (_, seed) => ({ ...plain, prompt: [seed % 90, 7], maxTokens: 3, seed }),
    );
    const completions = await policy.sample(asked);
    assert.equal(completions.length, 700);
    assert.deepEqual(completions.at(-1), (await policy.sample(asked.slice(-1)))[0]);
    assert.deepEqual(await policy.sample([]), []);
  });
});
