import type { Json } from "../../../lib/json.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  macroMean,
  macroStandardError,
  overBenchmarks,
  taskWeights,
} from "../../../lib/metrics/benchmarks.ts";
import { compareRuns } from "../../../lib/metrics/comparison.ts";
import { estimate, mean, standardError } from "../../../lib/metrics/estimate.ts";
import { onlyBenchmark } from "../../../lib/metrics/narrow_results.ts";
import { bootstrapDraws, bootstrapInterval } from "../../../lib/metrics/paired_bootstrap.ts";
import { openRuns } from "../../../lib/metrics/reader.ts";
import { readResults, writeResults } from "../../../lib/metrics/results_file.ts";
import { armTable, curveRows } from "../../../lib/metrics/statistics.ts";
import { Random } from "../../../lib/random.ts";
import { comparisonReport } from "../../../lib/report/comparison_report.ts";
import { toText } from "../../../lib/report/document.ts";
import { begin, evaluation, inFolder } from "./fabricate.ts";
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
      read.results,
      all.toSorted((a, b) => a.run < b.run ? -1 : 1),
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
  assert(
    old.every(({ tokens: [only, ...more] }) =>
      only?.benchmark === "test" && only.chains > 0 && more.length === 0
    ),
  );
});

Deno.test("a macro-average over seeds and its error know seeds alone, and with one seed the tasks of each benchmark", () => {
  const over = overBenchmarks(["a", "a", "a", "b"]);
  assert.deepEqual(estimate([[1, 1, 1, 0], [0, 0, 0, 0]], over), { mean: 0.25, standardError: 0.25 });
  assert.deepEqual(estimate([[1, 0, 0, 0]], over), { mean: 1 / 6, standardError: null });
});

Deno.test("a comparison on one benchmark is that of runs that have no other, tokens and all", () => {
  const draws = 5;
  const unknown = Array(40 * draws).fill(null);
  const drawn = {
    solved: Array(40 * draws).fill(true),
    same: Array(40 * draws).fill(0),
    pickedSolved: unknown,
    pickedQuality: unknown,
  };
  const tokens = [{ benchmark: "math500", chains: 30 * 5 * 7, draws: 30 * 5 * 11 }, {
    benchmark: "aime",
    chains: 10 * 5 * 100,
    draws: 10 * 5 * 200,
  }];
  const whole = [...runs("grpo", (task) => task < 15), ...runs("exit", (task) => task < 15 || task >= 35)]
    .map((run) => ({ ...run, draws, drawn, tokens }));
  const aime = compareRuns(whole.map((run) => onlyBenchmark(run, "aime")));
  assert.deepEqual(aime.benchmarks, []);
  assert.deepEqual(aime.arms.map(({ tasks, curve }) => [tasks, curve.at(-1)?.mean]), [[10, 0.5], [10, 0]]);
  // Five answers of 100 tokens and five draws of 200, whatever those of the other benchmark cost.
  assert.deepEqual(aime.arms.map(({ controls }) => [controls?.chainTokens, controls?.drawTokens]), [
    [500, 1000],
    [500, 1000],
  ]);
  const both = compareRuns(whole).arms[0]?.controls;
  assert.deepEqual([both?.chainTokens, both?.drawTokens], [5 * (7 + 100) / 2, 5 * (11 + 200) / 2]);
});

Deno.test("an interval of a macro-average holds the truth about as often as it says, on benchmarks of unequal size", () => {
  const source = new Random(5, "coverage");
  const names = [...Array.from({ length: 120 }, () => "large"), ...Array.from({ length: 30 }, () => "small")];
  const draws = bootstrapDraws(6, names, new Random(2, "bootstrap"), 200);
  const truths = { large: 0.2, small: 0.6 };
  let held = 0;
  for (let repetition = 0; repetition < 200; repetition++) {
    const chances = names.map((name) =>
      truths[name === "large" ? "large" : "small"] + 0.4 * (source.next() - 0.5)
    );
    const solved = Array.from({ length: 6 }, () => chances.map((chance) => Number(source.chance(chance))));
    const { low, high } = bootstrapInterval(solved, draws);
    // The pooled mean, 0.28, is far outside.
    if (low !== null && high !== null && low <= 0.4 && 0.4 <= high) held++;
  }
  assert(held >= 180, `${held} of 200`);
});

