import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "../../../lib/errors.ts";
import { openDatabase } from "../../../lib/database.ts";
import { openRuns } from "../../../lib/metrics/reader.ts";
import type { Batch, RunRow } from "../../../lib/metrics/rows.ts";
import { type TableName, tables, wallClockColumns } from "../../../lib/metrics/schema.ts";
import { openStore } from "../../../lib/metrics/store.ts";
import { batch, begin, hostile, inFolder, runRow, time } from "./fabricate.ts";

/** All rows of all tables, wall-clock columns left out. */
async function contents(runs: string): Promise<Record<string, unknown>> {
  const reader = await openRuns(runs);
  assert.deepEqual(reader.warnings, []);
  const found: Record<string, unknown> = {};
  for (const { name, columns } of Object.values(tables)) {
    const kept = columns.map((column) => column.name).filter((column) =>
      !wallClockColumns[name]?.includes(column)
    );
    found[name] = (await reader.query(`select ${kept.join(", ")} from ${name} order by all`)).rows;
  }
  reader.close();
  return found;
}

async function rows(runs: string, sql: string): Promise<unknown> {
  const reader = await openRuns(runs);
  try {
    return (await reader.query(sql)).rows;
  } finally {
    reader.close();
  }
}

/** A row with fields as the JSON text that SQL has for them. */
function asText(row: object | undefined, ...fields: readonly string[]): object {
  return Object.fromEntries(
    Object.entries(row ?? {}).map(([field, value]) => [
      field,
      fields.includes(field) ? JSON.stringify(value) : value,
    ]),
  );
}

Deno.test("write() and finish() keep every field of every table as it was", () =>
  inFolder(async (runs) => {
    const store = await begin(runs, "one", { arm: "it's", seed: 2 ** 40 });
    await store.write(batch(1));
    await store.write(batch(2));
    await store.write(batch(3));
    await store.finish("finished");
    const reader = await openRuns(runs);
    const [first, , last] = [batch(1), batch(2), batch(3)];
    const written: [TableName, object | undefined, string][] = [
      ["runs", { ...runRow, settings: JSON.stringify(runRow.settings), status: "finished" }, ""],
      [
        "steps",
        { ...first.step, entropy: null, gradientNorm: null, extra: '{"kappa":15,"odd":null}' },
        "where iteration = 1",
      ],
      ["groups", last.groups?.[1], "where iteration = 3 and group_index = 1"],
      [
        "rollouts",
        asText(last.rollouts?.[3], "successors"),
        "where iteration = 3 and group_index = 1 and rollout = 1",
      ],
      [
        "rollouts",
        asText(last.rollouts?.[1], "successors", "turns"),
        "where iteration = 3 and group_index = 0 and rollout = 1",
      ],
      ["starts", last.starts?.[1], "where id = 's2'"],
      ["evaluations", batch(2).evaluations?.[7], "where task = 't0' and sample = 1 and step = 2"],
      [
        "evaluations",
        asText(batch(2).evaluations?.[1], "turns"),
        "where task = 't0' and sample = 0 and step = 1",
      ],
      ["resamples", batch(2).resamples?.[4], "where task = 't1' and draw = 1"],
      ["events", last.events?.[0], ""],
    ];
    for (const [name, row, where] of written) {
      const { columns, rows } = await reader.query(`from ${name} ${where}`);
      assert.equal(rows.length, 1, name);
      const found = Object.fromEntries(columns.map((column, at) => [column.name, rows[0]?.[at]]));
      for (const { name: column, field } of tables[name].columns) {
        if (wallClockColumns[name]?.includes(column)) continue;
        const expected = new Map(Object.entries({ run: "one", arm: "it's", seed: 2 ** 40, ...row })).get(
          field,
        );
        assert.deepEqual(found[column], expected, `${name}.${column}`);
      }
    }
    assert.deepEqual((await reader.query("select started, ended > started from runs")).rows, [[time, true]]);
    reader.close();
  }));

Deno.test("openRuns() tells the same of a live run as of the same run closed, rollouts and prompts aside", () =>
  inFolder(async (runs) => {
    const store = await begin(runs, "one");
    for (let n = 1; n <= 5; n++) await store.write(batch(n));
    const live = await contents(runs);
    await store.finish("finished");
    const closed = await contents(runs);
    for (const name of ["steps", "starts", "evaluations", "events"]) {
      assert.deepEqual(live[name], closed[name], name);
    }
    assert.deepEqual(live["rollouts"], []);
  }));

Deno.test("finish() leaves whole Parquet files and no drafts, and a resumed run is live again", () =>
  inFolder(async (runs) => {
    const store = await begin(runs, "one");
    await store.write(batch(1));
    await store.finish("interrupted");
    const names = () => [...Deno.readDirSync(`${runs}/one`)].map(({ name }) => name).toSorted();
    const exported = Object.keys(tables).map((name) => `${name}.parquet`);
    assert.deepEqual(names(), [...exported, "events.jsonl", "run.duckdb"].toSorted());
    assert.deepEqual(await rows(runs, "select status from runs"), [["interrupted"]]);

    const resumed = await begin(runs, "one", { row: { ...runRow, started: "2030-01-01T00:00:00Z" } });
    assert.ok(!names().some((name) => name.endsWith(".parquet")));
    assert.deepEqual(await rows(runs, "select started, status, ended from runs"), [[time, "running", null]]);
    await resumed.write(batch(2));
    assert.deepEqual(await rows(runs, "select iteration from steps"), [[1], [2]]);
    assert.equal(await resumed.lastIteration(), 2);
    resumed.close();
    resumed.close();
  }));

