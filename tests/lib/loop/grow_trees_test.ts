import assert from "node:assert/strict";
import fc from "fast-check";
import type { Domain } from "exitlab/lib/domain/domain.ts";
import type { GreedySearch } from "exitlab/lib/experiment/settings.ts";
import { evaluate, type EvaluationContext } from "exitlab/lib/loop/evaluate.ts";
import { bestSoFar, growTrees, type SearchTree } from "exitlab/lib/loop/grow_trees.ts";
import { nodeRows } from "exitlab/lib/loop/records.ts";
import { policyResponder } from "exitlab/lib/loop/responder.ts";
import { debug } from "exitlab/lib/operator/debug.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import { fragile } from "../../support/fragile_domain.ts";
import { stubPolicy } from "../../support/stub_engine.ts";

const evaluation = { every: 0, steps: 7, samples: 2, tasks: 3, temperature: 0.7, topP: 0.9, resamples: 0 };
const options: GreedySearch = { drafts: 1, debugProbability: 1, debugDepth: 20 };

function context(domain: Domain = fragile(), seed = 3): EvaluationContext & { prompts: string[][] } {
  const policy = stubPolicy(seed);
  const prompts: string[][] = [];
  return {
    prompts,
    domain,
    operators: [improve()],
    responder: policyResponder({
      ...policy,
      sample: (requests) => {
        prompts.push(requests.map(({ prompt }) => String.fromCodePoint(...prompt)));
        return policy.sample(requests);
      },
    }),
    maxTokens: 5,
    evaluation,
    seed,
  };
}

/** The domain with another test score for each response, as a hash of it decides. */
function withOtherTest(salt: number): Domain {
  const domain: Domain = fragile();
  return {
    ...domain,
    step: async (task, state, response) => {
      const step = await domain.step(task, state, response);
      if (step.verdict.failed === true) return step;
      const quality = (Number(response) * 7919 + salt) % 101 / 100;
      return { ...step, verdict: { ...step.verdict, quality, solved: quality > 0.5 } };
    },
  };
}

const shape = (trees: readonly SearchTree[]) =>
  trees.map(({ nodes }) =>
    nodes.map((
      { mode, parent, attempt, validation, best },
    ) => [mode, parent, attempt.response, validation, best])
  );

