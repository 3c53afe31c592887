/** A run boiled down to its results, and those as a file. */
import assert from "node:assert/strict";
import { openDatabase } from "../../../lib/database.ts";
import { UserError } from "../../../lib/errors.ts";
import { collectResults } from "../../../lib/metrics/collect_results.ts";
import { copyRates } from "../../../lib/metrics/copy_rates.ts";
import { corrections } from "../../../lib/metrics/corrections.ts";
import { openRuns } from "../../../lib/metrics/reader.ts";
import { readResults, writeResults } from "../../../lib/metrics/results_file.ts";
import { parseRunResults, type RunResults } from "../../../lib/metrics/run_results.ts";
import type { Batch, ResampleRow } from "../../../lib/metrics/rows.ts";
import { Random } from "../../../lib/random.ts";
import { batch, begin, draws, evaluation, inFolder, runRow } from "./fabricate.ts";

/** Random chains and draws; quality is not a fraction of two. */
function randomAnswers(seed: number, steps: number): Batch {
  const random = new Random(seed, "answers");
  const evaluations = evaluation(40, () => random.chance(0.4), steps, 5)
    .map((row) => ({
      ...row,
      quality: row.solved ? 1 : random.int(3) / 3,
      changed: row.step > 0 && random.chance(0.5),
    }));
  const resamples = draws(
    40,
    () => {
      const [solved, response, failed] = [random.chance(0.4), `${random.int(3)}`, random.chance(0.3)];
      const validation = failed ? 0 : random.int(4) / 3;
      return { solved, response, failed, validation, quality: random.int(7) / 7 };
    },
    steps + 1,
    5,
  );
  return { evaluations, resamples };
}

async function collected(write: (runs: string) => Promise<void>): Promise<{
  readonly results: readonly RunResults[];
  readonly notes: readonly string[];
}> {
  return await inFolder(async (runs) => {
    await write(runs);
    const reader = await openRuns(runs);
    try {
      return await collectResults(reader);
    } finally {
      reader.close();
    }
  });
}

async function oneRun(...batches: readonly Batch[]): Promise<RunResults> {
  const { results, notes } = await collected(async (runs) => {
    const store = await begin(runs, "one", { arm: "exit", seed: 7 });
    for (const each of batches) await store.write(each);
    await store.finish("finished");
  });
  assert.deepEqual(notes, []);
  const [result] = results;
  assert.ok(result !== undefined);
  return result;
}

/** What a draw is picked by: any that ran before those that failed. */
function rank({ failed, validation }: ResampleRow): number {
  return failed === true ? -1 : validation ?? NaN;
}

Deno.test("collectResults() counts what a count by hand counts", async () => {
  const [steps, tasks] = [6, 5];
  const answers = randomAnswers(1, steps);
  const { chains, drawn, ...result } = await oneRun(
    { evaluations: evaluation(0, () => true, 2, tasks) },
    answers,
  );
  assert.deepEqual(result.tasks, ["t0", "t1", "t2", "t3", "t4"]);
  assert.deepEqual([result.steps, result.draws, result.iteration], [steps, steps + 1, 40]);
  assert.deepEqual(result.tokens, [
    { benchmark: "test", chains: 3 * 2 * tasks * (steps + 1), draws: 3 * tasks * (steps + 1) },
  ]);
  for (const [at, task] of result.tasks.entries()) {
    const of = (step: number) =>
      (answers.evaluations ?? []).filter((row) => row.task === task && row.step === step);
    for (let step = 0; step <= steps; step++) {
      const [now, before, first] = [of(step), of(step - 1), of(0)];
      const count = (holds: (sample: number) => boolean | undefined) => [0, 1].filter(holds).length;
      const place = at * (steps + 1) + step;
      const expected = {
        chains: 2,
        solved: count((sample) => now[sample]?.solved),
        quality: Math.fround(((now[0]?.quality ?? NaN) + (now[1]?.quality ?? NaN)) / 2),
        gained: count((sample) => now[sample]?.solved && !first[sample]?.solved),
        gainedStep: step === 0 ? 0 : count((sample) => now[sample]?.solved && !before[sample]?.solved),
        copiedSolved: step === 0 ? 0 : count((sample) => !now[sample]?.changed && before[sample]?.solved),
        copiedUnsolved: step === 0 ? 0 : count((sample) => !now[sample]?.changed && !before[sample]?.solved),
        solvedSoFar: count((sample) =>
          [...Array(step + 1).keys()].some((earlier) => of(earlier)[sample]?.solved)
        ),
      };
      const found = Object.fromEntries(Object.entries(chains).map(([name, counts]) => [name, counts[place]]));
      assert.deepEqual(found, expected, `${task} ${step}`);
    }
    const attempts = (answers.resamples ?? []).filter((row) => row.task === task);
    for (const [draw, { solved, response }] of attempts.entries()) {
      const place = at * (steps + 1) + draw;
      assert.equal(drawn.solved[place], solved);
      assert.equal(drawn.same[place], attempts.findIndex((other) => other.response === response));
      const picked = attempts.slice(0, draw + 1).reduce((best, next) =>
        rank(next) > rank(best) ? next : best
      );
      assert.equal(drawn.pickedSolved[place], picked.solved);
      assert.equal(drawn.pickedQuality[place], Math.fround(picked.quality ?? NaN));
    }
  }
});