Deno.test("macro_curves and macro_arms say what curveRows() and armTable() say, and curves and arms each benchmark", () =>
  inFolder(async (folder) => {
    for (const seed of [1, 2]) {
      const store = await begin(folder, `run-${seed}`, { seed });
      const random = new Random(seed, "answers");
      const rows = evaluation(20, () => random.chance(0.5), 16, 9);
      await store.write({
        evaluations: rows.map((row) => ({ ...row, split: row.task < "t7" ? "large" : "small" })),
      });
      await store.finish("finished");
    }
    const reader = await openRuns(folder);
    const near = (found: unknown, wanted: number | null | undefined) =>
      assert(
        typeof found === "number" && Math.abs(found - (wanted ?? NaN)) < 1e-12,
        `${found} is not ${wanted}`,
      );
    try {
      const one = await curveRows(reader, { runs: ["run-1"] });
      const { rows: macro } = await reader.query(
        "select solved, solved_se, benchmarks, tasks from macro_curves where run = 'run-1' order by step",
      );
      const { rows: each } = await reader.query(
        "select solved, solved_se, tasks from curves where run = 'run-1' order by step, split",
      );
      assert.deepEqual([one.length, macro.length, each.length], [17, 17, 34]);
      for (const [step, { solved, benchmarks }] of one.entries()) {
        near(macro[step]?.[0], solved.mean);
        near(macro[step]?.[1], solved.standardError);
        assert.deepEqual(macro[step]?.slice(2), [2, 9]);
        near(solved.mean, mean(benchmarks.map((row) => row.solved.mean)));
        near(
          solved.standardError,
          Math.hypot(...benchmarks.map((row) => row.solved.standardError ?? NaN)) / 2,
        );
        for (const [at, { benchmark, tasks, solved, gain }] of benchmarks.entries()) {
          const row = each[2 * step + at];
          near(row?.[0], solved.mean);
          near(row?.[1], solved.standardError);
          assert.deepEqual([benchmark, tasks], [["large", 7], ["small", 2]][at]);
          assert.equal(row?.[2], tasks);
          near(gain.mean, solved.mean - (one[0]?.benchmarks[at]?.solved.mean ?? NaN));
        }
      }
      for (const runs of [["run-1"], ["run-1", "run-2"]]) {
        const [arm] = await armTable(reader, { runs });
        if (runs.length === 1) near(arm?.k16?.mean, one.at(-1)?.solved.mean);
        else {
          const { rows: [row] } = await reader.query(
            "select k0, k0_se, k16, k16_se, delta, delta_se, seeds, benchmarks, tasks from macro_arms",
          );
          const wanted = [arm?.k0, arm?.k16, arm?.delta].flatMap((
            value,
          ) => [value?.mean, value?.standardError]);
          for (const [at, value] of wanted.entries()) near(row?.[at], value);
          assert.deepEqual(row?.slice(6), [2, 2, 9]);
        }
      }
    } finally {
      reader.close();
    }
  }));

Deno.test("with one benchmark the macro views have its figures", () =>
  inFolder(async (folder) => {
    // In which order values are summed up is DuckDB's to choose, and differs from query to query in the last bit.
    const rounded = (rows: readonly (readonly Json[])[]): Json[][] =>
      rows.map((row) => row.map((value) => typeof value === "number" ? Number(value.toFixed(12)) : value));
    const store = await begin(folder, "one");
    const random = new Random(1, "answers");
    await store.write({ evaluations: evaluation(20, () => random.chance(0.4), 16, 11) });
    await store.finish("finished");
    const reader = await openRuns(folder);
    try {
      for (const [view, rows] of [["curves", 17], ["arms", 1]] as const) {
        const one = await reader.query(`select * exclude split from ${view} order by all`);
        assert.equal(one.rows.length, rows);
        const names = one.columns.map(({ name }) => name).join(", ");
        const macro = await reader.query(`select ${names} from macro_${view} order by all`);
        assert.deepEqual([macro.columns, rounded(macro.rows)], [one.columns, rounded(one.rows)]);
      }
    } finally {
      reader.close();
    }
  }));
