import assert from "node:assert/strict";
import { compile } from "exitlab";
import experiment from "exitlab/experiments/paper_tools.ts";
import type { Random } from "exitlab/lib/random.ts";
import { runQuick } from "../support/run_quick.ts";
import { checkTable, type PaperTable } from "./paper_tables.ts";

const buffer = (capacity: number, probability: number) => ({ capacity, minimumFill: 320, probability });

/** Table 5. */
const table: PaperTable = {
  model: "Qwen/Qwen2.5-7B-Instruct",
  batch: { prompts: 16, rollouts: 8, epochs: 2, clip: 0.2 },
  run: { iterations: 400, steps: 4, samples: 8 },
  // The coefficient is not listed.
  kl: { coefficient: 0.001, refreshEvery: 100, mix: 1 },
  arms: {
    grpo: { learningRate: 1e-6, operators: [] },
    curriculum: { learningRate: 5e-7, operators: [], buffer: buffer(320, 0.2) },
    improve: { learningRate: 5e-7, operators: ["improve"], buffer: buffer(640, 0.5) },
    diverge: {
      learningRate: 5e-7,
      operators: ["improve", "diverge"],
      buffer: buffer(640, 0.5),
      divergence: 0.2,
    },
    exit: {
      learningRate: 1e-6,
      operators: ["improve", "diverge", "diversity-bonus"],
      buffer: buffer(640, 0.5),
      divergence: 0.5,
    },
  },
};

const { jobs } = compile(experiment, { runner: "hf" });

Deno.test("paper_tools has every value of Table 5, with the normalised objective", () => {
  checkTable(experiment, table);
  for (const { settings } of jobs) assert.equal(settings.objective.kind, "dr-grpo");
});

Deno.test("paper_tools has no KL term, and the reference of Table 5 with the option that its head names", () => {
  assert.ok(jobs.every(({ settings }) => settings.objective.kl === null));
  const set = ['objective.kl={"coefficient":0.001,"refreshEvery":100,"mix":1}'];
  const { jobs: held } = compile(experiment, { runner: "hf", set });
  for (const { settings } of held) assert.deepEqual(settings.objective.kl, table.kl);
});

Deno.test("paper_tools trains on 100 first requests of 10 turns and tests on 100 other tasks, both ways, of 60", () => {
  const { domain } = jobs[0]?.settings ?? assert.fail("no job");
  assert.deepEqual([domain.tasks("train").size, domain.tasks("test").size], [100, 200]);
  assert.deepEqual(domain.mostTurns, { train: 10, test: 60 });
  assert.deepEqual([domain.options.trainOn, domain.options.grader, domain.options.format], [
    "first",
    "bespoke",
    "tags",
  ]);
});

/** A call or the end of a request, in the form that prompts ask for. */
function respond(_prompt: string, _skill: number, random: Random): string {
  return random.pick([
    "<TASK_FINISHED>",
    "<TASK_ERROR>",
    '<tool>{"name": "ls", "arguments": {"a": true}}</tool>',
    '<tool>{"name": "cd", "arguments": {"folder": "document"}}</tool>',
    "I do not know.",
  ]);
}

for (const arm of [...Object.keys(table.arms), "chain"]) {
  Deno.test(`paper_tools runs the arm ${arm} to its end, scaled down by --quick`, async () => {
    await runQuick(experiment, arm, respond, async (ask) => {
      const [counts] = await ask(
        "select (select count(*)::int from steps), (select count(*)::int from evaluations)",
      );
      // Two evaluations of four tasks at k = 0, 1.
      assert.deepEqual(counts, [3, 2 * 4 * 2]);
    });
  });
}
