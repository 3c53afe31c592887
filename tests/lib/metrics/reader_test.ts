import assert from "node:assert/strict";
import { openDatabase } from "../../../lib/database.ts";
import { UserError } from "../../../lib/errors.ts";
import { openRuns, type Reader } from "../../../lib/metrics/reader.ts";
import { tables } from "../../../lib/metrics/schema.ts";
import { views } from "../../../lib/metrics/views.ts";
import { batch, begin, hostile, inFolder } from "./fabricate.ts";

async function withReader(runs: string, work: (reader: Reader) => Promise<void>): Promise<void> {
  const reader = await openRuns(runs);
  try {
    await work(reader);
  } finally {
    reader.close();
  }
}

Deno.test("openRuns() gives typed empty tables and views when there are no runs", () =>
  inFolder(async (runs) => {
    await Deno.mkdir(`${runs}/not-a-run`);
    await Deno.writeTextFile(`${runs}/file.txt`, "no run");
    await assert.rejects(openRuns(`${runs}/file.txt`), /Expected a folder of runs but found the file/);
    for (const directory of [runs, `${runs}/missing`]) {
      await withReader(directory, async (reader) => {
        assert.deepEqual(reader.folders, []);
        for (const { name } of [...Object.values(tables), ...views]) {
          assert.deepEqual((await reader.query(`from ${name}`)).rows, []);
        }
        const { columns } = await reader.query("select quality, solved, step, run from curves");
        assert.deepEqual(columns.map(({ type }) => type), ["DOUBLE", "DOUBLE", "INTEGER", "VARCHAR"]);
      });
    }
  }));

Deno.test("openRuns() reads closed and live runs together, whatever their folders are called", () =>
  inFolder(async (folder) => {
    const runs = `${folder}/it's "my" runs`;
    for (const [index, name] of [`a'b"c`, "two words", "[x]*", "ü;drop--"].entries()) {
      const store = await begin(runs, name, { arm: name });
      await store.write(batch(1));
      if (index % 2 === 0) await store.finish("finished");
      else store.close();
    }
    await withReader(runs, async (reader) => {
      assert.deepEqual(reader.warnings, []);
      const { rows } = await reader.query("select run, arm, count(*) from groups group by all order by all");
      assert.deepEqual(rows, [["[x]*", "[x]*", 2], [`a'b"c`, `a'b"c`, 2], ["two words", "two words", 2], [
        "ü;drop--",
        "ü;drop--",
        2,
      ]]);
    });
  }));

Deno.test("openRuns() reads a run that was closed before first attempts were drawn anew", () =>
  inFolder(async (runs) => {
    for (const name of ["new", "old"]) {
      const store = await begin(runs, name);
      await store.write(batch(2));
      await store.finish("finished");
    }
    await Deno.remove(`${runs}/old/resamples.parquet`);
    await withReader(runs, async (reader) => {
      assert.deepEqual(reader.warnings, []);
      const { rows } = await reader.query(
        "select run, count(task) from runs left join resamples using (run) group by all order by all",
      );
      assert.deepEqual(rows, [["new", 9], ["old", 0]]);
    });
    await Deno.remove(`${runs}/new`, { recursive: true });
    await withReader(runs, async (reader) => {
      assert.deepEqual(reader.warnings, []);
      assert.deepEqual((await reader.query("from resamples")).rows, []);
      assert.equal((await reader.query("from evaluations")).rows.length, 30);
    });
  }));

Deno.test("openRuns() reads a run that was closed before prompts were shortened: none was", () =>
  inFolder(async (runs) => {
    for (const name of ["new", "old"]) {
      const store = await begin(runs, name);
      await store.write(batch(2));
      await store.finish("finished");
    }
    const { connection, close } = await openDatabase(":memory:", {});
    for (const table of ["rollouts", "evaluations"]) {
      const path = `${runs}/old/${table}.parquet`;
      await connection.run(
        `copy (select * exclude shortened from '${path}') to '${path}.new' (format parquet)`,
      );
      await Deno.rename(`${path}.new`, path);
    }
    close();
    const sums = (table: string) =>
      `select run, count(*), count(shortened), sum(shortened) from ${table} group by all order by all`;
    await withReader(runs, async (reader) => {
      assert.deepEqual(reader.warnings, []);
      assert.deepEqual((await reader.query(sums("rollouts"))).rows, [["new", 4, 4, 600], ["old", 4, 4, 0]]);
      assert.deepEqual((await reader.query(sums("evaluations"))).rows, [["new", 30, 30, 60], [
        "old",
        30,
        30,
        0,
      ]]);
    });
    await Deno.remove(`${runs}/new`, { recursive: true });
    await withReader(runs, async (reader) => {
      assert.deepEqual((await reader.query(sums("evaluations"))).rows, [["old", 30, 30, 0]]);
    });
  }));