Deno.test("rewind() and the same writes again give the run that never went back", () =>
  inFolder(async (folder) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: -1, max: 7 }),
        fc.boolean(),
        async (before, to, reopen) => {
          const runs = await Deno.makeTempDir({ dir: folder });
          let store = await begin(runs, "one");
          for (let n = 1; n <= before; n++) await store.write(batch(n));
          if (reopen) {
            store.close();
            store = await openStore(`${runs}/one`, { run: "one", arm: "exit", seed: 1 });
          }
          await store.rewind(to);
          const from = Math.min(before, Math.max(to, 0));
          assert.equal(await store.lastIteration(), from);
          const straight = await Deno.makeTempDir({ dir: folder });
          const other = await begin(straight, "one");
          for (let n = 1; n <= from; n++) await other.write(batch(n));
          assert.deepEqual(await contents(runs), await contents(straight));
          for (let n = from + 1; n <= 4; n++) for (const each of [store, other]) await each.write(batch(n));
          await store.finish("finished");
          await other.finish("finished");
          assert.deepEqual(await contents(runs), await contents(straight));
        },
      ),
      { numRuns: 4 },
    );
  }));

Deno.test("write() is all or nothing when a value is of the wrong kind", () =>
  inFolder(async (runs) => {
    const store = await begin(runs, "one");
    await store.write(batch(1));
    const { step, ...others } = batch(2);
    assert.ok(step !== undefined);
    await assert.rejects(
      store.write({ ...others, events: [{ iteration: 2.5, time, level: "", kind: "", message: "" }] }),
      /Expected a value of kind integer in events.iteration but found 2.5/,
    );
    await assert.rejects(
      store.write({ ...others, step: { ...step, time: "yesterday" } }),
      /Expected a value of kind timestamp in steps.time but found "yesterday"/,
    );
    assert.deepEqual(await rows(runs, "select iteration, count(*) from groups group by all"), [[1, 2]]);
    await store.write(batch(2));
    await store.finish("finished");
    assert.deepEqual(await rows(runs, "select iteration, count(*) from rollouts group by all order by all"), [
      [1, 4],
      [2, 4],
    ]);
  }));

Deno.test("write() takes more rows than one DuckDB chunk holds", () =>
  inFolder(async (runs) => {
    const store = await begin(runs, "one");
    const [event] = batch(3).events ?? [];
    assert.ok(event !== undefined);
    await store.write({
      events: Array.from({ length: 5000 }, (_, n) => ({ ...event, message: `${n} ${hostile}` })),
    });
    const sql = "select count(*), count(distinct message) from events";
    assert.deepEqual(await rows(runs, sql), [[5000, 5000]]);
    await store.rewind(3);
    assert.deepEqual(await rows(runs, sql), [[5000, 5000]]);
    await store.finish("failed");
    assert.deepEqual(await rows(runs, sql), [[5000, 5000]]);
  }));

Deno.test("openStore() refuses a folder that this process has open, and opens it again after close()", () =>
  inFolder(async (runs) => {
    const store = await begin(runs, "one");
    const again = () =>
      openStore(`${runs}/../${runs.split("/").at(-1)}/one`, { run: "one", arm: "exit", seed: 1 });
    await assert.rejects(
      again(),
      (error) => error instanceof UserError && /in use by this process/.test(error.message),
    );
    store.close();
    (await again()).close();
  }));

Deno.test("openStore() refuses metrics of a newer schema", () =>
  inFolder(async (runs) => {
    (await begin(runs, "one")).close();
    const database = await openDatabase(`${runs}/one/run.duckdb`, {});
    await database.connection.run("update meta set schema_version = 99");
    database.close();
    await assert.rejects(begin(runs, "one"), /has metrics of schema 99, but this exitlab knows only up to 5/);
  }));

/** What undoes each later version of the schema, the newest first. */
const olderSchemas: readonly (readonly [schema: number, undo: string])[] = [
  [
    4,
    "drop view runs; alter table run_versions drop training_tasks; alter table run_versions drop iterates; " +
    "create view runs as from run_versions semi join (select max(rowid) as newest from run_versions group by run) " +
    "on run_versions.rowid = newest; " +
    "alter table groups drop task; alter table groups drop start_parent; alter table groups drop start_born; alter table groups drop chain; alter table groups drop round; " +
    "alter table groups drop asked; alter table rollouts drop validation; alter table rollouts drop successors; " +
    "alter table rollouts drop turns; alter table evaluations drop turns; alter table resamples drop turns;",
  ],
  [
    3,
    "drop table nodes; alter table rollouts drop own_mode; alter table rollouts drop failed; " +
    "alter table evaluations drop mode; alter table evaluations drop failed; " +
    "alter table evaluations drop validation; alter table resamples drop failed; " +
    "alter table resamples drop validation;",
  ],
  [2, "alter table rollouts drop shortened; alter table evaluations drop shortened;"],
  [1, "drop table resamples;"],
];

