import assert from "node:assert/strict";
import { compile } from "exitlab";
import { hubOptions } from "exitlab/lib/engine/hub.ts";
import experiment from "exitlab/experiments/exit_smollm2.ts";

const { plan, jobs } = compile(experiment, { runner: "tgi" });

Deno.test("exit_smollm2 trains an adapter in one arm and all parameters in the other", () => {
  assert.deepEqual(Object.keys(plan.arms), ["adapter", "full"]);
  assert.deepEqual(jobs.map(({ settings }) => hubOptions(settings.policy).adapter), [
    { rank: 16, alpha: 32 },
    null,
  ]);
});

Deno.test("exit_smollm2 holds out sums that it does not train on, small ones and large ones", () => {
  const { domain } = jobs[0]?.settings ?? assert.fail("no job");
  const [train, test] = (["train", "test"] as const).map((side) => {
    const tasks = domain.tasks(side);
    return Array.from({ length: tasks.size ?? 0 }, (_, index) => JSON.stringify(tasks.at(index).task));
  });
  assert(train !== undefined && test !== undefined);
  assert.deepEqual([train.length, test.length], [48, 16]);
  assert.equal(new Set([...train, ...test]).size, 64);
  const answers = test.map((task) => Number(/"answer":"(\d+)"/.exec(task)?.[1]));
  assert.deepEqual([Math.min(...answers), Math.max(...answers)], [4, 16]);
});
