import assert from "node:assert/strict";
import { type Start, startId } from "exitlab/lib/curriculum/start.ts";
import { domainFigures } from "exitlab/lib/loop/domain_figures.ts";
import { generatedTokens, groupRows, rolloutRows } from "exitlab/lib/loop/records.ts";
import {
  type Group,
  type Rollout,
  rollOut,
  type RolloutContext,
  rootSource,
} from "exitlab/lib/loop/rollout.ts";
import { trainOn } from "exitlab/lib/loop/train.ts";
import { grpo } from "exitlab/lib/objective/grpo.ts";
import type { Datum, Policy } from "exitlab/lib/engine/engine.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import { digits } from "../../support/digit_domain.ts";
import { stubPolicy } from "../../support/stub_engine.ts";
import { errands } from "./errands_domain.ts";

const maxTokens = 3;

function context(change: Partial<RolloutContext> = {}): RolloutContext {
  const domain = errands();
  return {
    domain,
    tasks: domain.tasks("train"),
    operators: [improve()],
    policy: stubPolicy(1, "124"),
    sampling: { temperature: 1, maxTokens, publishEvery: 1 },
    groupSize: 8,
    seed: 1,
    ...change,
  };
}

async function roll(at: RolloutContext, start: Start, iteration: number = 1): Promise<Group> {
  const [group] = await rollOut(at, [start], iteration);
  assert(group !== undefined);
  return group;
}

function root(at: RolloutContext, index: number = 0): Start {
  return rootSource(at.domain, at.tasks).at(index);
}

/** A partial history at a turn, of an episode that went on after it. */
async function history(at: RolloutContext, turn: number): Promise<{ start: Start; from: Rollout }> {
  const { rollouts } = await roll(at, root(at));
  const from = rollouts.find(({ responses }) => responses.length > turn + 1) ?? rollouts[0];
  const start = from?.successors[turn];
  assert(from !== undefined && start !== undefined);
  return { start, from };
}

Deno.test("rollOut() values every partial history by the end of its episode, and keeps each turn's own verdict", async () => {
  const at = context();
  const { rollouts } = await roll(at, root(at));
  for (const { attempts, successors, verdict, responses } of rollouts) {
    assert.deepEqual(successors.map(({ attempt }) => attempt?.verdict), responses.map(() => verdict));
    assert.deepEqual(attempts.map(({ response }) => response), responses.map(({ text }) => text));
    assert.deepEqual(attempts.at(-1)?.verdict, verdict);
  }
  const changing = rollouts.filter(({ attempts, verdict }) =>
    attempts[0]?.verdict.quality !== verdict.quality
  );
  assert(changing.length > 0, "an episode is worth something else than its first turn");
  const figures = domainFigures(at.domain, rollouts);
  const firstRight = rollouts.filter(({ responses }) => responses[0]?.text.startsWith("1")).length;
  assert.equal(figures["errands_first"], firstRight / rollouts.length, "figures see each turn's own verdict");
});

