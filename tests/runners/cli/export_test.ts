/** Runs as files for other programs: what comes back is what the runs say. */
import assert from "node:assert/strict";
import { openDatabase, quote } from "../../../lib/database.ts";
import { exportedNames } from "../../../lib/metrics/export_runs.ts";
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

/** Records of a CSV file, its header left out: line breaks count unless they are quoted. */
function csvRecords(text: string): number {
  let [quoted, records] = [false, -1];
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (character === "\n" && !quoted) records++;
  }
  return records;
}

/** The rows of each table and view, counted in each form, are as many as SQL counts; those of Parquet are the same. */
async function assertAllRows(runs: string, out: string, names: readonly string[]): Promise<void> {
  const words = ["--out", out, "--runs", runs, "--tables", names.join(",")];
  for (const format of ["jsonl", "csv", "parquet"]) {
    const { code, out: written, error } = await captured(exportCommand, ...words, "--format", format);
    assert.deepEqual([code, error], [0, ""]);
    assert.equal(written.split("\n").length, names.length + 1);
  }
  const reader = await openRuns(runs);
  try {
    for (const name of names) {
      const sum = "count(*)::int, bit_xor(hash(rows))::varchar";
      const [expected = []] = (await reader.query(`select ${sum} from ${name} as rows`)).rows;
      const [found = []] = await ask(
        `select ${sum} from read_parquet(${quote(`${out}/${name}.parquet`)}) as rows`,
      );
      // Means of a view differ in the last bit from one query to the next, as threads sum in any order.
      const compared = name in tables ? 2 : 1;
      assert.deepEqual(found.slice(0, compared), expected.slice(0, compared), name);
      const lines = (await Deno.readTextFile(`${out}/${name}.jsonl`)).split("\n").slice(0, -1);
      for (const line of lines) JSON.parse(line);
      assert.equal(lines.length, expected[0], `${name} in JSONL`);
      assert.equal(csvRecords(await Deno.readTextFile(`${out}/${name}.csv`)), expected[0], `${name} in CSV`);
    }
  } finally {
    reader.close();
  }
}

Deno.test("export writes every table and view in every form, with as many rows as SQL counts", () =>
  withRuns((runs, out) => assertAllRows(runs, out, exportedNames)));

Deno.test("export writes all tables of the committed example runs", () =>
  inFolder((folder) => assertAllRows("notebooks/example_runs", `${folder}/out`, Object.keys(tables))));

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
    // One folder in two ways of writing.
    const words = [
      "closed",
      `${runs}/../runs/live`,
      "--format",
      "csv",
      "--out",
      out,
      "--runs",
      runs,
      "--tables",
      "curves,flips",
    ];
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
    await assert.rejects(Deno.stat(`${runs}/new`), Deno.errors.NotFound);
    const empty = `${runs}/../empty`;
    const { code, error } = await captured(exportCommand, "--format", "csv", "--out", out, "--runs", empty);
    assert.deepEqual([code, /Expected runs in .* to export but found none; deno task run/.test(error)], [
      2,
      true,
    ]);
  }));

Deno.test("export writes beside no run, live or of Parquet alone, but over an earlier export", () =>
  withRuns(async (runs, out) => {
    const elsewhere = `${runs}/../elsewhere`;
    await Deno.mkdir(`${elsewhere}/parquet`, { recursive: true });
    for await (const { name } of Deno.readDir(`${runs}/closed`)) {
      if (name.endsWith(".parquet")) {
        await Deno.copyFile(`${runs}/closed/${name}`, `${elsewhere}/parquet/${name}`);
      }
    }
    await Deno.mkdir(`${elsewhere}/tail`);
    await Deno.copyFile(`${runs}/live/events.jsonl`, `${elsewhere}/tail/events.jsonl`);
    for (const place of ["parquet", "tail", ""]) {
      const words = ["--format", "parquet", "--out", `${elsewhere}/${place}`, "--runs", runs];
      const { code, error } = await captured(exportCommand, ...words);
      assert.deepEqual([code, /Expected a folder outside of all runs/.test(error)], [2, true], place);
    }
    // Events as JSONL have the name of a tail, and runs as Parquet that of a closed run.
    for (const format of ["jsonl", "parquet", "jsonl", "parquet"]) {
      const { code, error } = await captured(exportCommand, "--format", format, "--out", out, "--runs", runs);
      assert.deepEqual([code, error], [0, ""]);
    }
  }));

Deno.test("export says what stands where it is to write, and which run is damaged", () =>
  withRuns(async (runs, out) => {
    await Deno.mkdir(`${out}/steps.csv/full`, { recursive: true });
    await Deno.writeTextFile(`${out}/file`, "");
    await Deno.mkdir(`${runs}/none`);
    // Below the footer, which is all that opening reads.
    const bytes = await Deno.readFile(`${runs}/closed/rollouts.parquet`);
    await Deno.mkdir(`${runs}/../damaged`);
    await Deno.rename(`${runs}/closed`, `${runs}/../damaged/closed`);
    await Deno.writeFile(`${runs}/../damaged/closed/rollouts.parquet`, bytes.fill(90, 4, 60));
    const damaged = ["closed", "--runs", `${runs}/../damaged`, "--out", out];
    for (
      const [words, message] of [
        [["--out", `${out}/file`], /Expected a folder to write to but found a file at or above/],
        [["--out", `${out}/file/below`], /Expected a folder to write to but found a file at or above/],
        [["--out", out, "--tables", "runs,steps"], /Could not write ".*steps\.csv": /],
        [["live", "none", "--out", out], /Expected runs to export but found none in ".*none"/],
        [[...damaged, "--tables", "runs,rollouts"], /Run "closed" has a damaged rollouts\.parquet \(/],
      ] as const
    ) {
      const { code, error } = await captured(exportCommand, "--format", "csv", "--runs", runs, ...words);
      assert.deepEqual([code, error.trim().split("\n").length], [2, 1], error);
      assert.match(error, message);
    }
    assert.deepEqual((await Array.fromAsync(Deno.readDir(out))).map(({ name }) => name).toSorted(), [
      "file",
      "runs.csv",
      "steps.csv",
    ]);
  }));