Deno.test("openRuns() leaves damaged runs out with a warning and answers for the others", () =>
  inFolder(async (runs) => {
    for (
      const name of ["bad-header", "bad-json", "bad-parquet", "bad-type", "good", "lost-parquet", "newer"]
    ) {
      const store = await begin(runs, name);
      await store.write(batch(1));
      if (name.includes("parquet") || name === "good") await store.finish("finished");
      else store.close();
    }
    await Deno.writeTextFile(`${runs}/bad-parquet/steps.parquet`, "PAR1 this is none PAR1");
    await Deno.remove(`${runs}/lost-parquet/groups.parquet`);
    const append = (name: string, text: string) =>
      Deno.writeTextFile(`${runs}/${name}/events.jsonl`, text, { append: true });
    await append("bad-json", '{"steps": {"iteration"\n');
    await append("bad-type", '{"events":{"iteration":["one"]}}\n');
    await Deno.writeTextFile(`${runs}/bad-header/events.jsonl`, "[]\n");
    await Deno.writeTextFile(`${runs}/newer/events.jsonl`, '{"schema":99,"run":"n","arm":"a","seed":1}\n');
    await withReader(runs, async (reader) => {
      assert.deepEqual((await reader.query("select distinct run from groups")).rows, [["good"]]);
      const wanted: [string, RegExp][] = [
        ["bad-header", /line 1 of events.jsonl is damaged/],
        ["bad-json", /line 4 of events.jsonl is damaged/],
        ["bad-parquet", /steps.parquet/],
        ["bad-type", /Expected a value of kind integer in events.iteration but found "one"/],
        ["lost-parquet", /groups.parquet/],
        ["newer", /schema 99, of a newer exitlab/],
      ];
      assert.equal(reader.warnings.length, wanted.length);
      for (const [at, [name, why]] of wanted.entries()) {
        assert.ok(reader.warnings[at]?.startsWith(`Run folder "${name}" is left out: `), reader.warnings[at]);
        assert.match(reader.warnings[at] ?? "", why);
        assert.ok(!reader.warnings[at]?.includes("\n"));
      }
    });
  }));

Deno.test("openRuns() reads only the folders that are named, and nothing of the others", () =>
  inFolder(async (runs) => {
    for (const name of ["one", "two", "damaged"]) {
      const store = await begin(runs, name);
      await store.write(batch(1));
      await store.finish("finished");
    }
    await Deno.writeTextFile(`${runs}/damaged/steps.parquet`, "none");
    const reader = await openRuns(runs, { only: ["two", "missing"] });
    assert.deepEqual([reader.folders, reader.warnings], [["two"], []]);
    assert.deepEqual((await reader.query("select run from runs")).rows, [["two"]]);
    assert.deepEqual(await reader.columns("select run, iteration from steps"), [["two"], [1]]);
    assert.deepEqual(await reader.columns("from steps where iteration > 1"), []);
    reader.close();
  }));

Deno.test("query() gives plain JSON values", () =>
  withReader("no-such-folder", async (reader) => {
    const { columns, rows } = await reader.query(
      `select 9007199254740993 as big, count(*) as n, 1.25::decimal(9, 4) as dec1, date '2025-01-02' as d,
         timestamp '2025-01-02 03:04:05.678' as t, timestamptz '2025-01-02 03:04:05+00' as z, 'nan'::double as nan,
         [1, 2::bigint] as l, {a: 1::bigint, b: [true, null]} as s, null as nothing, 1 as twice, 2 as twice
       from range(3)`,
    );
    assert.deepEqual(rows, [[
      "9007199254740993",
      3,
      1.25,
      "2025-01-02",
      "2025-01-02T03:04:05.678Z",
      "2025-01-02T03:04:05.000Z",
      null,
      [1, 2],
      { a: 1, b: [true, null] },
      null,
      1,
      2,
    ]]);
    assert.equal(new Set(columns.map(({ name }) => name)).size, columns.length);
    assert.equal(columns[0]?.type, "BIGINT");
  }));

Deno.test("query() binds parameters by name and by position", () =>
  withReader("no-such-folder", async (reader) => {
    const text = hostile.replaceAll("\u0000", "");
    assert.deepEqual((await reader.query("select $a || $b", { a: text, b: "!" })).rows, [[`${text}!`]]);
    assert.deepEqual((await reader.query("select ?, $2::int + 1", [null, 4])).rows, [[null, 5]]);
    await assert.rejects(reader.query("select $a"), UserError);
  }));

