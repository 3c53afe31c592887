import assert from "node:assert/strict";
import { join } from "node:path";
import { compile } from "exitlab";
import type { Job } from "../../../lib/experiment/settings.ts";
import { ProgressLine } from "../../../lib/report/progress_line.ts";
import { RunProgress } from "../../../runners/cli/run_progress.ts";
import { summarize } from "../../../runners/cli/run_summary.ts";
import { begin, evaluation, inFolder } from "../../lib/metrics/fabricate.ts";
import small from "../../support/small_experiment.ts";

/** Of ten tasks, the first two are of another benchmark. */
const benchmarkOf = (task: string): string => ["t0", "t1"].includes(task) ? "aime" : "math500";

/** The jobs of one seed, each with a run in which the arm solves what it does. */
async function summary(
  runs: string,
  split: (task: string) => string,
): Promise<{ jobs: Job[]; text: string }> {
  const { plan, jobs } = compile(small);
  const first = jobs.filter(({ seed }) => seed === 1);
  for (const { id, arm, seed } of first) {
    const store = await begin(runs, id, { arm, seed });
    const rows = evaluation(
      3,
      (task, _sample, step) => task >= 6 || (arm === "exit" && task < 2 && step > 0),
      2,
      10,
    );
    await store.write({ evaluations: rows.map((row) => ({ ...row, split: split(row.task) })) });
    await store.finish("finished");
  }
  return { jobs: first, text: await summarize(runs, plan, first) };
}

Deno.test("summarize() has macro-averages, and each benchmark by itself", () =>
  inFolder(async (runs) => {
    const { jobs, text } = await summary(runs, benchmarkOf);
    assert.match(text, /\(latest iterate, ± one standard error, macro-average over 2 benchmarks\):/);
    // Half of eight tasks and none of two are solved at first: 1/4. The error is that of the eight, halved.
    assert.match(text, /^grpo +1 +0\.250 ± 0\.094 +0\.250 ± 0\.094 /m);
    assert.match(text, /^exit +1 +0\.250 ± 0\.094 +0\.750 ± 0\.094 .* \+0\.500 ± 0\.000$/m);
    assert.match(text, /^benchmark +arm +tasks +k = 0 +k = 2 +Δ2$/m);
    assert.match(text, /^aime +exit +2 +0\.000 ± 0\.000 +1\.000 ± 0\.000 +\+1\.000 ± 0\.000$/m);
    assert.match(text, /^math500 +chain +8 +0\.500 ± 0\.189 +0\.500 ± 0\.189 +\+0\.000 ± 0\.000$/m);
    assert.match(text, /select arm, split, step, avg\(quality\)/);
    const [picture] = [...Deno.readDirSync(join(runs, "reports"))];
    const svg = await Deno.readTextFile(join(runs, "reports", picture?.name ?? ""));
    assert.match(svg, /macro-average over 2 benchmarks/);
    assert.equal(jobs.length, 3);
  }));

Deno.test("summarize() says nothing of benchmarks where there is one", () =>
  inFolder(async (runs) => {
    const { text } = await summary(runs, () => "gsm8k");
    assert.match(text, /\(latest iterate, ± one standard error\):/);
    assert.match(text, /^grpo +1 +0\.400 ± 0\.163 /m);
    assert.doesNotMatch(text, /benchmark|macro|split/);
  }));

Deno.test("summarize() calls the answers of searches the best so far by validation", () =>
  inFolder(async (runs) => {
    const { plan, jobs } = compile(small, { seeds: [1], arms: ["exit"], set: ["evaluate.search={}"] });
    for (const { id, arm, seed } of jobs) {
      const store = await begin(runs, id, { arm, seed });
      await store.write({ evaluations: evaluation(3, (task) => task > 1, 2) });
      await store.finish("finished");
    }
    const text = await summarize(runs, plan, jobs);
    assert.match(text, /\(best so far by validation, ± one standard error\):/);
    const [picture] = [...Deno.readDirSync(join(runs, "reports"))];
    const svg = await Deno.readTextFile(join(runs, "reports", picture?.name ?? ""));
    assert.match(svg, /best so far by validation/);
  }));

Deno.test("RunProgress tells the macro-average of an evaluation", () => {
  let shown = "";
  const target = { isTerminal: () => false, width: () => 80, write: (text: string) => shown += text };
  const [job] = compile(small).jobs;
  assert.ok(job !== undefined);
  const outcomes = Array.from({ length: 10 }, (_, task) => {
    const solved = task < 2;
    const verdict = { quality: Number(solved), solved, reward: Number(solved) };
    const attempt = { response: "", verdict, feedback: null };
    return {
      task: `t${task}`,
      benchmark: benchmarkOf(`t${task}`),
      sample: 0,
      step: 0,
      attempt,
      attempts: [attempt],
      changed: false,
      tokens: 1,
      shortened: 0,
      mode: "base" as const,
    };
  });
  new RunProgress(new ProgressLine(target), 1).event(job, { kind: "evaluated", iteration: 4, outcomes });
  assert.match(shown, /iteration 4 {2}held-out solved share k=0 0\.500\n$/);
});
