import assert from "node:assert/strict";
import { groupRewards } from "exitlab/lib/loop/group_rewards.ts";
import { imitatedResponses } from "exitlab/lib/loop/imitate.ts";
import { rollOut, type RolloutContext, rootSource } from "exitlab/lib/loop/rollout.ts";
import { trainOn } from "exitlab/lib/loop/train.ts";
import type { Datum, Policy } from "exitlab/lib/engine/engine.ts";
import type { Imitation, OperatorPart } from "exitlab/lib/operator/operator.ts";
import { grpo } from "exitlab/lib/objective/grpo.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import { selfImitation } from "exitlab/lib/operator/self_imitation.ts";
import { Random } from "exitlab/lib/random.ts";
import { digits } from "../../support/digit_domain.ts";
import { stubPolicy } from "../../support/stub_engine.ts";

function context(operators: readonly OperatorPart[]): RolloutContext {
  const domain = digits();
  const sampling = { temperature: 1, maxTokens: 3, publishEvery: 1 };
  return {
    domain,
    tasks: domain.tasks("train"),
    operators,
    policy: stubPolicy(4),
    sampling,
    groupSize: 12,
    seed: 4,
  };
}

async function draw(at: RolloutContext) {
  const roots = rootSource(at.domain, at.tasks);
  const groups = await rollOut(at, [0, 1, 2].map((index) => roots.at(index)), 1);
  const rewards = { curriculum: {}, operators: at.operators, objective: grpo(), maxTokens: 3 };
  return groupRewards(groups, rewards);
}

Deno.test("imitatedResponses() asks to improve the one attempt and answers with the other, token by token", async () => {
  const at = context([improve(), selfImitation({ mend: 0.3, keep: 0 })]);
  const groups = await draw(at);
  const imitated = imitatedResponses(groups, at, new Random(1));
  const wrong = groups.flatMap(({ rollouts }) => {
    const solved = rollouts.filter(({ verdict }) => verdict.solved).length;
    return solved === 0 || solved === rollouts.length
      ? []
      : rollouts.filter(({ verdict }) => !verdict.solved);
  });
  assert(wrong.length > 0);
  assert.equal(imitated.length, wrong.length);
  for (const [index, { prompt, tokens, weight }] of imitated.entries()) {
    const text = String.fromCodePoint(...prompt);
    assert(text.includes("## Current response") && text.includes(wrong[index]?.responses[0]?.text ?? "none"));
    const answer = at.policy.tokenizer.decode(tokens);
    assert(text.includes(`guess ${answer.slice(0, 1)}`), "the answer solves the task that is asked");
    assert.equal(weight, 0.3);
  }
});

Deno.test("imitatedResponses() refuses what an operator gets wrong", async () => {
  const wrong: readonly Imitation[] = [
    { group: 9, attempt: 0, response: 0, weight: 1 },
    { group: 0, attempt: 99, response: 0, weight: 1 },
    { group: 0, attempt: 0, response: 0, weight: NaN },
    { group: 0, attempt: 0, response: 0, weight: 0 },
  ];
  for (const imitation of wrong) {
    const at = context([{ ...selfImitation(), imitations: () => [imitation] }]);
    const groups = await draw(at);
    assert.throws(
      () => imitatedResponses(groups, at, new Random(1)),
      /Expected self-imitation to name rollouts of a group and a weight above 0/,
    );
  }
});

Deno.test("trainOn() learns imitated responses at ratio 1, by their weight, beside the groups", async () => {
  const batches: Datum[][] = [];
  let steps = 0;
  const policy: Policy = {
    ...stubPolicy(1),
    optimStep: () => {
      steps++;
      return Promise.resolve({ gradientNorm: 1 });
    },
    forwardBackward: (batch) => {
      batches.push([...batch]);
      const logprobs = batch.map(({ tokens }) => new Float32Array(tokens.length));
      return Promise.resolve({ loss: 0, logprobs, entropy: 0, tokens: 0 });
    },
  };
  const imitated = [1, 2, 3].map((weight) => ({ prompt: [7, 7], tokens: [8, 9, 0], weight }));
  const options = { learningRate: 1e-3, temperature: 1, maxTokens: 4, stale: false, imitated };
  for (const [minibatches, sizes] of [[1, [3]], [2, [2, 1]]] as const) {
    batches.length = 0;
    steps = 0;
    await trainOn(policy, grpo({ minibatches, entropy: 0 }), [], [], options);
    assert.deepEqual(batches.map(({ length }) => length), sizes);
    assert.equal(steps, sizes.length, "each gradient is stepped along, also without sampled responses");
    for (const batch of batches) {
      for (const { tokens, coefficients } of batch) {
        assert.deepEqual(tokens, [7, 7, 8, 9, 0]);
        assert.deepEqual([...coefficients.subarray(0, 2)], [0, 0]);
        // A / (L N) with L = 3 tokens and N responses in the minibatch.
        const weight = (coefficients[2] ?? 0) * 3 * batch.length;
        assert(imitated.some((one) => Math.abs(one.weight - weight) < 1e-6), String(weight));
      }
    }
  }
});
