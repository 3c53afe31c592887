import assert from "node:assert/strict";
import { openDatabase } from "../../../../lib/database.ts";
import { exportPath } from "../../../../lib/metrics/export.ts";
import { openRuns } from "../../../../lib/metrics/reader.ts";
import { LiveRuns } from "../../../../lib/report/live/live_runs.ts";
import { overview } from "../../../../lib/report/live/overview.ts";
import type { LiveRun } from "../../../../lib/report/live/run_feed.ts";
import { batch, begin, evaluation, inFolder, runRow } from "../../metrics/fabricate.ts";

const row = { ...runRow, settings: { budget: { tokens: null, rollouts: 40, iterations: 20 } } };

/** A run of so many iterations, which goes on. */
async function growing(runs: string, iterations: number, name = "one"): ReturnType<typeof begin> {
  const store = await begin(runs, name, { row });
  for (let n = 1; n <= iterations; n++) await store.write(batch(n));
  return store;
}

/** Reads all that is there, in as many looks as that takes on this machine. */
async function look(live: LiveRuns): Promise<void> {
  while (await live.poll());
}

async function only(runs: string): Promise<LiveRun> {
  const live = new LiveRuns([{ parent: runs, name: undefined }]);
  await look(live);
  const [run] = live.runs(Date.now());
  assert(run !== undefined);
  return run;
}

/** Sums may be made in another order. */
function rounded(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, each) => typeof each === "number" ? Number(each.toPrecision(12)) : each),
  );
}

async function agreesWithSql(run: LiveRun, runs: string): Promise<void> {
  const reader = await openRuns(runs);
  try {
    const rows = async (sql: string): Promise<unknown[][]> =>
      (await reader.query(sql)).rows.map((row) => [...row]);
    assert.deepEqual(
      run.series.reward.map(({ x, y }) => [x, y]),
      await rows("select iteration, reward from steps order by iteration"),
    );
    assert.deepEqual(
      [[run.iteration, run.tokens, run.rollouts, run.latest.solved, run.latest.zero_variance]],
      await rows(
        "select iteration, tokens, rollouts, solved, zero_variance from steps order by iteration desc limit 1",
      ),
    );
    const curves = await rows(
      "select iteration, split, step, tasks, quality, solved, solved_se from curves order by all",
    );
    const own = run.heldOut.flatMap(({ iteration, split, points }) =>
      points.map(({ step, tasks, quality, solved, solvedSe }) => [
        ...[iteration, split, step, tasks, quality, solved, solvedSe],
      ])
    );
    assert.equal(own.length, curves.length);
    for (const [at, values] of own.entries()) {
      for (const [column, value] of values.entries()) {
        const expected = curves[at]?.[column];
        if (typeof value === "number" && typeof expected === "number") {
          assert(Math.abs(value - expected) < 1e-12);
        } else assert.equal(value, expected);
      }
    }
    assert.deepEqual(
      run.space?.bins.map(({ from, solved, open }) => [from.toFixed(3), open + solved]),
      (await rows(
        "select learnability_from, sum(starts)::int from buffer_histogram group by all order by all",
      ))
        .map(([from, starts]) => [Number(from).toFixed(3), starts]),
    );
    assert.deepEqual(
      [[run.space?.starts, run.space?.deepest]],
      await rows("select count(*)::int, max(depth) from starts where active"),
    );
  } finally {
    reader.close();
  }
}

