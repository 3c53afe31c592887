import assert from "node:assert/strict";
import { evaluate, type EvaluationContext } from "exitlab/lib/loop/evaluate.ts";
import type { SampleRequest } from "exitlab/lib/engine/engine.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import { digits } from "../../support/digit_domain.ts";
import { stubPolicy } from "../../support/stub_engine.ts";

const evaluation = { every: 0, steps: 3, samples: 2, tasks: 4, temperature: 0.7, topP: 0.9, resamples: 3 };

function context(): EvaluationContext & { asked: SampleRequest[][] } {
  const policy = stubPolicy(1);
  const asked: SampleRequest[][] = [];
  return {
    asked,
    domain: digits(),
    operators: [improve()],
    policy: {
      ...policy,
      sample: (requests) => {
        asked.push([...requests]);
        return policy.sample(requests);
      },
    },
    maxTokens: 5,
    evaluation,
    seed: 3,
  };
}

Deno.test("evaluate() runs every chain from k = 0 to K over held-out tasks", async () => {
  const at = context();
  const outcomes = await evaluate(at, 0);
  assert.equal(outcomes.length, 4 * 2 * 4);
  assert.deepEqual(
    new Set(outcomes.map(({ task }) => task)),
    new Set(["test-0", "test-1", "test-2", "test-3"]),
  );
  assert.deepEqual(at.asked.map(({ length }) => length), [8, 8, 8, 8]);
  assert(at.asked.flat().every(({ temperature, topP }) => temperature === 0.7 && topP === 0.9));
});

Deno.test("evaluate() asks to improve the latest response, and shows no verdict", async () => {
  const at = context();
  const outcomes = await evaluate(at, 0);
  const text = (tokens: readonly number[] = []): string => String.fromCodePoint(...tokens);
  for (const [index, request] of (at.asked[2] ?? []).entries()) {
    const before = outcomes.filter(({ step }) => step === 1)[index]?.attempt.response ?? "missing";
    const prompt = text(request.prompt);
    assert(prompt.includes(before));
    assert.doesNotMatch(prompt, /solved|correct|quality|reward|verdict/i);
  }
});

Deno.test("evaluate() says whether a response changed, and gives the same again", async () => {
  const outcomes = await evaluate(context(), 2);
  assert.deepEqual(await evaluate(context(), 2), outcomes);
  for (const { task, sample, step, attempt, changed } of outcomes) {
    const before = outcomes.find((other) =>
      other.task === task && other.sample === sample && other.step === step - 1
    );
    assert.equal(changed, before !== undefined && before.attempt.response !== attempt.response);
  }
});

Deno.test("evaluate() refuses a domain of several turns", async () => {
  await assert.rejects(
    evaluate({ ...context(), domain: digits({ turns: 2 }) }, 0),
    /need a single-turn domain/,
  );
});
