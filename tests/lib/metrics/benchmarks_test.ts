import assert from "node:assert/strict";
import fc from "fast-check";
import { macroMean, macroStandardError, taskWeights } from "../../../lib/metrics/benchmarks.ts";
import { compareRuns } from "../../../lib/metrics/comparison.ts";
import { mean, standardError } from "../../../lib/metrics/estimate.ts";
import { bootstrapDraws, bootstrapInterval } from "../../../lib/metrics/paired_bootstrap.ts";
import { readResults, writeResults } from "../../../lib/metrics/results_file.ts";
import { Random } from "../../../lib/random.ts";
import { comparisonReport } from "../../../lib/report/comparison_report.ts";
import { toText } from "../../../lib/report/document.ts";
import { results } from "./fabricate_results.ts";

const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 });

Deno.test("with one benchmark a macro-average is the mean over tasks, bit for bit", () => {
  fc.assert(fc.property(values, (tasks) => {
    const one = tasks.map(() => "test");
    assert.equal(macroMean(tasks, one), mean(tasks));
    assert.equal(macroStandardError(tasks, one), standardError(tasks));
    assert(taskWeights(one).every((weight) => weight === 1));
  }));
});

Deno.test("each benchmark weighs the same, however many tasks it has and in whatever order they come", () => {
  fc.assert(fc.property(values, values, fc.nat(), (a, b, seed) => {
    const tasks = [...a.map((value) => ({ value, name: "a" })), ...b.map((value) => ({ value, name: "b" }))];
    const shuffled = new Random(seed, "order").shuffle(tasks);
    const [all, names] = [shuffled.map(({ value }) => value), shuffled.map(({ name }) => name)];
    const macro = macroMean(all, names);
    assert(Math.abs(macro - (mean(a) + mean(b)) / 2) < 1e-12);
    const weights = taskWeights(names);
    assert(Math.abs(mean(all.map((value, at) => value * (weights[at] ?? NaN))) - macro) < 1e-12);
    if (a.length === b.length) assert(Math.abs(macro - mean(all)) < 1e-12);
  }));
});

Deno.test("the error of a macro-average is that of a mean of independent means", () => {
  const names = ["a", "a", "b", "b", "b"];
  const [left = 0, right = 0] = [standardError([0, 1]), standardError([0, 0, 1])].map(Number);
  assert.equal(macroStandardError([0, 1, 0, 0, 1], names), Math.hypot(left, right) / 2);
  assert.equal(macroStandardError([0, 1, 0], ["a", "a", "b"]), null);
});

Deno.test("tasks are resampled within their benchmark, so that a small one is in every resample as a whole", () => {
  const names = [...Array.from({ length: 30 }, () => "large"), "small", "small"];
  const draws = bootstrapDraws(1, names, new Random(1, "bootstrap"), 200);
  for (let resample = 0; resample < 200; resample++) {
    const counts = draws.taskCounts.subarray(resample * 32, (resample + 1) * 32);
    assert.equal(counts.subarray(0, 30).reduce((sum, count) => sum + count, 0), 30);
    assert.equal(counts.subarray(30).reduce((sum, count) => sum + count, 0), 2);
  }
  // The large benchmark is never solved, the small one always: no task's draw changes that.
  const [run] = [names.map((name) => Number(name === "small"))];
  const { mean: centre, low, high } = bootstrapInterval([run ?? []], draws);
  assert.deepEqual([centre, low, high], [0.5, 0.5, 0.5]);
});

/** Runs on 30 tasks of one benchmark and 10 of another; the arm decides which it solves. */
function runs(arm: string, solves: (task: number) => boolean): ReturnType<typeof results>[] {
  return [1, 2, 3].map((seed) => ({
    ...results(arm, seed, solves, { tasks: 40 }),
    benchmarks: Array.from({ length: 40 }, (_, task) => task < 30 ? "math500" : "aime"),
  }));
}

Deno.test("a comparison is of macro-averages, says so, and reports each benchmark", async () => {
  const all = [...runs("grpo", (task) => task < 15), ...runs("exit", (task) => task < 15 || task >= 35)];
  const comparison = compareRuns(all);
  const [exit, grpo] = comparison.arms;
  assert.equal(grpo?.curve.at(-1)?.mean, 0.25);
  assert.equal(exit?.curve.at(-1)?.mean, 0.5);
  assert.equal(comparison.differences[0]?.value?.mean, 0.25);
  assert.deepEqual(
    comparison.benchmarks.map((
      { benchmark, tasks, arms },
    ) => [benchmark, tasks, ...arms.map(({ last }) => last.mean)]),
    [["math500", 30, 0.5, 0.5], ["aime", 10, 0.5, 0]],
  );
  const text = toText(comparisonReport(comparison, "terminal"));
  assert.match(text, /macro-averages over 2 benchmarks \(math500 30, aime 10 tasks\)/);

  const folder = await Deno.makeTempDir();
  try {
    await writeResults(`${folder}/two.parquet`, all);
    const read = await readResults(`${folder}/two.parquet`);
    assert.deepEqual(
      read.results.map(({ benchmarks }) => benchmarks),
      all.map(({ benchmarks }) => benchmarks),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a results file of the time before benchmarks has one", async () => {
  const { results: old } = await readResults("docs/results/ladder_math.parquet");
  assert(old.length > 0);
  assert(
    old.every(({ benchmarks, tasks }) =>
      benchmarks.length === tasks.length && benchmarks.every((name) => name === "test")
    ),
  );
  assert.deepEqual(compareRuns(old).benchmarks, []);
});
