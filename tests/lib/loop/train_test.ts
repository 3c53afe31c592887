import assert from "node:assert/strict";
import { trainOn, type TrainOptions } from "exitlab/lib/loop/train.ts";
import type { Group, Rollout } from "exitlab/lib/loop/rollout.ts";
import { rootStart } from "exitlab/lib/curriculum/start.ts";
import type { Datum, Policy, TokenSequence } from "exitlab/lib/engine/engine.ts";
import { grpo, type GrpoInput } from "exitlab/lib/objective/grpo.ts";
import type { ObjectivePart, WeighedCompletion } from "exitlab/lib/objective/objective.ts";
import { stubPolicy } from "../../support/stub_engine.ts";

const promptLength = 3;
const options: TrainOptions = { learningRate: 3e-4, temperature: 1, maxTokens: 8, stale: false };
const start = rootStart(0, "t", null);

/** The advantages of a group of two whose rewards differ. */
const apart = [0.5, -0.5];
const alike = [0, 0];

function rollout(length: number, logprob: number): Rollout {
  const completion = {
    tokens: Array.from({ length }, () => 49),
    logprobs: new Float32Array(length).fill(logprob),
    finish: "stop" as const,
  };
  const prompt = Array.from({ length: promptLength }, () => 48);
  return {
    start,
    responses: [{ promptText: "000", prompt, completion, text: "", shortened: 0 }],
    attempts: [],
    verdict: { quality: 0, solved: false, reward: 0 },
    reward: 0,
    successors: [],
  };
}

/** A group of two rollouts, of two and of three tokens. */
function group(): Group {
  return { start, chain: 0, chainStep: 0, rollouts: [rollout(2, -1), rollout(3, -1)] };
}

/** A stub that keeps what it was given and scores every token with `now`, or under frozen weights with `frozen`. */
function watched(now: number, frozen?: number): {
  policy: Policy;
  batches: Datum[][];
  calls: string[];
} {
  const policy = stubPolicy(1);
  const batches: Datum[][] = [];
  const calls: string[] = [];
  const score = (name: string, value: number) => (sequences: readonly TokenSequence[]) => {
    calls.push(name);
    return Promise.resolve(sequences.map(({ length }) => new Float32Array(length).fill(value)));
  };
  return {
    batches,
    calls,
    policy: {
      ...policy,
      logprobs: score("score", now),
      ...(frozen === undefined ? {} : {
        reference: { logprobs: score("reference", frozen), refresh: () => Promise.resolve() },
      }),
      forwardBackward: (batch) => {
        calls.push("gradient");
        batches.push([...batch]);
        const logprobs = batch.map(({ tokens }) => new Float32Array(tokens.length).fill(now));
        return Promise.resolve({ loss: 0, logprobs, entropy: 0.5, tokens: 0 });
      },
      optimStep: (options) => {
        calls.push("step");
        return policy.optimStep(options);
      },
    },
  };
}

function objective(options: GrpoInput = {}): ObjectivePart {
  return grpo({ groups: 2, groupSize: 2, entropy: 0.1, ...options });
}

/** An objective that keeps what it was asked to weigh. */
function overheard(options: GrpoInput): {
  objective: ObjectivePart;
  weighed: { batch: readonly WeighedCompletion[]; maxTokens: number }[];
} {
  const inner = objective(options);
  const weighed: { batch: readonly WeighedCompletion[]; maxTokens: number }[] = [];
  const weigh: ObjectivePart["weigh"] = (batch, maxTokens) => {
    weighed.push({ batch, maxTokens });
    return inner.weigh(batch, maxTokens);
  };
  return { objective: { ...inner, weigh }, weighed };
}

Deno.test("trainOn() gives coefficients to response tokens alone, by advantage over length and batch", async () => {
  const { policy, batches } = watched(-1);
  await trainOn(policy, objective(), [group(), group()], [apart, alike], options);
  const [batch = []] = batches;
  assert.equal(batch.length, 2);
  for (const [index, { coefficients, entropy }] of batch.entries()) {
    const length = 2 + index;
    const expected = Math.fround((index === 0 ? 0.5 : -0.5) / (length * 4));
    const share = Math.fround(0.1 / (length * 4));
    assert.deepEqual([...coefficients], [0, 0, 0, ...Array.from({ length }, () => expected)]);
    assert.deepEqual([...entropy ?? []], [0, 0, 0, ...Array.from({ length }, () => share)]);
  }
});

