import assert from "node:assert/strict";
import fc from "fast-check";
import type { Domain } from "exitlab/domain";
import type { Attempt } from "exitlab/lib/domain/verdict.ts";
import type { SampleRequest } from "exitlab/lib/engine/engine.ts";
import { evaluate, type EvaluationContext } from "exitlab/lib/loop/evaluate.ts";
import { resample } from "exitlab/lib/loop/resample.ts";
import { policyResponder } from "exitlab/lib/loop/responder.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import { wordIteration } from "exitlab/lib/operator/wording.ts";
import { deriveSeed } from "exitlab/lib/random.ts";
import { digits } from "../../support/digit_domain.ts";
import { stubPolicy } from "../../support/stub_engine.ts";
import { errands } from "./errands_domain.ts";

/** How much is evaluated, and from which seeds. */
interface Case {
  readonly turns: number;
  readonly steps: number;
  readonly samples: number;
  readonly tasks: number;
  readonly seed: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  turns: fc.integer({ min: 1, max: 4 }),
  steps: fc.integer({ min: 0, max: 3 }),
  samples: fc.integer({ min: 1, max: 2 }),
  tasks: fc.integer({ min: 1, max: 3 }),
  seed: fc.integer({ min: 0, max: 1000 }),
});

/** Few letters, so that different requests often get the same response. */
const alphabet = "124";

function context(
  { turns, steps, samples, tasks, seed }: Case,
): EvaluationContext & { asked: SampleRequest[] } {
  const policy = stubPolicy(1, alphabet);
  const asked: SampleRequest[] = [];
  return {
    asked,
    domain: errands({ turns }),
    operators: [improve()],
    responder: policyResponder({
      ...policy,
      sample: (requests) => {
        asked.push(...requests);
        return policy.sample(requests);
      },
    }),
    maxTokens: 3,
    evaluation: { every: 0, steps, samples, tasks, temperature: 1, topP: 1, resamples: 2 },
    seed,
  };
}

/** An episode that was played by itself, and what it asked for. */
interface Alone {
  readonly attempts: readonly Attempt[];
  readonly asked: readonly string[];
}

/** Plays one episode by its definition, sharing nothing: in every turn a first response and k improvements of the latest. */
async function playAlone(
  { domain, responder, seed, maxTokens }: EvaluationContext,
  index: number,
  sample: number,
  k: number,
  iteration: number,
): Promise<Alone> {
  const { id, task } = domain.tasks("test").at(index);
  const attempts: Attempt[] = [];
  const asked: string[] = [];
  let state = domain.begin(task);
  for (let turn = 0;; turn++) {
    let attempt: Attempt | undefined;
    for (let step = 0; step <= k; step++) {
      const messages = attempt === undefined
        ? domain.prompt(task, state)
        : wordIteration("improve", { domain, task, state, attempt });
      const prompt = stubPolicy(1, alphabet).tokenizer.encodeChat(messages);
      const path = turn === 0 ? [step] : [step, turn];
      const drawn = deriveSeed(seed, "evaluate", iteration, id, sample, ...path);
      asked.push(`${drawn} ${prompt.join()}`);
      const [answer] = await responder.respond([
        { messages, maxTokens, temperature: 1, topP: 1, seed: drawn },
      ]);
      const response = answer?.text ?? "";
      const { verdict } = await domain.step(task, state, response);
      attempt = { response, verdict, feedback: null };
    }
    if (attempt === undefined) throw new Error("Nothing was drawn");
    attempts.push(attempt);
    const step = await domain.step(task, state, attempt.response);
    if (step.done) return { attempts, asked };
    state = step.state;
  }
}

Deno.test("evaluate() gives each episode what it would be by itself, and draws equal requests once", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const at = context(given);
      const outcomes = await evaluate(at, 6);
      const seen = at.asked.map(({ seed, prompt }) => `${seed} ${prompt.join()}`);
      assert.equal(outcomes.length, given.tasks * given.samples * (given.steps + 1));
      assert.equal(new Set(seen).size, seen.length, "no request is drawn twice");
      const drawn = new Set<string>();
      for (const { task, sample, step, attempt, attempts, tokens } of outcomes) {
        const alone = await playAlone(context(given), Number(task.slice("test-".length)), sample, step, 6);
        assert.deepEqual(attempts, alone.attempts);
        assert.deepEqual(attempt.verdict, alone.attempts.at(-1)?.verdict);
        const fresh = new Set(alone.asked.filter((request) => !drawn.has(request)));
        assert.equal(tokens, fresh.size * at.maxTokens, "tokens that no smaller k had drawn");
        for (const request of fresh) drawn.add(request);
      }
      assert.deepEqual(drawn, new Set(seen), "nothing else is asked");
    }),
    { numRuns: 60 },
  );
});

