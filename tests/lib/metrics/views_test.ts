import assert from "node:assert/strict";
import { openRuns } from "../../../lib/metrics/reader.ts";
import { batch, begin, evaluation, inFolder } from "./fabricate.ts";
import type { Batch } from "../../../lib/metrics/rows.ts";

async function ask(batches: readonly Batch[], sql: string): Promise<unknown> {
  return await inFolder(async (runs) => {
    const store = await begin(runs, "one");
    for (const each of batches) await store.write(each);
    store.close();
    const reader = await openRuns(runs);
    const { rows } = await reader.query(sql);
    reader.close();
    return rows;
  });
}

Deno.test("curves averages the chains of a task first", async () => {
  // Task 0: both chains solved; task 1: one of two; task 2: none. Errors are over the three tasks.
  const evaluations = evaluation(7, (task, sample) => task === 0 || (task === 1 && sample === 0), 1);
  assert.deepEqual(
    await ask(
      [{ evaluations }],
      "select iteration, step, tasks, quality, solved, quality_se, round(solved_se, 9) from curves",
    ),
    [0, 1].map((step) => [7, step, 3, 0.5, 0.5, 0, Number((0.5 / Math.sqrt(3)).toFixed(9))]),
  );
});

Deno.test("curves and flips keep splits apart", async () => {
  const [chain] = evaluation(1, () => true, 1);
  assert.ok(chain !== undefined);
  const evaluations = ["test", "train"].flatMap((split) =>
    [0, 1].map((step) => ({ ...chain, split, step, solved: split === "test" }))
  );
  assert.deepEqual(await ask([{ evaluations }], "select split, solved from curves where step = 1"), [[
    "test",
    1,
  ], [
    "train",
    0,
  ]]);
  assert.deepEqual(await ask([{ evaluations }], "select split, chains, net from flips"), [["test", 1, 0], [
    "train",
    1,
    0,
  ]]);
});

Deno.test("flips counts what turned right and wrong since step 0 and since the step before", async () => {
  // By task, solved at steps 0, 1, 2: never-right-right, right-wrong-right, right-right-wrong; two chains each.
  const solved = [[false, true, true], [true, false, true], [true, true, false]];
  const evaluations = evaluation(3, (task, _sample, step) => solved[task]?.[step] === true, 2);
  assert.deepEqual(
    await ask(
      [{ evaluations }],
      "select step, chains, gained, lost, net, gained_step, lost_step, net_step from flips",
    ),
    [[1, 6, 2, 2, 0, 2, 2, 0], [2, 6, 2, 2, 0, 2, 2, 0]],
  );
  const gains = evaluation(3, (task, _sample, step) => step > task, 2);
  assert.deepEqual(
    await ask(
      [{ evaluations: gains }],
      "select step, gained, lost, net, gained_step, lost_step, net_step from flips",
    ),
    [[1, 2, 0, 2, 2, 0, 2], [2, 4, 0, 4, 2, 0, 2]],
  );
});

Deno.test("space_growth sums up the starts by birth", async () => {
  assert.deepEqual(
    await ask(
      [batch(1), batch(2), batch(3)],
      "select iteration, new_starts, starts, max_depth, mean_depth from space_growth",
    ),
    [[0, 1, 1, 0, 0], [1, 1, 2, 1, 0.5], [2, 1, 3, 2, 1], [3, 1, 4, 3, 1.5]],
  );
});

Deno.test("starts shows the newest version of each start, and its lineage can be followed", async () => {
  assert.deepEqual(
    await ask([batch(1), batch(2), batch(3)], "select id, parent, updated, active from starts order by born"),
    [["s0", null, 3, false], ["s1", "s0", 2, true], ["s2", "s1", 3, true], ["s3", "s2", 3, true]],
  );
});

Deno.test("starts answers recursive queries, such as a lineage, the same every time", () =>
  inFolder(async (runs) => {
    const store = await begin(runs, "one");
    for (let n = 1; n <= 3; n++) await store.write(batch(n));
    store.close();
    const reader = await openRuns(runs);
    const lineage = `with recursive line as (
      select id, parent, 0 as back from starts where id = 's3'
      union all select starts.id, starts.parent, back + 1 from starts join line on starts.id = line.parent
    ) select id from line order by back`;
    for (let n = 0; n < 30; n++) {
      assert.deepEqual((await reader.query(lineage)).rows, [["s3"], ["s2"], ["s1"], ["s0"]]);
    }
    reader.close();
  }));
