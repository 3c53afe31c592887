import assert from "node:assert/strict";
import { evaluate, type EvaluationContext } from "exitlab/lib/loop/evaluate.ts";
import type { SampleRequest } from "exitlab/lib/engine/engine.ts";
import { policyResponder } from "exitlab/lib/loop/responder.ts";
import { debug } from "exitlab/lib/operator/debug.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import { fragile } from "../../support/fragile_domain.ts";
import { digits } from "../../support/digit_domain.ts";
import { stubPolicy } from "../../support/stub_engine.ts";

const evaluation = { every: 0, steps: 3, samples: 2, tasks: 4, temperature: 0.7, topP: 0.9, resamples: 3 };

function context(): EvaluationContext & { asked: SampleRequest[][]; tokens: () => number } {
  const policy = stubPolicy(1);
  const asked: SampleRequest[][] = [];
  let tokens = 0;
  return {
    asked,
    tokens: () => tokens,
    domain: digits(),
    operators: [improve()],
    responder: policyResponder({
      ...policy,
      sample: async (requests) => {
        asked.push([...requests]);
        const completions = await policy.sample(requests);
        for (const completion of completions) tokens += completion.tokens.length;
        return completions;
      },
    }),
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

Deno.test("evaluate() asks to mend the latest response where it failed, whatever the arm's operators are", async () => {
  for (const operators of [[], [improve()], [debug(), improve()]]) {
    const at = { ...context(), operators };
    const outcomes = await evaluate({ ...at, domain: fragile() }, 0);
    const prompts = at.asked.slice(1).flat().map(({ prompt }) => String.fromCodePoint(...prompt));
    assert(prompts.some((prompt) => prompt.includes("mend it first")));
    for (const [index, prompt] of prompts.entries()) {
      const before = outcomes[index]?.attempt;
      assert(prompt.includes(before?.response ?? "missing"));
      assert.equal(prompt.includes("mend it first"), before?.verdict.failed === true);
    }
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

const turns = 3;

function conversation(): ReturnType<typeof context> {
  return { ...context(), domain: digits({ turns }) };
}

Deno.test("evaluate() gives every turn k steps, in an episode for each k", async () => {
  const at = conversation();
  const outcomes = await evaluate(at, 0);
  assert.equal(outcomes.length, 4 * 2 * 4);
  for (const { step, attempt, attempts } of outcomes) {
    assert.equal(attempts.length, turns);
    assert.equal(attempt.response, attempts.map(({ response }) => response).join("\n"));
    assert.deepEqual(attempt.verdict, attempts.at(-1)?.verdict, `k = ${step}`);
  }
  const drawn = at.asked.flat().length;
  // The first turn is one chain; of later turns, episodes whose first turn came to the same are one, too.
  assert(drawn >= 4 * 2 * 4 * turns / 2 && drawn <= 4 * 2 * (4 + (turns - 1) * (1 + 2 + 3 + 4)));
  const tokens = outcomes.reduce((sum, outcome) => sum + outcome.tokens, 0);
  assert.equal(tokens, at.tokens(), "each token counts once");
});

Deno.test("evaluate() at k = 0 plays the episode that base requests alone play", async () => {
  const at = conversation();
  const plain = await evaluate({ ...at, evaluation: { ...evaluation, steps: 0 } }, 0);
  const outcomes = await evaluate(at, 0);
  assert.deepEqual(outcomes.filter(({ step }) => step === 0), plain);
  assert.deepEqual(await evaluate(conversation(), 0), outcomes);
});

Deno.test("evaluate() stops an episode that does not end, and names its task", async () => {
  await assert.rejects(
    evaluate({ ...context(), domain: digits({ turns: 1001 }), evaluation: { ...evaluation, steps: 0 } }, 0),
    /to end within 1,000 turns but domain "digits", task "test-0", goes on/,
  );
});