Deno.test("trainOn() takes no step when no group has anything to teach", async () => {
  const { policy, calls } = watched(-1);
  const report = await trainOn(policy, objective(), [group(), group()], [alike, alike], options);
  assert.deepEqual(calls, []);
  assert.deepEqual(report, { entropy: null, gradientNorm: 0, clipped: 0, kl: 0, samplerGap: 0 });
});

Deno.test("trainOn() takes one step a minibatch, and scores all but the first anew", async () => {
  const { policy, calls, batches } = watched(-0.5);
  const advantages = [[1, -1], [-1, 1]];
  const report = await trainOn(
    policy,
    objective({ minibatches: 2 }),
    [group(), group()],
    advantages,
    options,
  );
  assert.deepEqual(calls, ["gradient", "step", "score", "gradient", "step"]);
  // The second half was sampled at -1 and is now at -0.5: a ratio of 1.65, clipped where the advantage is positive.
  const second = batches[1]?.map(({ coefficients }) => coefficients[promptLength] ?? 0) ?? [];
  assert.ok((second[0] ?? 0) < 0 && second.length === 2 && second[1] === 0, String(second));
  assert.ok(report.clipped > 0);
});

Deno.test("trainOn() reports the gap between sampler and trainer", async () => {
  const { policy } = watched(-1.25);
  assert.equal((await trainOn(policy, objective(), [group()], [apart], options)).samplerGap, 0.25);
});

Deno.test("trainOn() scores the first minibatch too where the sampler is behind", async () => {
  const { policy, calls } = watched(-0.5);
  const { objective, weighed } = overheard({});
  await trainOn(policy, objective, [group()], [apart], { ...options, stale: true });
  assert.deepEqual(calls, ["score", "gradient", "step"]);
  const [first] = weighed[0]?.batch ?? [];
  assert.deepEqual([first?.now[0], first?.then[0], first?.sampled[0]], [-0.5, -1, -1]);
});

Deno.test("trainOn() tells the sampler from the trainer for an objective that corrects for it", async () => {
  for (const stale of [false, true]) {
    const { policy, calls } = watched(-0.5);
    const { objective, weighed } = overheard({ importance: {}, minibatches: 2 });
    await trainOn(policy, objective, [group(), group()], [apart, apart], { ...options, stale });
    // All minibatches are scored before the first step; the second once more after it.
    assert.deepEqual(calls, ["score", "score", "gradient", "step", "score", "gradient", "step"]);
    for (const { batch, maxTokens } of weighed) {
      assert.equal(maxTokens, options.maxTokens);
      for (const { now, then, sampled, reference } of batch) {
        assert.deepEqual([now[0], then[0], sampled[0], reference], [-0.5, -0.5, -1, undefined]);
        assert.deepEqual([now.length, then.length], [sampled.length, sampled.length]);
      }
    }
  }
});

Deno.test("trainOn() holds every response to the reference, also those without an advantage", async () => {
  const { policy, calls, batches } = watched(-1, -2);
  const held = objective({ kl: { coefficient: 0.5 } });
  const report = await trainOn(policy, held, [group()], [alike], options);
  assert.deepEqual(calls, ["reference", "gradient", "step"]);
  assert.ok(Math.abs(report.kl - Math.exp(-1)) < 1e-12);
  const [batch = []] = batches;
  assert.equal(batch.length, 2);
  for (const { coefficients, entropy } of batch) {
    assert.deepEqual([...coefficients.subarray(0, promptLength)], [0, 0, 0]);
    assert.ok(coefficients.subarray(promptLength).every((weight) => weight < 0));
    assert.ok(entropy?.every((weight) => weight === 0));
  }
});

Deno.test("trainOn() cannot hold a policy to a reference that it does not have", async () => {
  const held = objective({ kl: { coefficient: 0.5 } });
  await assert.rejects(
    () => trainOn(watched(-1).policy, held, [group()], [apart], options),
    /a reference that it does not have/,
  );
});
