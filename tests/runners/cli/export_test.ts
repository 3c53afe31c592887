/** Runs as files for other programs: what comes back is what the runs say. */
import assert from "node:assert/strict";
import { openDatabase, quote } from "../../../lib/database.ts";
import { openRuns } from "../../../lib/metrics/reader.ts";
import { tables } from "../../../lib/metrics/schema.ts";
import { exportCommand } from "../../../runners/cli/export.ts";
import { batch, begin, hostile, inFolder } from "../../lib/metrics/fabricate.ts";
import { captured } from "../../support/captured.ts";

/** A folder with a closed and a live run, and one to write to. */
function withRuns(work: (runs: string, out: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const runs = `${folder}/runs`;
    for (const name of ["closed", "live"]) {
      const store = await begin(runs, name);
      await store.write(batch(1));
      await store.write(batch(2));
      if (name === "closed") await store.finish("finished");
      else store.close();
    }
    await work(runs, `${folder}/it's out`);
  });
}

async function ask(sql: string): Promise<unknown[][]> {
  const { connection, close } = await openDatabase(":memory:", {});
  try {
    return (await connection.runAndReadAll(sql)).getRows();
  } finally {
    close();
  }
}

Deno.test("export writes every table in every form, with as many rows as SQL counts", () =>
  withRuns(async (runs, out) => {
    const reader = await openRuns(runs);
    const counts: (readonly [name: string, rows: unknown])[] = [];
    for (const { name } of Object.values(tables)) {
      counts.push([name, (await reader.query(`select count(*) from ${name}`)).rows[0]?.[0]]);
    }
    reader.close();
    const readers = { jsonl: "read_json", csv: "read_csv", parquet: "read_parquet" };
    for (const [format, read] of Object.entries(readers)) {
      const words = ["--format", format, "--out", out, "--runs", runs];
      const { code, out: written, error } = await captured(exportCommand, ...words);
      assert.deepEqual([code, error], [0, ""]);
      assert.equal(written.split("\n").length, counts.length + 1);
      for (const [name, rows] of counts) {
        assert.ok(written.includes(`${name}.${format}  ${rows} row`), `${name} ${format}`);
        if (rows === 0) continue;
        const options = format === "parquet" ? "" : ", union_by_name = true";
        const path = quote(`${out}/${name}.${format}`);
        // DuckDB's own reader of CSV stops at a zero byte; what stands there is checked below.
        if (format === "csv" && name !== "steps") continue;
        const [[found] = []] = await ask(`select count(*)::int from ${read}(${path}${options})`);
        assert.equal(found, rows, `${name} ${format}`);
      }
    }
  }));

Deno.test("export keeps hostile text, writes times in UTC and JSON as JSON", () =>
  withRuns(async (runs, out) => {
    await captured(exportCommand, "closed", "--format", "jsonl", "--out", out, "--runs", runs);
    const lines = async (name: string) =>
      (await Deno.readTextFile(`${out}/${name}.jsonl`)).trim().split("\n").map((line) => JSON.parse(line));
    const rollouts = await lines("rollouts");
    assert.equal(rollouts.length, 8);
    assert.ok(rollouts.every(({ response }) => response === hostile));
    const [run, ...others] = await lines("runs");
    assert.deepEqual([run.run, run.settings.note, others.length], ["closed", hostile, 0]);
    assert.equal(run.started, "2025-06-01T12:00:00.123Z");
    const [step] = await lines("steps");
    assert.deepEqual([step.extra.kappa, step.entropy, step.tokens], [15, null, 3e9]);
  }));

Deno.test("export writes chosen tables and views alone, and replaces what stands there", () =>
  withRuns(async (runs, out) => {
    await Deno.mkdir(out);
    await Deno.writeTextFile(`${out}/curves.csv`, "old");
    const words = ["--format", "csv", "--out", out, "--runs", runs, "--tables", "curves,flips"];
    assert.equal((await captured(exportCommand, ...words)).code, 0);
    assert.deepEqual([...Deno.readDirSync(out)].map(({ name }) => name).toSorted(), [
      "curves.csv",
      "flips.csv",
    ]);
    const [head = "", ...rows] = (await Deno.readTextFile(`${out}/curves.csv`)).trim().split("\n");
    assert.match(head, /^run,arm,seed,iteration,split,step,tasks,/);
    assert.equal(rows.length, 10);
  }));

Deno.test("export refuses what it cannot do, and touches no run", () =>
  withRuns(async (runs, out) => {
    const before = await Deno.readFile(`${runs}/closed/steps.parquet`);
    for (
      const [words, message] of [
        [["--out", out], /Expected --format to be jsonl, csv, parquet but found none/],
        [["--format", "xml", "--out", out], /found "xml"/],
        [["--format", "csv"], /Expected a folder to write to as --out DIR/],
        [["--format", "csv", "--out", out, "--tables", "curvs"], /did you mean "curves"/],
        [["--format", "parquet", "--out", `${runs}/closed`], /Expected a folder outside of all runs/],
        [["--format", "jsonl", "--out", `${runs}/new`], /Expected a folder outside of all runs/],
        [["nobody", "--format", "csv", "--out", out], /Found no run "nobody"/],
      ] as const
    ) {
      const { code, error } = await captured(exportCommand, ...words, "--runs", runs);
      assert.equal(code, 2, error);
      assert.match(error, message);
    }
    assert.deepEqual(await Deno.readFile(`${runs}/closed/steps.parquet`), before);
    const empty = `${runs}/../empty`;
    const { code, error } = await captured(exportCommand, "--format", "csv", "--out", out, "--runs", empty);
    assert.deepEqual([code, /Expected runs in .* to export but found none/.test(error)], [2, true]);
  }));
