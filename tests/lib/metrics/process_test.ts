/** What happens between processes, and when the disk is full. */
import { canMount, mountSmallDisk } from "../../support/small_disk.ts";
import assert from "node:assert/strict";
import { UserError } from "../../../lib/errors.ts";
import { openRuns } from "../../../lib/metrics/reader.ts";
import { openStore } from "../../../lib/metrics/store.ts";
import { WriterChild } from "./child_process.ts";
import { batch, begin, hostile, inFolder, time } from "./fabricate.ts";

const child = { run: "child", arm: "exit", seed: 1 };

Deno.test("openRuns() reads a run that another process is writing", () =>
  inFolder(async (runs) => {
    await using writer = new WriterChild(runs, 4);
    await writer.acknowledged(4);
    const reader = await openRuns(runs);
    assert.deepEqual(reader.warnings, []);
    const { rows } = await reader.query(
      `select (select status from runs), (select count(*) from steps), (select count(*) from groups),
         (select count(*) from starts), (select count(*) from evaluations), (select max(step) from curves)`,
    );
    assert.deepEqual(rows, [["running", 4, 8, 5, 60, 4]]);
    reader.close();
  }));

Deno.test("openStore() refuses a run of another process, naming it", () =>
  inFolder(async (runs) => {
    await using writer = new WriterChild(runs, 1);
    await writer.acknowledged(1);
    await assert.rejects(
      openStore(`${runs}/child`, child),
      (error) => error instanceof UserError && error.message.includes(`is in use by process ${writer.pid};`),
    );
  }));

Deno.test("write() has on disk what it acknowledged before a kill -9, and the run can go on", () =>
  inFolder(async (runs) => {
    await using writer = new WriterChild(runs, 100_000);
    await writer.acknowledged(7);
    const acknowledged = await writer.kill();
    const store = await openStore(`${runs}/child`, child);
    const last = await store.lastIteration();
    assert.ok(last >= acknowledged, `${last} >= ${acknowledged}`);
    await store.rewind(5);
    for (let n = 6; n <= 8; n++) await store.write(batch(n));
    await store.finish("finished");

    const straight = await begin(runs, "straight");
    for (let n = 1; n <= 8; n++) await straight.write(batch(n));
    await straight.finish("finished");
    const reader = await openRuns(runs);
    for (const table of ["groups", "rollouts", "starts", "evaluations"]) {
      const of = (run: string) => `(select * exclude (run) from ${table} where run = '${run}')`;
      const { rows } = await reader.query(
        `select (select count(*) from ${table}), count(*) from (${of("child")} except all ${of("straight")})`,
      );
      assert.ok(Number(rows[0]?.[0]) > 0);
      assert.equal(rows[0]?.[1], 0, table);
    }
    reader.close();
  }));

Deno.test("openRuns() reads a killed run up to its torn last line, and the store mends the tail", () =>
  inFolder(async (runs) => {
    const store = await begin(runs, "one");
    for (let n = 1; n <= 3; n++) await store.write(batch(n));
    store.close();
    const path = `${runs}/one/events.jsonl`;
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.slice(0, -20));
    const count = async () => {
      const reader = await openRuns(runs);
      assert.deepEqual(reader.warnings, []);
      const { rows } = await reader.query("select count(*) from steps");
      reader.close();
      return rows[0]?.[0];
    };
    assert.equal(await count(), 2);
    const resumed = await begin(runs, "one");
    assert.equal(await count(), 3);
    resumed.close();
  }));

Deno.test({
  name: "write() says that the disk is full, and what it acknowledged before is kept",
  ignore: !canMount,
  fn: () =>
    inFolder(async (runs) => {
      await using _disk = await mountSmallDisk(runs, "3m");
      let store = await begin(runs, "one");
      let written = 0;
      const fill = async () => {
        for (let n = 1; n <= 10_000; n++) {
          const message = `${hostile} ${crypto.randomUUID()}`.repeat(200);
          await store.write({
            ...batch(n),
            events: [{ iteration: n, time, level: "info", kind: "filler", message }],
          });
          written = n;
        }
      };
      await assert.rejects(
        fill(),
        (error) =>
          error instanceof UserError && error.message.startsWith(`The disk is full: could not write to run`),
      );
      store.close();
      assert.ok(written > 3);
      const reader = await openRuns(runs);
      const { rows } = await reader.query("select max(iteration) from steps");
      assert.ok(Number(rows[0]?.[0]) >= written);
      reader.close();

      await Deno.remove(`${runs}/one/events.jsonl`); // The user makes room.
      store = await openStore(`${runs}/one`, { run: "one", arm: "exit", seed: 1 });
      assert.ok(await store.lastIteration() >= written);
      await store.rewind(3);
      await store.write(batch(4));
      store.close();
    }),
});
