import assert from "node:assert/strict";
import { rootStart, type Start } from "exitlab/lib/curriculum/start.ts";
import type { Policy } from "exitlab/lib/engine/engine.ts";
import {
  groupAdvantages,
  groupRewards,
  isInformative,
  type RewardContext,
} from "exitlab/lib/loop/group_rewards.ts";
import type { Group, Rollout } from "exitlab/lib/loop/rollout.ts";
import { changeBonus } from "exitlab/lib/operator/change_bonus.ts";
import type { OperatorPart, WeighedGroup } from "exitlab/lib/operator/operator.ts";
import { attempt, verdict } from "../operator/fixtures.ts";
import { stubPolicy } from "../../support/stub_engine.ts";

const root = rootStart(0, "task", null);
const history: Start = { ...root, id: "history", depth: 1, mode: "improve", attempt: attempt("before") };

function rollout(start: Start, reward: number, ...texts: readonly string[]): Rollout {
  const responses = texts.map((text, turn) => ({
    promptText: "",
    shortened: 0,
    prompt: [10 + turn, 20 + turn],
    completion: {
      tokens: [...Array.from(text, (letter) => letter.codePointAt(0) ?? 0), 0],
      logprobs: new Float32Array(text.length + 1),
      finish: "stop" as const,
    },
    text,
  }));
  return { start, responses, attempts: [], verdict: verdict(reward), reward, successors: [] };
}

function group(start: Start, ...rewards: readonly number[]): Group {
  return { start, chain: 0, chainStep: 0, rollouts: rewards.map((reward) => rollout(start, reward, "x")) };
}

/** Centred rewards for advantages. */
const centred: RewardContext["objective"] = {
  advantages: (rewards) => {
    const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
    return rewards.map((reward) => reward - mean);
  },
};

function context(change: Partial<RewardContext> = {}): RewardContext {
  return { curriculum: {}, operators: [], objective: centred, maxTokens: 8, ...change };
}

function operator(kind: string, behaviour: Pick<OperatorPart, "rewards" | "factors">): OperatorPart {
  const part: OperatorPart = {
    part: "operator",
    kind,
    options: {},
    given: {},
    rebuild: () => part,
    iterates: false,
    needsAttempts: false,
    transform: (start) => start,
    word: () => undefined,
    ...behaviour,
  };
  return part;
}

const rewardsOf = (groups: readonly Group[]): number[][] =>
  groups.map(({ rollouts }) => rollouts.map(({ reward }) => reward));

const map = (change: (reward: number) => number) => ({ rollouts }: WeighedGroup): number[] =>
  rollouts.map(({ reward }) => change(reward));

Deno.test("groupRewards() leaves rewards and all else as they are where nobody changes them", () => {
  const groups = [group(root, 0, 1, 0.5), group(history, 1, 1)];
  assert.deepEqual(groupRewards(groups, context()), groups);
});

Deno.test("groupRewards() goes from the chain over the operators, in their order, to the length", () => {
  const changed = groupRewards(
    [group(root, 1, 2)],
    context({
      curriculum: { chainRewards: (rewards) => rewards.map((reward) => 10 * reward) },
      operators: [
        operator("first", { rewards: map((reward) => reward + 1) }),
        operator("second", { rewards: map((reward) => 3 * reward) }),
      ],
      objective: { ...centred, shape: (reward, length, maxTokens) => reward - length / maxTokens },
    }),
  );
  // (10 · 1 + 1) · 3 = 33 and (10 · 2 + 1) · 3 = 63, less 2 of 8 tokens.
  assert.deepEqual(rewardsOf(changed), [[32.75, 62.75]]);
});

Deno.test("groupRewards() changes what training sees alone, never a verdict", () => {
  const before = [group(root, 0, 1)];
  const [changed] = groupRewards(
    before,
    context({ operators: [operator("all", { rewards: map(() => 0.5) })] }),
  );
  assert.deepEqual(changed?.rollouts.map(({ verdict }) => verdict.reward), [0, 1]);
  assert.deepEqual(rewardsOf(before), [[0, 1]]);
});

