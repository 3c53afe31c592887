import assert from "node:assert/strict";
import { trainOn } from "exitlab/lib/loop/train.ts";
import type { Group, Rollout } from "exitlab/lib/loop/rollout.ts";
import { rootStart } from "exitlab/lib/curriculum/start.ts";
import type { Datum, Policy } from "exitlab/lib/engine/engine.ts";
import { grpo, type GrpoInput } from "exitlab/lib/objective/grpo.ts";
import { stubPolicy } from "../../support/stub_engine.ts";

const promptLength = 3;

function rollout(reward: number, length: number, logprob: number): Rollout {
  const verdict = { quality: reward, solved: reward === 1, reward };
  const completion = {
    tokens: Array.from({ length }, () => 49),
    logprobs: new Float32Array(length).fill(logprob),
    finish: "stop" as const,
  };
  const prompt = Array.from({ length: promptLength }, () => 48);
  return {
    responses: [{ promptText: "000", prompt, completion, text: "" }],
    verdict,
    reward,
    successors: [],
  };
}

function group(...rewards: number[]): Group {
  return {
    start: rootStart(0, "t", null),
    chainStep: 0,
    rollouts: rewards.map((reward, index) => rollout(reward, 2 + index, -1)),
  };
}

/** A stub that keeps what it was given; `now` is the log-probability it scores every token with. */
function watched(now: number): { policy: Policy; batches: Datum[][]; steps: () => number } {
  const policy = stubPolicy(1);
  const batches: Datum[][] = [];
  let steps = 0;
  return {
    batches,
    steps: () => steps,
    policy: {
      ...policy,
      logprobs: (sequences) =>
        Promise.resolve(sequences.map(({ length }) => new Float32Array(length).fill(now))),
      forwardBackward: (batch) => {
        batches.push([...batch]);
        const logprobs = batch.map(({ tokens }) => new Float32Array(tokens.length).fill(now));
        return Promise.resolve({ loss: 0, logprobs, entropy: 0.5, tokens: 0 });
      },
      optimStep: (options) => {
        steps++;
        return policy.optimStep(options);
      },
    },
  };
}

function objective(options: GrpoInput = {}): ReturnType<typeof grpo> {
  return grpo({ groups: 2, groupSize: 2, entropy: 0.1, ...options });
}

Deno.test("trainOn() gives coefficients to response tokens alone, by advantage over length and batch", async () => {
  const { policy, batches } = watched(-1);
  const report = await trainOn(policy, objective(), [group(1, 0), group(1, 1)], 3e-4, 1);
  const [batch = []] = batches;
  assert.equal(batch.length, 2);
  const advantage = report.advantages[0]?.[0] ?? 0;
  assert(advantage > 0.7 && advantage < 0.71);
  for (const [index, { coefficients, entropy }] of batch.entries()) {
    const length = 2 + index;
    const expected = (index === 0 ? advantage : -advantage) / (length * 4);
    assert.deepEqual([...coefficients.subarray(0, promptLength)], [0, 0, 0]);
    for (const value of coefficients.subarray(promptLength)) assert(Math.abs(value - expected) < 1e-7);
    assert.deepEqual([...(entropy ?? [])].map((value) => Math.fround(value)), [
      0,
      0,
      0,
      ...Array.from({ length }, () => Math.fround(0.1 / (length * 4))),
    ]);
  }
});

Deno.test("trainOn() leaves out groups whose rewards are equal, and takes no step when all are", async () => {
  const { policy, batches, steps } = watched(-1);
  const report = await trainOn(policy, objective(), [group(0, 0), group(1, 1)], 3e-4, 1);
  assert.deepEqual([batches.length, steps(), report.gradientNorm], [0, 0, 0]);
  assert.deepEqual(report.advantages, [[0, 0], [0, 0]]);
});

Deno.test("trainOn() takes one step a minibatch, and scores all but the first anew", async () => {
  const { policy, steps, batches } = watched(-0.5);
  const groups = [group(1, 0), group(0, 1)];
  const report = await trainOn(policy, objective({ minibatches: 2, clip: 0.2 }), groups, 3e-4, 1);
  assert.equal(steps(), 2);
  // The second half was sampled at -1 and is now at -0.5: a ratio of 1.65, clipped where the advantage is positive.
  const second = batches[1]?.map(({ coefficients }) => coefficients[promptLength] ?? 0) ?? [];
  assert((second[0] ?? 0) < 0 && second.length === 2 && second[1] === 0, String(second));
  assert(report.clipped > 0);
});

Deno.test("trainOn() reports the gap between sampler and trainer", async () => {
  const { policy } = watched(-1.25);
  const { samplerGap } = await trainOn(policy, objective(), [group(1, 0)], 3e-4, 1);
  assert.equal(samplerGap, 0.25);
});