for (const mode of ["improve", "diverge", "base"] as const) {
  Deno.test(`rollOut() rewrites a later turn in mode ${mode} and plays on by base requests`, async () => {
    const at = context();
    const { start } = await history(at, 1);
    const { rollouts } = await roll(at, { ...start, mode }, 2);
    for (const { responses, successors } of rollouts) {
      const [first, ...rest] = responses.map(({ promptText }) => promptText);
      assert.match(first ?? "", /Request 0[^]*Seen in turn 0/);
      assert.equal(/## Current response/.test(first ?? ""), mode !== "base");
      assert.equal(first?.includes(`## Current response\n\n${start.attempt?.response}`), mode !== "base");
      for (const prompt of rest) {
        assert.doesNotMatch(prompt, /## Current response/);
        assert(prompt.includes(responses[0]?.text ?? "missing"), "the new response is played on");
      }
      assert.deepEqual(successors.map(({ turn }) => turn), responses.map((_, later) => 1 + later));
    }
    assert(rollouts.some(({ responses }) => responses.length === 2), "some go on to the third turn");
  });
}

Deno.test("rollOut() gives histories their turn, depth, parent and identity", async () => {
  const at = context();
  const { start } = await history(at, 1);
  assert.deepEqual([start.turn, start.depth, start.parent], [1, 1, root(at).id]);
  const { rollouts } = await roll(at, { ...start, mode: "improve" }, 9);
  for (const { successors } of rollouts) {
    assert.deepEqual(successors.map(({ depth }) => depth), successors.map((_, later) => later === 0 ? 2 : 1));
    for (const { id, root, turn, state, attempt, parent, born, mode, chain } of successors) {
      assert.equal(id, startId(root, turn, state, attempt));
      assert.equal(parent, start.id, "the start whose rollout led there");
      assert.deepEqual([born, chain], [9, 0]);
      assert.equal(mode, turn === start.turn ? "improve" : "base");
    }
    assert.deepEqual(successors[0]?.state, start.state, "a rewritten turn begins where it began");
  }
});

Deno.test("rollOut() rewards an improvement by what the episode gained", async () => {
  const at = context({ domain: errands({ rule: "improvement" }) });
  const { start, from } = await history(at, 0);
  const before = from.verdict.reward;
  assert.equal(start.attempt?.verdict.reward, before);
  const { rollouts } = await roll(at, { ...start, mode: "improve" }, 3);
  for (const { reward, verdict } of rollouts) {
    assert.equal(reward, before === 1 ? 0 : Math.max(0, (verdict.reward - before) / (1 - before)));
  }
  assert(rollouts.some(({ reward }) => reward > 0));
});

Deno.test("rollOut() rewrites the turn that a chain started at, in every step of it", async () => {
  const at = context();
  for (const turn of [0, 1]) {
    const start = turn === 0 ? root(at) : (await history(at, 1)).start;
    const groups = await rollOut(at, [{ ...start, chain: 2 }], 4);
    assert.deepEqual(groups.map(({ chainStep }) => chainStep), [0, 1, 2]);
    for (const [step, { rollouts }] of groups.entries()) {
      for (const [index, { start: own, responses }] of rollouts.entries()) {
        assert.equal(own.turn, turn);
        assert.deepEqual(own.state, start.state);
        if (step === 0) continue;
        const before = groups[step - 1]?.rollouts[index];
        assert.equal(own.attempt?.response, before?.responses[0]?.text);
        assert.deepEqual(own.attempt?.verdict, before?.verdict, "each is compared with the episode before");
        assert.match(responses[0]?.promptText ?? "", /## Current response/);
      }
    }
  }
});

Deno.test("rollOut() plays on from a history that went through JSON as if nothing had been", async () => {
  const at = context();
  for (const turn of [0, 1, 2]) {
    const { successors } = (await roll(at, root(at))).rollouts.find(({ responses }) =>
      responses.length === 3
    ) ??
      { successors: [] };
    const start = successors[turn];
    assert(start !== undefined);
    const stored: Start = JSON.parse(JSON.stringify({ ...start, mode: "improve" }));
    assert.deepEqual(
      (await roll(at, stored, 5)).rollouts,
      (await roll(at, { ...start, mode: "improve" }, 5)).rollouts,
    );
  }
});

Deno.test("rollOut() stops an episode that does not end, and names its task", async () => {
  const domain = digits({ turns: 1001 });
  const at = context({ domain, tasks: domain.tasks("train"), groupSize: 2 });
  await assert.rejects(
    roll(at, root(at, 3)),
    /within 1,000 turns but domain "digits", task "train-3", goes on/,
  );
  const ends = digits({ turns: 1000 });
  const { rollouts } = await roll({ ...at, domain: ends, tasks: ends.tasks("train") }, root(at));
  assert.equal(rollouts[0]?.responses.length, 1000);
});

Deno.test("training and its records cover the tokens of all turns", async () => {
  const at = context();
  const group = await roll(at, root(at));
  const responses = group.rollouts.flatMap(({ responses }) => responses);
  assert(responses.length > 2 * group.rollouts.length);
  assert.equal(generatedTokens([group]), responses.length * maxTokens);
  const advantages = [group.rollouts.map((_, index) => index % 2 === 0 ? 0.5 : -0.5)];
  const batches: Datum[] = [];
  const policy: Policy = {
    ...at.policy,
    forwardBackward: (batch, loss) => {
      batches.push(...batch);
      return at.policy.forwardBackward(batch, loss);
    },
  };
  const options = { learningRate: 1e-3, temperature: 1, maxTokens, stale: false };
  await trainOn(policy, grpo({ groups: 1, groupSize: 8 }), [group], advantages, options);
  const sequences = responses.map(({ prompt, completion }) => [...prompt, ...completion.tokens]);
  assert.deepEqual(batches.map(({ tokens }) => [...tokens]), sequences);
  let at0 = 0;
  for (const [index, { responses }] of group.rollouts.entries()) {
    for (const { prompt } of responses) {
      const { coefficients } = batches[at0++] ?? { coefficients: new Float32Array() };
      assert(coefficients.subarray(0, prompt.length).every((each) => each === 0), "no prompt is trained");
      const own = coefficients.subarray(prompt.length);
      assert(own.every((each) => Math.sign(each) === Math.sign(advantages[0]?.[index] ?? 0)));
    }
  }
  const rows = rolloutRows([group], advantages, 1);
  for (const [index, { response, tokens, quality, prompt, turns, successors }] of rows.entries()) {
    const rollout = group.rollouts[index];
    assert.equal(response, rollout?.responses.map(({ text }) => text).join("\n"));
    assert.equal(tokens, (rollout?.responses.length ?? 0) * maxTokens);
    assert.equal(quality, rollout?.verdict.quality);
    assert.equal(prompt, null, "that of the first turn is the group's");
    const texts = rollout?.responses.map(({ text }) => text);
    assert.deepEqual(turns, texts?.length === 1 ? null : texts);
    assert.deepEqual(
      successors,
      rollout?.successors.map(({ id, turn, depth, mode }) => ({ id, turn, depth, mode })),
      "their parent is the group's start, and the domain never says that a response failed",
    );
  }
  assert.equal(groupRows([group], advantages, 1, [{ asked: 1, starts: 1 }])[0]?.turn, 0);
});

Deno.test("rollOut() ends episodes whose conversation outgrows the context, and keeps no history without room", async () => {
  const domain = errands({ turns: 12 });
  const tasks = domain.tasks("train");
  const roomy = context({ domain, tasks });
  const whole = await roll(roomy, root(roomy));
  const narrow = context({ domain, tasks, policy: { ...stubPolicy(1, "124"), context: 230 } });
  const cut = await roll(narrow, root(narrow));
  const turns = (group: Group): number[] => group.rollouts.map(({ responses }) => responses.length);
  assert(Math.max(...turns(cut)) < Math.max(...turns(whole)));
  for (const [at, { responses, attempts, verdict, successors }] of cut.rollouts.entries()) {
    const same = whole.rollouts[at]?.attempts.slice(0, attempts.length);
    assert.deepEqual(attempts, same, "the same as far as it goes");
    assert.equal(responses.length, attempts.length);
    assert.deepEqual(verdict, attempts.at(-1)?.verdict);
    assert(successors.length >= 1 && successors.length <= responses.length);
    for (const start of successors) await rollOut(narrow, [{ ...start, mode: "improve" }], 2);
  }
});