Deno.test("evaluate() draws between one chain a turn and what a plan allows for", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (given) => {
      const at = context(given);
      const outcomes = await evaluate(at, 0);
      const chains = given.tasks * given.samples;
      const chain = given.steps + 1;
      assert(at.asked.length <= chains * (chain + (given.turns - 1) * chain * (chain + 1) / 2));
      assert(at.asked.length >= chains * chain);
      const first = at.asked.filter(({ prompt }) =>
        !String.fromCodePoint(...prompt).includes("Seen in turn")
      );
      assert.equal(first.length, chains * chain, "the first turn is one chain");
      assert.deepEqual(await evaluate(context(given), 0), outcomes);
    }),
    { numRuns: 30 },
  );
});

Deno.test("evaluate() calls an episode changed if a played response is another than with a step less", async () => {
  const outcomes = await evaluate(context({ turns: 3, steps: 3, samples: 2, tasks: 3, seed: 1 }), 0);
  const kinds = new Set<boolean>();
  for (const { task, sample, step, attempts, changed } of outcomes) {
    const before = outcomes.find((other) =>
      other.task === task && other.sample === sample && other.step === step - 1
    );
    const texts = (of: readonly Attempt[] = []): string[] => of.map(({ response }) => response);
    const differs = texts(before?.attempts).join("|") !== texts(attempts).join("|");
    assert.equal(changed, before !== undefined && differs);
    if (step > 0) kinds.add(changed);
  }
  assert.equal(kinds.size, 2, "both happen");
});

Deno.test("evaluate() shows the conversation, the latest request and the current response, and no verdict", async () => {
  const at = context({ turns: 3, steps: 1, samples: 1, tasks: 2, seed: 4 });
  await evaluate(at, 0);
  const prompts = at.asked.map(({ prompt }) => String.fromCodePoint(...prompt));
  const afterTool = prompts.filter((text) => /Seen in turn 0\nBelow are/.test(text));
  assert(afterTool.length > 0);
  for (const text of afterTool) {
    assert.match(
      text,
      /^Be brief\.\nRequest 0: guess (\d)\n[124]{2}\nSeen in turn 0\nBelow [^]*## Request\n\nRequest 0: guess \1\n\n## Current response\n\n[124]{2}$/,
    );
  }
  const afterRequest = prompts.filter((text) => /Seen in turn 0\n[124]{2}\nBelow are/.test(text));
  assert(afterRequest.length > 0);
  for (const text of afterRequest) {
    assert.match(text, /## Request\n\nRequest 1: guess \d again\n\n## Current response\n\n[124]{2}$/);
    assert.equal(text.split("Request 1").length, 2, "a request that is open is asked once");
  }
  for (const text of prompts) assert.doesNotMatch(text, /solved|correct|quality|reward|verdict/i);
});

Deno.test("resample() plays whole episodes, and as a single turn the same as ever", async () => {
  const at = context({ turns: 3, steps: 2, samples: 1, tasks: 2, seed: 2 });
  const outcomes = await resample(at, 0);
  assert.deepEqual(outcomes.map(({ task, draw }) => [task, draw]), [
    ["test-0", 0],
    ["test-0", 1],
    ["test-1", 0],
    ["test-1", 1],
  ]);
  assert.equal(outcomes.reduce((sum, { tokens }) => sum + tokens, 0), at.asked.length * at.maxTokens);
  const single = { ...at, domain: digits() };
  at.asked.length = 0;
  await resample(single, 7);
  assert.deepEqual(
    at.asked.map(({ seed }) => seed),
    ["test-0", "test-1"].flatMap((task) => [0, 1].map((draw) => deriveSeed(2, "resample", 7, task, draw))),
  );
});

Deno.test("evaluate() of a single turn draws from the seeds that it always had", async () => {
  const at = context({ turns: 1, steps: 2, samples: 2, tasks: 1, seed: 9 });
  const domain: Domain = digits();
  await evaluate({ ...at, domain }, 5);
  assert.deepEqual(
    at.asked.map(({ seed }) => seed),
    [0, 1, 2].flatMap((step) => [0, 1].map((sample) => deriveSeed(9, "evaluate", 5, "test-0", sample, step))),
  );
});

Deno.test("evaluate() ends episodes whose conversation outgrows the context with the verdict as it stands", async () => {
  const given = { turns: 3, steps: 1, samples: 2, tasks: 3, seed: 4 };
  const roomy = context(given);
  const whole = await evaluate(roomy, 0);
  const lengths = roomy.asked.map(({ prompt }) => prompt.length).toSorted((a, b) => a - b);
  const cuts = new Set<string>();
  const least = Math.max(...(await firstRequests(given)));
  for (const length of new Set(lengths.filter((each) => each >= least))) {
    const narrow = context(given);
    const at = { ...narrow, responder: { ...narrow.responder, context: length + narrow.maxTokens } };
    const outcomes = await evaluate(at, 0);
    assert.equal(outcomes.length, whole.length, "no episode is lost");
    for (const { prompt } of narrow.asked) assert(prompt.length <= length);
    cuts.add(JSON.stringify(outcomes));
  }
  assert(cuts.size > 1 && cuts.has(JSON.stringify(whole)));
});

/** The lengths of what is asked in first turns. */
async function firstRequests(given: Case): Promise<number[]> {
  const alone = context({ ...given, turns: 1 });
  await evaluate(alone, 0);
  return alone.asked.map(({ prompt }) => prompt.length);
}
