import assert from "node:assert/strict";
import type { Mode } from "exitlab/lib/domain/domain.ts";
import { rollOut, rootSource } from "exitlab/lib/loop/rollout.ts";
import { diverge } from "exitlab/lib/operator/diverge.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import type { OperatorPart } from "exitlab/lib/operator/operator.ts";
import { promptOperator } from "exitlab/lib/operator/prompt_operator.ts";
import type { RewardOption } from "exitlab/lib/operator/reward_option.ts";
import { digits } from "../../support/digit_domain.ts";
import { stubPolicy } from "../../support/stub_engine.ts";
import { attempt } from "./fixtures.ts";

const check = (reward: RewardOption) =>
  promptOperator({ name: "check", instruction: "Look again.", probability: 1, reward });

const makers: readonly [mode: Mode, make: (reward: RewardOption) => OperatorPart][] = [
  ["improve", (reward) => improve({ reward })],
  ["diverge", (reward) => diverge({ reward })],
  ["custom-check", check],
];

/** The rewards in training of a solved attempt that is kept, in a domain whose own rule is absolute. */
async function rewardsOfKeeping(mode: Mode, operators: readonly OperatorPart[]): Promise<number[]> {
  const domain = digits();
  const tasks = domain.tasks("train");
  const start = { ...rootSource(domain, tasks).at(0), mode, attempt: attempt("1", 1) };
  const [group] = await rollOut(
    {
      domain,
      tasks,
      operators,
      policy: stubPolicy(1, "1"),
      sampling: { temperature: 1, maxTokens: 5, publishEvery: 1 },
      groupSize: 2,
      seed: 1,
    },
    [start],
    1,
  );
  return group?.rollouts.map(({ reward }) => reward) ?? [];
}

for (const [mode, make] of makers) {
  Deno.test(`the reward option of ${mode} decides what training sees, in its mode alone`, async () => {
    assert.deepEqual(await rewardsOfKeeping(mode, [make("domain")]), [1, 1]);
    assert.deepEqual(await rewardsOfKeeping(mode, [make("absolute")]), [1, 1]);
    assert.deepEqual(await rewardsOfKeeping(mode, [make("improvement")]), [0, 0]);
    assert.deepEqual(await rewardsOfKeeping(mode, [make("improvement-or-keep")]), [1, 1]);
    const others = makers.filter(([other]) => other !== mode).map(([, make]) => make("improvement"));
    assert.deepEqual(await rewardsOfKeeping(mode, [...others, make("domain")]), [1, 1]);
    assert.deepEqual(await rewardsOfKeeping(mode, [...others, make("absolute")]), [1, 1]);
  });
}