Deno.test("corrections() and copyRates() agree with the views flips and copies", async () => {
  const steps = 4;
  await inFolder(async (runs) => {
    const store = await begin(runs, "one");
    await store.write(randomAnswers(2, steps));
    await store.finish("finished");
    const reader = await openRuns(runs);
    const [result] = (await collectResults(reader)).results;
    assert.ok(result !== undefined);
    const flips = await reader.query(
      "select step, gained, lost, net, gained_step, lost_step, net_step from flips order by step",
    );
    assert.deepEqual(
      corrections(result.chains, steps).map((each) => Object.values(each)),
      flips.rows,
    );
    const copies = await reader.query(
      "select step, copied, copied_solved, copied_unsolved from copies order by step",
    );
    assert.deepEqual(copyRates(result.chains, steps).map((each) => Object.values(each)), copies.rows);
    reader.close();
  });
});

Deno.test("collectResults() tells how training went", async () => {
  const { training, ...result } = await oneRun(batch(1), batch(2), batch(3));
  assert.deepEqual(training, {
    ...{ iterations: 3, tokens: 9e9, rollouts: 12, startDepth: 1, promptDepth: 1, deepest: 1, replayed: 1 },
    // Each start of the fabricated groups is drawn in the iteration that finds it, so none is ever stale.
    ...{ starts: 3, roots: 1, staleness: null, effectiveShare: null },
    modes: [{ mode: "improve", groups: 6, zeroVariance: 0 }],
  });
  assert.deepEqual(result.settings, runRow.settings);
  assert.deepEqual([result.seed, result.arm, result.planHash], [7, "exit", runRow.planHash]);
});

Deno.test("collectResults() measures how stale a replayed start is, and how much of the space counts", async () => {
  const { step, groups, starts, ...others } = batch(2);
  assert.ok(step !== undefined && groups !== undefined && starts !== undefined);
  const grown = groups.map((group, at) => ({
    ...group,
    iteration: 9,
    start: at === 0 ? "s2" : "elsewhere",
    trained: at === 0,
    mode: at === 0 ? "improve" : "base",
    depth: at === 0 ? 3 : 0,
  }));
  const chain = grown.map((group, at) => ({
    ...group,
    groupIndex: at + 2,
    chainStep: 1,
    depth: 5,
    start: "inner",
  }));
  const { training } = await oneRun({
    ...others,
    step: { ...step, space: 8, effectiveSize: 2 },
    starts,
    groups: [...grown, ...chain],
  });
  const { staleness, effectiveShare, startDepth, promptDepth, deepest, replayed, modes } = training;
  assert.deepEqual({ staleness, effectiveShare, startDepth, promptDepth, deepest, replayed }, {
    ...{ staleness: 7, effectiveShare: 0.25, startDepth: 1.5, promptDepth: 3.25, deepest: 5, replayed: 0.5 },
  });
  assert.deepEqual([training.starts, training.roots], [2, 1]);
  assert.deepEqual(modes, [{ mode: "base", groups: 2, zeroVariance: 1 }, {
    mode: "improve",
    groups: 2,
    zeroVariance: 0,
  }]);
});

Deno.test("collectResults() leaves out runs without whole evaluations, and says so", async () => {
  const { results, notes } = await collected(async (runs) => {
    for (const name of ["empty", "torn", "whole"]) {
      const store = await begin(runs, name);
      const rows = evaluation(4, () => true, 2);
      if (name === "torn") {
        await store.write({ evaluations: rows.filter(({ task, step }) => task !== "t1" || step !== 1) });
      }
      if (name === "whole") await store.write({ evaluations: rows });
      store.close();
    }
  });
  assert.deepEqual(results.map(({ run, draws, status }) => [run, draws, status]), [["whole", 0, "running"]]);
  assert.equal(notes.length, 2);
  assert.match(notes[0] ?? "", /^Run "empty" is left out: it has no evaluation on held-out tasks$/);
  assert.match(notes[1] ?? "", /^Run "torn" is left out: its results are not whole/);
});