Deno.test("groupRewards() takes the steps of each rollout of a chain together, in the order of the steps", () => {
  const step = (chain: number, chainStep: number, ...rewards: readonly number[]): Group => ({
    ...group(chainStep === 0 ? root : history, ...rewards),
    chain,
    chainStep,
  });
  const seen: (readonly number[])[] = [];
  const changed = groupRewards(
    [step(0, 1, 3, 4), step(1, 0, 7), step(0, 0, 1, 2), step(0, 2, 5, 6)],
    context({
      curriculum: {
        chainRewards: (rewards) => {
          seen.push(rewards);
          return rewards.map((_, at) => 100 * (rewards.at(-1) ?? 0) + at);
        },
      },
    }),
  );
  assert.deepEqual(seen, [[1, 3, 5], [2, 4, 6], [7]]);
  assert.deepEqual(rewardsOf(changed), [[501, 601], [700], [500, 600], [502, 602]]);
});

Deno.test("groupRewards() tells an operator what each rollout started from and wrote, with the tokens of the last", () => {
  const later: Start = { ...history, attempt: attempt("its own") };
  const seen: WeighedGroup[] = [];
  const group: Group = {
    start: history,
    chain: 0,
    chainStep: 1,
    rollouts: [rollout(history, 0, "a"), rollout(later, 1, "b", "c")],
  };
  groupRewards(
    [group],
    context({
      operators: [operator("watch", {
        rewards: (group) => {
          seen.push(group);
          return map((reward) => reward)(group);
        },
      })],
    }),
  );
  assert.deepEqual(seen, [{
    mode: "improve",
    rollouts: [
      {
        before: attempt("before"),
        responses: ["a"],
        span: { tokens: [10, 20, 97, 0], from: 2 },
        verdict: verdict(0),
        reward: 0,
      },
      {
        before: attempt("its own"),
        responses: ["b", "c"],
        span: { tokens: [11, 21, 99, 0], from: 2 },
        verdict: verdict(1),
        reward: 1,
      },
    ],
  }]);
});

Deno.test("groupRewards() lets a change bonus make a group of copies and changes informative", () => {
  const copies: Group = {
    ...group(history),
    rollouts: [rollout(history, 0, "before"), rollout(history, 0, "after")],
  };
  assert.equal(isInformative(copies), false);
  const [changed] = groupRewards([copies], context({ operators: [changeBonus({ bonus: 0.2 })] }));
  assert(changed !== undefined && isInformative(changed));
  assert.deepEqual(rewardsOf([changed]), [[0, 0.2]]);
});

Deno.test("groupRewards() takes off for the length of every response", () => {
  const long: Group = { ...group(root), rollouts: [rollout(root, 1, "abc", ""), rollout(root, 1, "a")] };
  const seen: number[] = [];
  const [shaped] = groupRewards(
    [long],
    context({
      objective: {
        ...centred,
        shape: (reward, length, maxTokens) => {
          seen.push(length, maxTokens);
          return reward - length / 8;
        },
      },
    }),
  );
  // 4 and 1 tokens of the first, 2 of the second.
  assert.deepEqual(seen, [4, 8, 1, 8, 2, 8]);
  assert.deepEqual(rewardsOf(shaped === undefined ? [] : [shaped]), [[1 - 5 / 8, 1 - 2 / 8]]);
});

Deno.test("groupRewards() keeps the objective's own this", () => {
  class Shaping {
    readonly less = 0.25;
    advantages = centred.advantages;
    shape(reward: number): number {
      return reward - this.less;
    }
  }
  assert.deepEqual(rewardsOf(groupRewards([group(root, 1)], context({ objective: new Shaping() }))), [[
    0.75,
  ]]);
});

