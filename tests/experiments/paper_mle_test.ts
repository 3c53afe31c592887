import assert from "node:assert/strict";
import { compile } from "exitlab";
import experiment from "exitlab/experiments/paper_mle.ts";
import type { Random } from "exitlab/lib/random.ts";
import { runQuick } from "../support/run_quick.ts";
import { checkTable, type PaperTable } from "./paper_tables.ts";

const buffer = (capacity: number, minimumFill: number) => ({ capacity, minimumFill, probability: 0.5 });

/** Table 6. */
const table: PaperTable = {
  model: "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
  batch: { prompts: 4, rollouts: 8, epochs: 1, clip: 0.2 },
  run: { iterations: 800, steps: 16, samples: 16 },
  // The coefficient is not listed.
  kl: { coefficient: 0.001, refreshEvery: 100, mix: 0.5 },
  arms: {
    grpo: { learningRate: 1e-6, operators: [] },
    curriculum: { learningRate: 1e-6, operators: [], buffer: buffer(3, 3) },
    improve: { learningRate: 1e-6, operators: ["improve", "debug"], buffer: buffer(24, 8) },
    diverge: {
      learningRate: 1e-6,
      operators: ["improve", "debug", "diverge"],
      buffer: buffer(32, 8),
      divergence: 0.2,
    },
    exit: {
      learningRate: 1e-6,
      operators: ["improve", "debug", "diverge", "diversity-bonus"],
      buffer: buffer(24, 3),
      divergence: 0.5,
    },
  },
};

Deno.test("paper_mle has every value of Table 6", () => {
  checkTable(experiment, table);
});

Deno.test("paper_mle has no KL term, and the reference of Table 6 with the option that its head names", () => {
  assert.ok(
    compile(experiment, { runner: "tgi" }).jobs.every(({ settings }) => settings.objective.kl === null),
  );
  const set = ['objective.kl={"coefficient":0.001,"refreshEvery":100,"mix":0.5}'];
  const { jobs } = compile(experiment, { runner: "tgi", set });
  for (const { settings } of jobs) assert.deepEqual(settings.objective.kl, table.kl);
});

Deno.test("paper_mle trains on three competitions, holds out three, and searches them greedily for 16 steps", () => {
  const { domain, evaluate } = compile(experiment, { runner: "tgi" }).jobs[0]?.settings ??
    assert.fail("no job");
  assert.deepEqual([domain.tasks("train").size, domain.tasks("test").size, evaluate.tasks], [3, 3, 3]);
  assert.equal(domain.options.seconds, 300);
  assert.deepEqual(evaluate.search, { drafts: 1, debugProbability: 1, debugDepth: 20 });
});

/** A constant guess in the form that the metric wants, and sometimes a program that does not run. */
function respond(prompt: string, _skill: number, random: Random): string {
  const isBroken = !prompt.includes("ReferenceError") && random.chance(0.3);
  const guess = isBroken ? "shares" : random.pick(["0.3", "0.5", "1", "1900", "1950"]);
  return `\`\`\`ts
export default ({ test }: { test: string }) => test.trim().split("\\n").slice(1).map(() => ${guess});
\`\`\``;
}

for (const arm of [...Object.keys(table.arms), "chain"]) {
  Deno.test(`paper_mle runs the arm ${arm} to its end, scaled down by --quick`, async () => {
    await runQuick(experiment, arm, respond, async (ask) => {
      const [counts] = await ask(
        "select (select count(*)::int from steps), (select count(*)::int from evaluations), (select count(*)::int from nodes)",
      );
      // Two evaluations of two competitions, a search of a draft and three steps each.
      assert.deepEqual(counts, [4, 2 * 2 * 4, 2 * 2 * 4]);
    });
  });
}
