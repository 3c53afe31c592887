import assert from "node:assert/strict";
import { compile } from "exitlab";
import experiment from "exitlab/experiments/paper_math.ts";
import type { Random } from "exitlab/lib/random.ts";
import { runQuick } from "../support/run_quick.ts";
import { checkTable, type PaperTable } from "./paper_tables.ts";

const buffer = { capacity: 512, minimumFill: 128, probability: 0.5 };

/** Table 4. */
const table: PaperTable = {
  model: "meta-llama/Llama-3.2-3B-Instruct",
  batch: { prompts: 128, rollouts: 8, epochs: 1, clip: 0.2 },
  run: { iterations: 100, steps: 16, samples: 8 },
  kl: { coefficient: 0.001, refreshEvery: 100, mix: 1 },
  arms: {
    grpo: { learningRate: 1e-6, operators: [] },
    curriculum: { learningRate: 1e-6, operators: [], buffer },
    improve: { learningRate: 1e-6, operators: ["improve"], buffer },
    diverge: { learningRate: 1e-6, operators: ["improve", "diverge"], buffer, divergence: 0.2 },
    exit: {
      learningRate: 1e-6,
      operators: ["improve", "diverge", "diversity-bonus"],
      buffer,
      divergence: 0.2,
    },
  },
};

const { jobs } = compile(experiment, { runner: "hf" });

Deno.test("paper_math has every value of Table 4", () => {
  checkTable(experiment, table);
  for (const { settings: { objective } } of jobs) {
    assert.deepEqual(objective.kl, table.kl);
    assert.equal(objective.kind, "grpo");
  }
});

Deno.test("paper_math trains on 1,280 problems and tests on 1,020 others", () => {
  const { domain, evaluate } = jobs[0]?.settings ?? assert.fail("no job");
  const [train, test] = (["train", "test"] as const).map((split) => domain.tasks(split));
  assert(train !== undefined && test !== undefined);
  assert.equal(train.size, 1280);
  const ids = new Set(Array.from({ length: evaluate.tasks }, (_, at) => test.at(at).id));
  assert.equal(ids.size, 1020);
  for (let at = 0; at < 1280; at++) assert.ok(!ids.has(train.at(at).id));
});

const answers = new Map<string, string>();
const quick = compile(experiment, { quick: true, runner: "hf" }).jobs[0]?.settings ?? assert.fail("no job");
for (const split of ["train", "test"] as const) {
  const tasks = quick.domain.tasks(split);
  for (let at = 0; at < (split === "train" ? tasks.size ?? 0 : quick.evaluate.tasks); at++) {
    const { task } = tasks.at(at);
    assert(typeof task === "object" && task !== null && "problem" in task && "answer" in task);
    answers.set(String(task.problem).trim(), String(task.answer));
  }
}

function respond(prompt: string, skill: number, random: Random): string {
  const [, answer] = [...answers].find(([problem]) => prompt.includes(problem)) ?? assert.fail(prompt);
  return `Step by step.\n\n\\boxed{${random.chance(0.4 + 0.3 * skill) ? answer : "-17"}}`;
}

for (const arm of [...Object.keys(table.arms), "chain"]) {
  Deno.test(`paper_math runs the arm ${arm} to its end, scaled down by --quick`, async () => {
    await runQuick(experiment, arm, respond, async (ask) => {
      const [counts] = await ask(
        "select (select count(*)::int from steps), (select count(*)::int from evaluations), (select count(*)::int from resamples), " +
          "(select count(distinct mode)::int from groups)",
      );
      // Two evaluations of eight problems at k = 0, 1, 2; resamples at the last.
      const modes = { grpo: 1, curriculum: 1, improve: 2, chain: 2 }[arm] ?? 3;
      assert.deepEqual(counts?.slice(0, 3), [4, 2 * 8 * 3, 8 * 3]);
      assert.ok(Number(counts?.[3]) <= modes, JSON.stringify(counts));
      if (arm !== "grpo" && arm !== "curriculum") {
        assert.ok((await ask("select 1 from groups where mode <> 'base'")).length > 0);
      }
      assert.ok((await ask("select 1 from steps where gradient_norm > 0")).length > 0);
    });
  });
}
