import assert from "node:assert/strict";
import { display, type Runs, runs } from "exitlab/notebook";
import { UserError } from "exitlab/lib/errors.ts";
import { collectResults } from "exitlab/lib/metrics/collect_results.ts";
import { compareRuns } from "exitlab/lib/metrics/comparison.ts";
import { nearestRuns } from "exitlab/lib/notebook/nearest_runs.ts";
import { openRuns } from "exitlab/lib/metrics/reader.ts";
import { besideSecret, filesBelow, misuses } from "../../support/sql_misuse.ts";
import { batch, begin, hostile, inFolder } from "../metrics/fabricate.ts";

const example = "notebooks/example_runs";

/** Calls a function with opened runs, and closes them. */
async function withRuns(directory: string, work: (opened: Runs) => Promise<void>): Promise<void> {
  const opened = await runs(directory);
  try {
    await work(opened);
  } finally {
    opened.close();
  }
}

Deno.test("sql`` binds values, so that no text of theirs is taken for SQL", () =>
  withRuns(example, async ({ sql }) => {
    const { rows } = await sql`select ${hostile.replaceAll("\u0000", "")} as a, ${1.5} + ${1} as b,
      ${true} as c, ${null} as d`;
    assert.deepEqual(rows, [[hostile.replaceAll("\u0000", ""), 2.5, true, null]]);
    assert.deepEqual((await sql`from runs where arm = ${"' or 1 = 1 --"}`).rows, []);
    // A digit behind a value is no part of the parameter's number.
    await assert.rejects(sql`select ${1}0`, /The query failed: Parser Error: syntax error at or near "0"/);
    assert.deepEqual((await sql`select regexp_matches('a1', '\d') as found`).rows, [[true]]);
  }));

Deno.test("sql`` gives tables by name, by column and as rows", () =>
  withRuns(example, async ({ sql, query }) => {
    const table = await sql`select distinct arm, true as there from runs order by arm`;
    assert.deepEqual(table.column("arm"), ["chain", "exit", "grpo"]);
    assert.deepEqual(table.objects()[0], { arm: "chain", there: true });
    assert.throws(
      () => table.column("arms"),
      /Expected the name of a column \(arm, there\) but found "arms"/,
    );
    assert.deepEqual((await query("select $x::int as x", { x: 3 })).rows, [[3]]);
  }));

Deno.test("runs() reads runs that go on, and refresh() what they have written since", () =>
  inFolder(async (folder) => {
    const store = await begin(folder, "one");
    try {
      await store.write(batch(1));
      await withRuns(folder, async ({ sql, refresh }) => {
        const last = async () => (await sql`select max(iteration) as last from steps`).rows;
        assert.deepEqual(await last(), [[1]]);
        await store.write(batch(2));
        assert.deepEqual(await last(), [[1]]);
        await refresh();
        assert.deepEqual(await last(), [[2]]);
        assert.deepEqual((await sql`select status from runs`).rows, [["running"]]);
      });
    } finally {
      store.close();
    }
  }));

Deno.test("runs() says what it found, damaged runs too", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/<b>`);
    await Deno.writeTextFile(`${folder}/<b>/events.jsonl`, "?\n");
    await withRuns(folder, (opened) => {
      assert.equal(opened.warnings().length, 1);
      const forms = opened[display]();
      assert.match(forms["text/plain"] ?? "", /^1 run in .*\nRun folder "<b>" is left out: /);
      assert.match(forms["text/html"] ?? "", /Run folder &quot;&lt;b&gt;&quot; is left out/);
      return Promise.resolve();
    });
  }));

Deno.test("nearestRuns() goes up until there is a folder called runs", () =>
  inFolder(async (folder) => {
    const start = `${folder}/project/notebooks`;
    await Deno.mkdir(start, { recursive: true });
    await assert.rejects(nearestRuns(start), /Expected a folder called "runs" in ".*notebooks" or above it/);
    await Deno.mkdir(`${folder}/project/runs`);
    assert.equal(await nearestRuns(start), `${folder}/project/runs`);
    assert.equal(await nearestRuns(`${folder}/project`), `${folder}/project/runs`);
    await assert.rejects(runs(`${folder}/none`), /Expected a folder of runs but found no ".*none"/);
  }));

Deno.test("file() runs the query of a file", () =>
  withRuns(example, async ({ file, sql }) => {
    const { rows } = await file("notebooks/queries/growth.sql");
    assert.deepEqual(rows.length, (await sql`select distinct arm, iteration from space_growth`).rows.length);
    await assert.rejects(file("notebooks/queries/none.sql"), /Found no file "notebooks\/queries\/none.sql"/);
    await assert.rejects(file("notebooks"), /Expected a file but found the folder "notebooks"/);
  }));

Deno.test("compare() has the figures of deno task compare", () =>
  withRuns(example, async ({ compare }) => {
    const reader = await openRuns(example);
    const expected = compareRuns((await collectResults(reader)).results);
    reader.close();
    const { curves, gains, differences, notes, comparison } = await compare();
    assert.deepEqual(comparison, expected);
    assert.equal(curves.rows.length, 3 * 17);
    const exit = expected.arms.find(({ label }) => label === "exit");
    const last = exit?.curve.at(-1);
    assert.deepEqual(
      curves.objects().find(({ arm, step }) => arm === "exit" && step === 16),
      { arm: "exit", seeds: 2, step: 16, mean: last?.mean, low: last?.low, high: last?.high },
    );
    assert.equal(gains.objects().find(({ arm }) => arm === "exit")?.gain, exit?.gain.mean);
    assert.deepEqual(
      differences.objects().map(({ arm, against, difference, finding }) => [
        ...[arm, against, difference, finding],
      ]),
      expected.differences.map(({ arm, against, value, finding, holds }) => [
        ...[arm, against, value?.mean],
        finding === "none" ? "no difference shown" : holds ? finding : `${finding}, not adjusted`,
      ]),
    );
    assert.deepEqual(notes.column("note"), expected.notes);
    const quick = await compare({ arms: ["exit"], against: ["chain"], step: 1 });
    assert.deepEqual(quick.differences.column("against"), ["chain"]);
  }));

Deno.test("sql`` explains queries, and takes copy and export for what they are", () =>
  withRuns(example, async ({ query }) => {
    for (
      const statement of [
        "explain select 'copy' as export",
        "explain analyze (select 1)",
        "explain (analyze, format json) from steps",
      ]
    ) assert.equal((await query(statement)).rows.length, 1, statement);
    await assert.rejects(query("explain analyze checkpoint"), /found EXPLAIN of what is no query/);
    await assert.rejects(query("export database 'out'"), /but found export database: runs are only read/);
  }));

Deno.test("sql`` cannot write, attach, or read outside of the folder of runs", () =>
  besideSecret(async (folder, directory) => {
    const store = await begin(directory, "one");
    await store.write(batch(1));
    await store.finish("finished");
    const before = await filesBelow(folder);
    await withRuns(directory, async ({ query, sql }) => {
      for (const statement of misuses(folder, directory)) {
        await assert.rejects(query(statement), UserError, statement);
      }
      assert.deepEqual((await sql`select iteration from steps`).rows, [[1]]);
    });
    assert.deepEqual(await filesBelow(folder), before);
  }));
