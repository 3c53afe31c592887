import assert from "node:assert/strict";
import { compile } from "exitlab";
import experiment from "exitlab/experiments/exit_competitions.ts";
import type { Random } from "exitlab/lib/random.ts";
import { runQuick } from "../support/run_quick.ts";

/** Both are asked for the probability of a class, so that a program need not read to answer. */
const set = [
  'domain.train=["tumour"]',
  "domain.trainingTasks=unlimited",
  'domain.test=["penguin-sex"]',
  "budget.iterations=3",
  "objective.groups=2",
  "objective.groupSize=4",
  "evaluate.steps=4",
  "evaluate.samples=2",
];

/** A constant guess, and a program that does not run; whoever is shown what it threw mends it. */
function write(prompt: string, _skill: number, random: Random): string {
  const share = (0.3 + 0.4 * random.next()).toFixed(3);
  const isBroken = !prompt.includes("ReferenceError") && random.chance(0.5);
  const value = isBroken ? "shares" : share;
  return `A guess:\n\`\`\`ts
export default ({ test }: { test: string }) => test.trim().split("\\n").slice(1).map(() => ${value});
\`\`\``;
}

Deno.test("exit_competitions compiles for tgi and hf, with the same runs", () => {
  const { plan, jobs } = compile(experiment, { runner: "tgi" });
  assert.equal(jobs.length, 12);
  assert.deepEqual(Object.keys(plan.arms), ["grpo", "chain", "improve", "exit"]);
  assert.deepEqual(compile(experiment, { runner: "hf" }).plan.jobs, plan.jobs);
});

Deno.test("exit_competitions runs programs in the sandbox from its first draft to its last node", async () => {
  await runQuick(experiment, "exit", write, async (ask) => {
    // Two evaluations of one task, two searches each, of a draft and four steps.
    assert.deepEqual(await ask("select count(*)::int from nodes"), [[2 * 2 * 5]]);
    const modes = (await ask("select distinct mode from nodes order by 1")).flat();
    assert.deepEqual(modes, ["base", "debug", "improve"]);
    // Whoever sees the error mends it, so that no program fails twice in a row.
    assert.deepEqual(await ask("select count(*)::int from nodes where mode = 'debug' and failed"), [[0]]);
    assert.notDeepEqual(await ask("select count(*)::int from nodes where failed"), [[0]]);
    const prompts = await ask("select prompt from groups where mode = 'debug'");
    assert.ok(prompts.every(([prompt]) => /ReferenceError: shares is not defined/.test(String(prompt))));
    const [held] = await ask("select message from events where kind = 'surroundings'");
    assert.match(String(held?.[0]), /^Programs are held by: deno permissions/);
  }, { set });
});