Deno.test("LiveRuns shows a growing run as SQL does, whether it read it bit by bit or at once", () =>
  inFolder(async (runs) => {
    const live = new LiveRuns([{ parent: runs, name: undefined }]);
    assert.equal(await live.poll(), false);
    assert.deepEqual(live.runs(0), []);
    const store = await begin(runs, "one", { row });
    for (let n = 1; n <= 9; n++) {
      await store.write(batch(n));
      const version = live.version;
      await look(live);
      assert(live.version > version);
      assert.equal(live.run("one", 0)?.iteration, n);
    }
    const run = live.run("one", Date.now());
    assert(run !== undefined);
    await agreesWithSql(run, runs);
    assert.deepEqual(run, { ...await only(runs), alerts: run.alerts });
    assert.equal(run.progress, 36 / 40);
    assert.equal(run.status, "running");
    assert.deepEqual(await live.rollouts("one"), []);
    await store.finish("finished");
    await look(live);
    assert.equal(live.run("one", 0)?.status, "finished");
    const rollouts = await live.rollouts("one");
    assert.deepEqual(
      rollouts.map(({ iteration, group, rollout, solved }) => ({ iteration, group, rollout, solved })),
      [0, 1, 2, 3].map((at) => ({ iteration: 9, group: at >> 1, rollout: at & 1, solved: at === 3 })),
    );
    assert(rollouts[0]?.prompt.startsWith("prompt 9 it's"));
  }));

Deno.test("LiveRuns forgets what a rewound run forgets", () =>
  inFolder(async (runs) => {
    const store = await growing(runs, 8);
    const live = new LiveRuns([{ parent: runs, name: "one" }]);
    await look(live);
    assert.equal(live.run("one", 0)?.iteration, 8);
    await store.rewind(5);
    await look(live);
    const run = live.run("one", Date.now());
    assert(run !== undefined);
    assert.equal(run.iteration, 5);
    await agreesWithSql(run, runs);
    await store.write(batch(6));
    await look(live);
    assert.equal(live.run("one", 0)?.series.reward.length, 6);
    store.close();
  }));

Deno.test("LiveRuns reads a run that has ended from Parquet, as it was in its tail", () =>
  inFolder(async (runs) => {
    const store = await growing(runs, 6);
    await store.finish("finished");
    await Deno.rename(`${runs}/one/runs.parquet`, `${runs}/one/aside`);
    const fromTail = await only(runs);
    await Deno.rename(`${runs}/one/aside`, `${runs}/one/runs.parquet`);
    await Deno.remove(`${runs}/one/events.jsonl`);
    await Deno.remove(`${runs}/one/run.duckdb`);
    const fromParquet = await only(runs);
    await agreesWithSql(fromParquet, runs);
    assert.deepEqual(rounded(fromParquet.heldOut), rounded(fromTail.heldOut));
    assert.deepEqual(fromParquet.chain, fromTail.chain);
    assert.deepEqual(fromParquet.space?.newest.map(({ born }) => born), [6, 5, 4, 3, 2, 1]);
    assert.deepEqual(fromParquet.series, fromTail.series);
    assert.equal(fromParquet.progress, fromTail.progress);
  }));

Deno.test("LiveRuns follows a run that had ended and goes on", () =>
  inFolder(async (runs) => {
    await (await growing(runs, 4)).finish("interrupted");
    const live = new LiveRuns([{ parent: runs, name: undefined }]);
    await look(live);
    assert.deepEqual([live.run("one", 0)?.status, live.run("one", 0)?.iteration], ["interrupted", 4]);
    const store = await begin(runs, "one", { row });
    await store.rewind(3);
    await look(live);
    assert.deepEqual([live.run("one", 0)?.status, live.run("one", 0)?.iteration], ["running", 3]);
    await store.write(batch(4));
    await look(live);
    const run = live.run("one", Date.now());
    assert(run !== undefined);
    await agreesWithSql(run, runs);
    store.close();
  }));

Deno.test("LiveRuns says what is damaged, shows what came before, and goes on once that is mended", () =>
  inFolder(async (runs) => {
    const store = await growing(runs, 3);
    const path = `${runs}/one/events.jsonl`;
    const whole = await Deno.readTextFile(path);
    const live = new LiveRuns([{ parent: runs, name: undefined }]);
    await look(live);
    await Deno.writeTextFile(path, "no JSON\n", { append: true });
    await look(live);
    const damaged = live.run("one", 0);
    assert.equal(damaged?.problem, `line ${whole.split("\n").length} of events.jsonl is damaged`);
    assert.equal(damaged?.iteration, 3);
    const [summary] = overview(live.runs(0), "runs", 0);
    assert.match(String(summary?.make()), /1 run in runs: 1 damaged/);
    await Deno.writeTextFile(`${path}.new`, whole);
    await Deno.rename(`${path}.new`, path);
    await look(live);
    assert.equal(live.run("one", 0)?.problem, null);
    assert.equal(live.run("one", 0)?.series.reward.length, 3);
    store.close();
  }));