Deno.test("growTrees() grows a node a step for each held-out task and sample, and the same again", async () => {
  const at = context();
  const steps: number[] = [];
  const trees = await growTrees(at, options, 4, (step) => steps.push(step));
  assert.deepEqual(trees.map(({ task, sample }) => `${task} ${sample}`), [
    ...["test-0 0", "test-0 1", "test-1 0", "test-1 1", "test-2 0", "test-2 1"],
  ]);
  assert(trees.every(({ nodes }) => nodes.length === 8));
  assert.deepEqual(steps, [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(at.prompts.map(({ length }) => length), Array.from({ length: 8 }, () => 6));
  assert.deepEqual(await growTrees(context(), options, 4), trees);
  assert.notDeepEqual(shape(await growTrees(context(), options, 5)), shape(trees));
});

Deno.test("growTrees() asks each node by its mode, with the response of its parent", async () => {
  for (const operators of [[], [improve()], [debug(), improve()]]) {
    const at = { ...context(), operators };
    const trees = await growTrees(at, { ...options, drafts: 2 }, 0);
    const seen = new Set<string>();
    for (const [tree, { nodes }] of trees.entries()) {
      for (const [step, { mode, parent }] of nodes.entries()) {
        const prompt = at.prompts[step]?.[tree] ?? "";
        seen.add(mode);
        assert.equal(prompt.includes("mend it first"), mode === "debug");
        assert.equal(prompt.includes("Write a better response"), mode === "improve");
        if (parent !== null) assert(prompt.includes(nodes[parent]?.attempt.response ?? "missing"));
        else assert.match(prompt, /^Write \d+\.$/);
      }
    }
    assert.deepEqual(seen, new Set(["base", "debug", "improve"]));
  }
});

Deno.test("growTrees() begins with the first responses of evaluate()", async () => {
  const trees = await growTrees(context(), options, 2);
  const chains = await evaluate(context(), 2);
  assert.deepEqual(
    trees.map(({ nodes }) => nodes[0]?.attempt),
    chains.filter(({ step }) => step === 0).map(({ attempt }) => attempt),
  );
});

Deno.test("growTrees() never looks at the test score: other scores leave every tree as it was", async () => {
  const searches = fc.record({
    drafts: fc.integer({ min: 1, max: 4 }),
    debugProbability: fc.constantFrom(0, 0.5, 1),
    debugDepth: fc.integer({ min: 0, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(searches, fc.nat(100), fc.nat(1000), async (search, salt, seed) => {
      const trees = await growTrees(context(fragile(), seed), search, 1);
      const others = await growTrees(context(withOtherTest(salt), seed), search, 1);
      assert.deepEqual(shape(others), shape(trees));
      const chosen = (grown: readonly SearchTree[]) =>
        bestSoFar(grown).map(({ attempt }) => attempt.response);
      assert.deepEqual(chosen(others), chosen(trees));
    }),
    { numRuns: 40 },
  );
});

Deno.test("bestSoFar() tells the best by validation with its own test score, whose validation never falls", async () => {
  const trees = await growTrees(context(), { ...options, drafts: 2 }, 0);
  const outcomes = bestSoFar(trees);
  assert.deepEqual(
    outcomes.map(({ task, sample, step }) => `${task} ${sample} ${step}`),
    (await evaluate(context(), 0)).map(({ task, sample, step }) => `${task} ${sample} ${step}`),
  );
  for (const { task, sample, nodes } of trees) {
    const own = outcomes.filter((outcome) => outcome.task === task && outcome.sample === sample);
    for (const [step, { attempt, attempts, changed, tokens, mode }] of own.entries()) {
      const ran = nodes.slice(0, step + 1).filter(({ failed }) => !failed);
      const most = Math.max(...ran.map(({ validation }) => validation));
      const shown = ran.find(({ validation }) => validation === most) ?? nodes[0];
      assert.equal(attempt, shown?.attempt);
      assert.deepEqual(attempts, [attempt]);
      assert.equal(mode, shown?.mode);
      assert.equal(changed, step > 0 && attempt.response !== own[step - 1]?.attempt.response);
      assert.equal(tokens, nodes[step]?.tokens);
      const before = own[step - 1]?.attempt.verdict;
      assert(attempt.verdict.reward >= (before?.reward ?? 0));
    }
  }
});

Deno.test("bestSoFar() tells the first response while all have failed", async () => {
  const trees = await growTrees(context(fragile({ breaking: "1234" })), options, 0);
  for (const { step, attempt, changed } of bestSoFar(trees)) {
    assert.equal(attempt.verdict.failed, true);
    assert.equal(changed, false);
    assert(step >= 0 && attempt.verdict.quality === 0);
  }
  const modes = trees[0]?.nodes.map(({ mode }) => mode);
  assert.deepEqual(modes, ["base", ...Array.from({ length: 7 }, () => "debug")]);
  const shallow = await growTrees(context(fragile({ breaking: "1234" })), { ...options, debugDepth: 0 }, 0);
  assert.deepEqual(shallow[0]?.nodes.map(({ mode }) => mode).slice(0, 4), ["base", "debug", "base", "debug"]);
});

Deno.test("nodeRows() keeps every node, and marks those that became the best", async () => {
  const trees = await growTrees(context(), options, 6);
  const rows = nodeRows(trees, 6);
  assert.equal(rows.length, 6 * 8);
  for (const { task, sample, nodes } of trees) {
    const own = rows.filter((row) => row.task === task && row.sample === sample);
    assert.deepEqual(own.map(({ node, step }) => [node, step]), nodes.map((_, at) => [at, at]));
    assert.deepEqual(
      own.map(({ validation }) => validation),
      nodes.map(({ attempt }) => attempt.verdict.reward),
    );
    assert.deepEqual(own.map(({ quality }) => quality), nodes.map(({ attempt }) => attempt.verdict.quality));
    const last = own.findLast(({ best }) => best);
    const found = bestSoFar([{ task, sample, nodes, benchmark: "test" }]).at(-1)?.attempt.response;
    if (last !== undefined) assert.equal(last.response, found);
    assert(own.every(({ failed, feedback }) => !failed || feedback?.startsWith("Cannot begin with")));
  }
});