Deno.test("groupRewards() refuses what is no reward and says whose it is", () => {
  const refuses = (change: Partial<RewardContext>, message: RegExp): void =>
    assert.throws(() => groupRewards([group(root, 0, 1)], context(change)), (error) => {
      assert(error instanceof RangeError);
      assert.match(error.message, message);
      return true;
    });
  refuses(
    { operators: [operator("odd", { rewards: map(() => NaN) })] },
    /Expected odd to give a finite reward .* NaN/,
  );
  refuses({ operators: [operator("short", { rewards: () => [1] })] }, /Expected short .* found undefined/);
  refuses({ curriculum: { chainRewards: () => [] } }, /Expected curriculum to give/);
  refuses({ objective: { ...centred, shape: () => Infinity } }, /Expected objective .* found Infinity/);
});

const unasked: Policy = stubPolicy(1);

Deno.test("groupAdvantages() are the objective's, of the rewards that training sees", async () => {
  const groups = [group(root, 0, 1), group(history, 0, 0, 3)];
  assert.deepEqual(await groupAdvantages(groups, context(), unasked), [[-0.5, 0.5], [-1, -1, 2]]);
});

Deno.test("groupAdvantages() multiplies by the factors of all operators, good and bad advantages alike", async () => {
  const operators = [
    operator("first", { factors: (groups) => groups.map(() => [2, 3]) }),
    operator("between", {}),
    operator("second", { factors: (groups) => Promise.resolve(groups.map(() => [0.5, 0])) }),
  ];
  const advantages = await groupAdvantages([group(root, 0, 1)], context({ operators }), unasked);
  assert.deepEqual(advantages, [[-0.5, 0]]);
});

Deno.test("groupAdvantages() asks nobody about groups that have no advantages", async () => {
  const seen: number[] = [];
  const operators = [operator("watch", {
    factors: (groups) => {
      seen.push(groups.length);
      return groups.map(({ rollouts }) => rollouts.map(({ reward }) => 1 + reward));
    },
  })];
  const groups = [group(root, 1, 1), group(root, 0, 2), group(history, 0, 0), group(history, 2, 0)];
  assert.deepEqual(await groupAdvantages(groups, context({ operators }), unasked), [[0, 0], [-1, 3], [0, 0], [
    3,
    -1,
  ]]);
  assert.deepEqual(seen, [2]);
  await groupAdvantages([group(root, 1, 1)], context({ operators }), unasked);
  assert.deepEqual(seen, [2]);
});

Deno.test("groupAdvantages() hands the policy's embeddings on, and says so where it has none", async () => {
  const operators = [operator("far", {
    factors: async (groups, embed) => {
      const vectors = await embed(groups.flatMap(({ rollouts }) => rollouts.map(({ span }) => span)));
      return groups.map(({ rollouts }) => rollouts.map((_, at) => vectors[at]?.[0] ?? NaN));
    },
  })];
  const policy: Policy = {
    ...unasked,
    embed: (spans) => Promise.resolve(spans.map(({ from }, at) => Float32Array.of(from + at))),
  };
  const groups = [group(root, 0, 2)];
  assert.deepEqual(await groupAdvantages(groups, context({ operators }), policy), [[-2, 3]]);
  const { embed: _, ...without } = policy;
  await assert.rejects(groupAdvantages(groups, context({ operators }), without), /gives no embeddings/);
});

Deno.test("groupAdvantages() refuses what is no factor and says whose it is", async () => {
  for (const factor of [-1, NaN, Infinity]) {
    const operators = [operator("odd", { factors: (groups) => groups.map(() => [factor, 1]) })];
    await assert.rejects(
      groupAdvantages([group(root, 0, 1)], context({ operators }), unasked),
      new RegExp(`Expected odd to give a factor of at least 0 for each rollout but found ${factor}`),
    );
  }
  for (const factors of [[], [[1]]]) {
    const operators = [operator("short", { factors: () => factors })];
    await assert.rejects(
      groupAdvantages([group(root, 0, 1)], context({ operators }), unasked),
      /but found undefined/,
    );
  }
});

Deno.test("isInformative() looks for two rewards that differ", () => {
  assert.equal(isInformative(group(root, 0, 0, 0)), false);
  assert.equal(isInformative(group(root, 0, 0, 1e-9)), true);
  assert.equal(isInformative(group(root, 1)), false);
  assert.equal(isInformative(group(root)), false);
});