/** What a run was, as the oldest exitlab wrote it. */
const oldRow: RunRow = { ...runRow, trainingTasks: null, iterates: null };

/** A batch as the oldest exitlab wrote it: no prompt was shortened then, and nothing says what was asked. */
function oldBatch(n: number): Batch {
  const { groups = [], rollouts = [], evaluations = [], ...others } = batch(n);
  const old = { shortened: 0, failed: null, validation: null, turns: null };
  return {
    ...others,
    groups: groups.map((row) => ({
      ...row,
      task: null,
      startParent: null,
      startBorn: null,
      chain: null,
      round: null,
      asked: null,
    })),
    rollouts: rollouts.map((row) => ({ ...row, ...old, ownMode: null, successors: null })),
    evaluations: evaluations.map((row) => ({ ...row, ...old, mode: null })),
    nodes: [],
    resamples: [],
  };
}

/** Takes the run in a folder back to an older schema: its database, and its tail, which knows no later columns. */
async function makeOld(folder: string, schema: number): Promise<void> {
  const database = await openDatabase(`${folder}/run.duckdb`, {});
  for (const [version, undo] of olderSchemas) if (version >= schema) await database.connection.run(undo);
  await database.connection.run(`update meta set schema_version = ${schema}`);
  database.close();
  const tail = `${folder}/events.jsonl`;
  const text = await Deno.readTextFile(tail);
  const later = schema < 4
    ? /,"(own_mode|failed|validation|turns|training_tasks|iterates|task|start_parent|start_born|chain|round|asked)":\[(null,?)*\]/g
    : /,"(turns|training_tasks|iterates|task|start_parent|start_born|chain|round|asked)":\[(null,?)*\]/g;
  const old = text.replace('{"schema":5', `{"schema":${schema}`)
    .replaceAll(later, "")
    .replaceAll(schema < 4 ? /,"mode":\[(null,?)*\]/g : /$^/g, "")
    .replaceAll(schema < 3 ? /,"shortened":\[[\d,]*\]/g : /$^/g, "");
  assert.equal(old.includes("shortened"), schema >= 3);
  assert.equal(old.includes("failed"), schema >= 4);
  assert.ok(!old.includes("turns") && !old.includes("iterates"));
  await Deno.writeTextFile(tail, old);
}

for (const [schema] of olderSchemas) {
  Deno.test(`openStore() brings metrics of schema ${schema} to schema 5, loses none and goes on`, () =>
    inFolder(async (runs) => {
      const store = await begin(runs, "old", { row: oldRow });
      for (const n of [1, 2]) await store.write(oldBatch(n));
      const fresh = await contents(runs);
      store.close();
      await makeOld(`${runs}/old`, schema);
      const before = await contents(runs);
      assert.deepEqual(before, fresh);

      const resumed = await openStore(`${runs}/old`, { run: "old", arm: "exit", seed: 1 });
      await resumed.rewind(2);
      assert.deepEqual(await contents(runs), before);
      // Rows of all tables: an older database got its later columns at the end of a table.
      for (const n of [3, 4]) await resumed.write(batch(n));
      assert.match(await Deno.readTextFile(`${runs}/old/events.jsonl`), /^{"schema":5,/);
      await resumed.finish("finished");

      const whole = await begin(`${runs}/fresh`, "old", { row: oldRow });
      for (const n of [1, 2]) await whole.write(oldBatch(n));
      for (const n of [3, 4]) await whole.write(batch(n));
      await whole.finish("finished");
      assert.deepEqual(await contents(runs), await contents(`${runs}/fresh`));
    }));
}

Deno.test("openStore() says what to do with a damaged database", () =>
  inFolder(async (runs) => {
    await Deno.mkdir(`${runs}/one`);
    await Deno.writeTextFile(`${runs}/one/run.duckdb`, "x".repeat(20_000));
    await assert.rejects(
      begin(runs, "one"),
      (error) =>
        error instanceof UserError && /has a damaged run.duckdb .*; move the folder away/.test(error.message),
    );
  }));

for (const size of [0, 4096, 8192]) {
  Deno.test(`openStore() starts over a database whose making was cut off at ${size} bytes`, () =>
    inFolder(async (runs) => {
      await Deno.mkdir(`${runs}/one`);
      const database = await openDatabase(`${runs}/whole.duckdb`, {});
      database.close();
      const header = (await Deno.readFile(`${runs}/whole.duckdb`)).subarray(0, size);
      await Deno.writeFile(`${runs}/one/run.duckdb`, header);
      (await begin(runs, "one")).close();
    }));
}

Deno.test("openStore() refuses a folder name that DuckDB cannot take", () =>
  inFolder((runs) => assert.rejects(begin(runs, "what?"), /without a question mark/)));