Deno.test("collectResults() knows the benchmark of each task, and what each benchmark's answers cost", async () => {
  // Benchmarks take turns; tokens tell them and the evaluations apart.
  const benchmarkOf = (task: string) => ["t0", "t2"].includes(task) ? "odd" : "even";
  const { evaluations = [], resamples = [] } = randomAnswers(3, 2);
  const marked = {
    evaluations: evaluations.map((row) => ({ ...row, split: benchmarkOf(row.task), tokens: 2 })),
    resamples: resamples.map((row) => ({ ...row, split: benchmarkOf(row.task), tokens: 5 })),
  };
  const earlier = evaluation(0, () => true, 2, 5).map((row) => ({ ...row, split: "odd", tokens: 1000 }));
  const { chains, drawn, ...result } = await oneRun({ evaluations: earlier }, marked);
  assert.deepEqual(result.tasks.map((task, at) => [task, result.benchmarks[at]]), [
    ...[["t0", "odd"], ["t1", "even"], ["t2", "odd"], ["t3", "even"], ["t4", "even"]],
  ]);
  assert.deepEqual(result.tokens, [
    { benchmark: "even", chains: 3 * 2 * 3 * 2, draws: 3 * 3 * 5 },
    { benchmark: "odd", chains: 2 * 2 * 3 * 2, draws: 2 * 3 * 5 },
  ]);
  // The answers are those of the same run on one benchmark.
  const plain = await oneRun({ evaluations, resamples });
  assert.deepEqual({ chains, drawn }, { chains: plain.chains, drawn: plain.drawn });
});

Deno.test("writeResults() and readResults() keep every figure", () =>
  inFolder(async (folder) => {
    const first = await oneRun(batch(1), randomAnswers(3, 4));
    const second = { ...await oneRun(randomAnswers(4, 2)), run: "a'nother" };
    const path = `${folder}/it's results.parquet`;
    await writeResults(path, [first, second]);
    assert.deepEqual((await readResults(path)).results, [second, first]);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["it's results.parquet"]);
    await writeResults(path, [first]);
    assert.deepEqual((await readResults(path)).results, [first]);
    await writeResults(path, []);
    assert.deepEqual((await readResults(path)).results, []);
  }));

Deno.test("readResults() refuses what is no file of results, in one sentence", () =>
  inFolder(async (folder) => {
    await writeResults(`${folder}/now.parquet`, [await oneRun(randomAnswers(5, 2))]);
    const { connection, close } = await openDatabase(":memory:", {});
    await connection.run(
      `copy (select * replace ('exitlab.results/3' as format) from '${folder}/now.parquet')
        to '${folder}/later.parquet' (format parquet)`,
    );
    close();
    await assert.rejects(
      readResults(`${folder}/later.parquet`),
      /has the form exitlab\.results\/3 instead of/,
    );
    const store = await begin(folder, "one");
    await store.write(batch(2));
    await store.finish("finished");
    await Deno.writeTextFile(`${folder}/text.parquet`, "no Parquet at all");
    await writeResults(`${folder}/cut.parquet`, [await oneRun(randomAnswers(5, 2))]);
    await Deno.truncate(`${folder}/cut.parquet`, 3000);
    for (const file of ["text.parquet", "cut.parquet", "one/steps.parquet", "one/evaluations.parquet"]) {
      await assert.rejects(readResults(`${folder}/${file}`), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /^Expected ".*" to be a Parquet file that deno task compare --out wrote/);
        assert.ok(!error.message.includes("\n"));
        return true;
      });
    }
  }));

Deno.test("parseRunResults() refuses counts that do not fit the tasks", async () => {
  const whole = await oneRun(randomAnswers(6, 2));
  assert.deepEqual(parseRunResults(whole), whole);
  assert.throws(
    () => parseRunResults({ ...whole, steps: 3 }),
    /Expected chains of 3 steps for each of 5 tasks/,
  );
  assert.throws(() => parseRunResults({ ...whole, draws: 9 }), /Expected 9 draws for each of 5 tasks/);
  assert.throws(() => parseRunResults({ ...whole, seed: "one" }), /at seed/);
  assert.throws(() => parseRunResults(null), TypeError);
});