Deno.test("LiveRuns takes a link to a file for no run, and reads a tail from its beginning once the system lets it", () =>
  inFolder(async (runs) => {
    const store = await growing(runs, 2);
    await Deno.writeTextFile(`${runs}/plain`, "");
    await Deno.symlink(`${runs}/plain`, `${runs}/link`);
    const path = `${runs}/one/events.jsonl`;
    await Deno.rename(path, `${runs}/aside`);
    await Deno.mkdir(path);
    const live = new LiveRuns([{ parent: runs, name: undefined }]);
    await look(live);
    assert.deepEqual(live.runs(0).map(({ key }) => key), ["one"]);
    assert.notEqual(live.run("one", 0)?.problem, null);
    const { version } = live;
    await look(live);
    assert.equal(live.version, version, "the same problem is no news");
    await Deno.remove(path);
    await Deno.rename(`${runs}/aside`, path);
    await look(live);
    assert.deepEqual([live.run("one", 0)?.problem, live.run("one", 0)?.series.reward.length], [null, 2]);
    store.close();
  }));

Deno.test("LiveRuns loses sight of a run that is removed, and tells runs of one name in two folders apart", () =>
  inFolder(async (folder) => {
    for (const runs of ["a", "b"]) (await growing(`${folder}/${runs}`, 1)).close();
    const live = new LiveRuns(["a", "b"].map((name) => ({ parent: `${folder}/${name}`, name: undefined })));
    await look(live);
    assert.deepEqual(live.runs(0).map(({ key }) => key).toSorted(), [`${folder}/a/one`, `${folder}/b/one`]);
    await Deno.remove(`${folder}/a`, { recursive: true });
    await look(live);
    assert.deepEqual(live.runs(0).map(({ key }) => key), [`${folder}/b/one`]);
  }));

Deno.test("LiveRuns keeps the first and the latest of many evaluations, in bounded memory", () =>
  inFolder(async (runs) => {
    const store = await begin(runs, "one", { row });
    for (let n = 0; n < 120; n++) await store.write({ evaluations: evaluation(n, () => n % 2 === 0, 1, 1) });
    store.close();
    const { heldOut } = await only(runs);
    assert(heldOut.length <= 49);
    assert.deepEqual([heldOut[0]?.iteration, heldOut.at(-1)?.iteration], [0, 119]);
  }));

Deno.test("LiveRuns reads the Parquet files of an older schema", () =>
  inFolder(async (runs) => {
    await (await growing(runs, 4)).finish("finished");
    const folder = `${runs}/one`;
    const { connection, close } = await openDatabase(":memory:", {});
    const younger = {
      rollouts: "shortened, own_mode, failed",
      evaluations: "shortened, mode, failed, validation",
    };
    for (const [name, columns] of Object.entries(younger)) {
      const path = exportPath(folder, name === "rollouts" ? "rollouts" : "evaluations");
      await connection.run(
        `copy (select * exclude (${columns}) from '${path}') to '${path}.new' (format parquet)`,
      );
      await Deno.rename(`${path}.new`, path);
    }
    close();
    for (const name of ["resamples", "nodes"] as const) await Deno.remove(exportPath(folder, name));
    const live = new LiveRuns([{ parent: runs, name: undefined }]);
    await look(live);
    const run = live.run("one", 0);
    assert.deepEqual([run?.problem, run?.iteration, run?.chain.length], [null, 4, 5]);
    assert.equal((await live.rollouts("one")).length, 4);
  }));
