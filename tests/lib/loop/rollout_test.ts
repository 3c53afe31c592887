import assert from "node:assert/strict";
import { rollOut, type RolloutContext, rootSource } from "exitlab/lib/loop/rollout.ts";
import type { Start } from "exitlab/lib/curriculum/start.ts";
import { debug } from "exitlab/lib/operator/debug.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import { Random } from "exitlab/lib/random.ts";
import { fragile } from "../../support/fragile_domain.ts";
import { digits } from "../../support/digit_domain.ts";
import { stubPolicy } from "../../support/stub_engine.ts";

function context(turns: number): RolloutContext {
  const domain = digits({ turns });
  return {
    domain,
    tasks: domain.tasks("train"),
    operators: [],
    policy: stubPolicy(1),
    sampling: { temperature: 1, maxTokens: 5, publishEvery: 1 },
    groupSize: 3,
    seed: 1,
  };
}

function fragileContext(): RolloutContext {
  const domain = fragile();
  return { ...context(1), domain, tasks: domain.tasks("train"), groupSize: 6 };
}

function root(at: RolloutContext, index: number, change: Partial<Start> = {}): Start {
  return { ...rootSource(at.domain, at.tasks).at(index), ...change };
}

Deno.test("rollOut() draws G rollouts a start, in order, and the same again", async () => {
  const at = context(1);
  const starts = [root(at, 0), root(at, 1)];
  const groups = await rollOut(at, starts, 1);
  assert.deepEqual(groups.map(({ start, rollouts }) => [start.root, rollouts.length]), [["train-0", 3], [
    "train-1",
    3,
  ]]);
  assert.deepEqual(await rollOut(at, starts, 1), groups);
  assert.notDeepEqual(await rollOut(at, starts, 2), groups);
});

Deno.test("rollOut() draws a start's rollouts alike whatever else is in the batch but before it", async () => {
  const at = context(1);
  const [alone] = await rollOut(at, [root(at, 3)], 5);
  const [first] = await rollOut(at, [root(at, 3), root(at, 4)], 5);
  assert.deepEqual(alone, first);
});

Deno.test("rollOut() offers each response as a start one deeper, with its lineage", async () => {
  const at = context(1);
  const [group] = await rollOut(at, [root(at, 2)], 7);
  for (const { successors, responses } of group?.rollouts ?? []) {
    const [successor] = successors;
    assert.equal(successors.length, 1);
    assert.equal(successor?.parent, group?.start.id);
    assert.deepEqual([successor?.depth, successor?.born, successor?.turn, successor?.chain], [1, 7, 0, 0]);
    assert.equal(successor?.attempt?.response, responses[0]?.text);
  }
});

Deno.test("rollOut() plays every turn of an episode and offers a start for each", async () => {
  const at = context(3);
  const [group] = await rollOut(at, [root(at, 0)], 1);
  for (const { responses, successors } of group?.rollouts ?? []) {
    assert.equal(responses.length, 3);
    assert.deepEqual(successors.map(({ turn, depth }) => [turn, depth]), [[0, 1], [1, 1], [2, 1]]);
    assert.deepEqual(successors.map(({ state }) => state), [{ turn: 0 }, { turn: 1 }, { turn: 2 }]);
  }
});

Deno.test("rollOut() rewrites the turn of a partial history and plays on", async () => {
  const at = context(2);
  const attempt = { response: "9", verdict: { quality: 0, solved: false, reward: 0 }, feedback: null };
  const start = root(at, 1, { mode: "improve", attempt, depth: 2 });
  const [group] = await rollOut(at, [start], 1);
  const [rollout] = group?.rollouts ?? [];
  assert.deepEqual(rollout?.successors.map(({ turn, depth }) => [turn, depth]), [[0, 3], [1, 1]]);
  assert.match(rollout?.responses[0]?.promptText ?? "", /Current response[^]*9/);
});