Deno.test("query() runs several statements and gives the last result", () =>
  withReader("no-such-folder", async (reader) => {
    const sql = "create temp table t as select 1 as x, 'p' as y; pivot t on y using sum(x);";
    assert.deepEqual((await reader.query(sql)).columns.map(({ name }) => name), ["p"]);
    assert.ok((await reader.query("explain from curves")).rows.length > 0);
    assert.ok((await reader.query("describe curves")).rows.length > 0);
  }));

Deno.test("query() answers mistakes with DuckDB's message in one line", () =>
  withReader("no-such-folder", async (reader) => {
    const mistakes: [string, RegExp][] = [
      ["selec 1", /^The query failed: Parser Error: syntax error at or near "selec"$/],
      [
        "from curvs",
        /^The query failed: Catalog Error: Table with name curvs does not exist! Did you mean "curves"/,
      ],
      ["select nope from curves", /Referenced column "nope" not found/],
      ["", /^Expected an SQL query but found ""$/],
      ["-- nothing", /^Expected an SQL query but found "-- nothing"$/],
      ["select 'x'::int", /Conversion Error/],
    ];
    for (const [sql, message] of mistakes) {
      await assert.rejects(reader.query(sql), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        assert.ok(!error.message.includes("\n"));
        return true;
      });
    }
  }));

Deno.test("query() reaches no file outside the runs and changes none within", () =>
  inFolder(async (folder) => {
    const runs = `${folder}/runs`;
    const store = await begin(runs, "one");
    await store.finish("finished");
    await Deno.writeTextFile(`${folder}/secret.csv`, "a,b\n1,2\n");
    const inside = `${runs}/one/steps.parquet`;
    await withReader(runs, async (reader) => {
      for (
        const sql of [
          "from read_text('/etc/passwd')",
          "from '/etc/passwd'",
          `from read_csv('${folder}/secret.csv')`,
          `from read_csv('${runs}/../secret.csv')`,
          "from glob('/etc/*')",
          `attach '${folder}/other.duckdb'`,
          `attach '${runs}/one/run.duckdb'`,
          `copy steps to '${folder}/out.csv'`,
          `copy steps to '${inside}'`,
          `explain analyze copy steps to '${inside}'`,
          `prepare p as copy steps to '${inside}'`,
          `export database '${runs}/out'`,
          "set enable_external_access = true",
          "set lock_configuration = false",
          "set allowed_directories = ['/']",
          "install httpfs",
          "load httpfs",
          `import database '${folder}'`,
          "call enable_logging(storage = 'file')",
          "checkpoint",
        ]
      ) await assert.rejects(reader.query(sql), UserError, sql);
      assert.deepEqual((await reader.query("from steps")).rows, []);
    });
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
    assert.deepEqual(left, ["runs", "secret.csv"]);
  }));

Deno.test("openRuns() leaves out what links lead out of the folder of runs, closed or live", () =>
  inFolder(async (folder) => {
    const runs = `${folder}/runs`;
    for (const name of ["closed", "live"]) {
      const store = await begin(`${folder}/away`, name);
      await store.write(batch(1));
      if (name === "closed") await store.finish("finished");
      else store.close();
      await Deno.mkdir(runs, { recursive: true });
      await Deno.symlink(`${folder}/away/${name}`, `${runs}/${name}`);
    }
    const store = await begin(runs, "own");
    await store.write(batch(1));
    await store.finish("finished");
    await withReader(runs, async (reader) => {
      assert.deepEqual((await reader.query("select distinct run from groups")).rows, [["own"]]);
      assert.deepEqual(
        reader.warnings,
        ["closed", "live"].map((name) =>
          `Run folder "${name}" is left out: it is a link to another folder; copy it, or give that folder as --runs`
        ),
      );
    });
    // The folder of runs itself may be a link.
    await Deno.symlink(`${folder}/away`, `${folder}/linked`);
    await withReader(`${folder}/linked`, async (reader) => {
      assert.deepEqual(reader.warnings, []);
      assert.equal((await reader.query("select distinct run from groups")).rows.length, 2);
    });
  }));

Deno.test("query() names the run whose file turns out to be damaged", () =>
  inFolder(async (runs) => {
    for (const name of ["one", "two"]) {
      const store = await begin(runs, name);
      await store.write(batch(1));
      await store.finish("finished");
    }
    // Below the footer, which is all that opening reads.
    const bytes = await Deno.readFile(`${runs}/two/rollouts.parquet`);
    await Deno.writeFile(`${runs}/two/rollouts.parquet`, bytes.fill(90, 4, 60));
    await withReader(runs, async (reader) => {
      assert.deepEqual(reader.warnings, []);
      await assert.rejects(
        reader.query("from rollouts"),
        /^UserError: Run "two" has a damaged rollouts\.parquet \(.+\); move its folder away$/,
      );
      assert.equal((await reader.query("from steps")).rows.length, 2);
    });
  }));