Deno.test("rollOut() makes a group of every step of a chain, each from its own response before", async () => {
  const at = context(1);
  const groups = await rollOut(at, [root(at, 0, { chain: 2 })], 1);
  assert.deepEqual(groups.map(({ chainStep, start }) => [chainStep, start.mode, start.depth]), [
    [0, "base", 0],
    [1, "improve", 1],
    [2, "improve", 2],
  ]);
  for (const [index, rollout] of (groups[1]?.rollouts ?? []).entries()) {
    const before = groups[0]?.rollouts[index]?.responses[0]?.text ?? "missing";
    assert(rollout.responses[0]?.promptText.includes(before));
  }
});

Deno.test("rollOut() asks each rollout of a chain to mend its own failed response, in a group to improve", async () => {
  const at = fragileContext();
  const groups = await rollOut(at, [root(at, 0, { chain: 2 }), root(at, 1, { chain: 2 })], 1);
  assert.deepEqual(new Set(groups.map(({ start }) => start.mode)), new Set(["base", "improve"]));
  const steps = groups.filter(({ chainStep }) => chainStep > 0).flatMap(({ rollouts }) => rollouts);
  assert.deepEqual(new Set(steps.map(({ start }) => start.mode)), new Set(["improve", "debug"]));
  for (const { start, responses } of steps) {
    const failed = start.attempt?.verdict.failed === true;
    assert.equal(start.mode, failed ? "debug" : "improve");
    assert.equal(responses[0]?.promptText.includes("mend it first"), failed);
  }
});

Deno.test("rollOut() asks a failed start in the words of debug(), and rewards it by the plain score", async () => {
  const at = fragileContext();
  const [first] = await rollOut(at, [root(at, 0)], 1);
  const failed = first?.rollouts.flatMap(({ successors }) => successors)
    .find(({ attempt }) => attempt?.verdict.failed === true);
  assert.ok(failed !== undefined);
  const operators = [improve(), debug()];
  const asked = operators.reduce((start, operator) => operator.transform(start, new Random(1)), failed);
  const [group] = await rollOut({ ...at, operators }, [asked], 2);
  assert.equal(group?.start.mode, "debug");
  for (const { verdict, reward, responses } of group?.rollouts ?? []) {
    assert.equal(reward, verdict.reward);
    assert.match(responses[0]?.promptText ?? "", /mend it first[^]*Cannot begin with "[12]"/);
  }
});

Deno.test("rollOut() gives each partial history what came of it, and whether its own response failed", async () => {
  const at = context(2);
  const { domain } = at;
  const failing: typeof domain = {
    ...domain,
    step: async (task, state, response) => {
      const step = await domain.step(task, state, response);
      const failed = !step.done && response.startsWith("1");
      return failed ? { ...step, verdict: { quality: 0, solved: false, reward: 0, failed } } : step;
    },
  };
  const [group] = await rollOut({ ...at, domain: failing, groupSize: 24 }, [root(at, 0)], 1);
  const seen = new Set<boolean>();
  for (const { verdict, successors: [first, last] } of group?.rollouts ?? []) {
    const failed = first?.attempt?.response.startsWith("1") === true;
    seen.add(failed);
    assert.deepEqual(first?.attempt?.verdict, failed ? { ...verdict, failed } : verdict);
    assert.deepEqual(last?.attempt?.verdict, verdict);
  }
  assert.equal(seen.size, 2);
});

Deno.test("rollOut() refuses a prompt that the policy has no room for", async () => {
  const at = context(1);
  const policy = { ...at.policy, context: 8 };
  await assert.rejects(rollOut({ ...at, policy }, [root(at, 0)], 1), /context of 8 tokens but found 12 \+ 5/);
});

Deno.test("rollOut() refuses a verdict that is not a number and names the task", async () => {
  const at = context(1);
  const domain = digits({ broken: true });
  await assert.rejects(
    rollOut({ ...at, domain }, [root(at, 0)], 1),
    /found NaN \(domain "digits", task "train-0"\)/,
  );
});
