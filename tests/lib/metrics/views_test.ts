import assert from "node:assert/strict";
import { openRuns } from "../../../lib/metrics/reader.ts";
import { majorityAtK } from "../../../lib/metrics/majority_at_k.ts";
import { passAtK } from "../../../lib/metrics/pass_at_k.ts";
import type { Batch, GroupRow, StartRow } from "../../../lib/metrics/rows.ts";
import { Random } from "../../../lib/random.ts";
import { batch, begin, draws, evaluation, inFolder, tree } from "./fabricate.ts";

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

Deno.test("copies tells copies of right answers from copies of wrong ones", async () => {
  // Task 0 is right from the start, task 1 turns right at step 1, task 2 never; only chain 1 changes its answer.
  const evaluations = evaluation(5, (task, _sample, step) => task === 0 || (task === 1 && step > 0), 2)
    .map((row) => ({ ...row, changed: row.step > 0 && row.sample === 1 && row.task !== "t0" }));
  assert.deepEqual(
    await ask(
      [{ evaluations }],
      "select iteration, split, step, chains, round(copied, 6), copied_solved, copied_unsolved from copies",
    ),
    [[5, "test", 1, 6, 0.666667, 1, 0.5], [5, "test", 2, 6, 0.666667, 0.75, 0.5]],
  );
});

Deno.test("best_draws picks the first of the best that ran by validation, never by the test score", async () => {
  const scores = [
    [{ failed: true, validation: 0, quality: 0 }, { validation: 0, quality: 0.5 }, {
      validation: 0,
      quality: 1,
    }],
    [{ validation: 0.25, quality: 1 }, { validation: 0.5, quality: 0.25 }, {
      validation: 0.5,
      quality: 0.75,
    }],
  ];
  const resamples = draws(
    3,
    (task, draw) => {
      const { quality = NaN, ...rest } = scores[task]?.[draw] ?? {};
      return { solved: quality === 1, response: "", quality, ...rest };
    },
    3,
    2,
  );
  assert.deepEqual(await ask([{ resamples }], "select draws, tasks, quality, solved from best_draws"), [
    [1, 2, 0.5, 0.5],
    [2, 2, 0.375, 0],
    [3, 2, 0.375, 0],
  ]);
});

Deno.test("search_modes tells by mode what failed, what was best and what a parent gained", async () => {
  const nodes = [2, 4].flatMap((iteration) => tree(iteration));
  assert.deepEqual(
    await ask(
      [{ nodes }],
      "select mode, nodes, failed, best, validation, gain from search_modes where iteration = 4",
    ),
    [
      ["base", 1, 1, 0, null, null],
      ["debug", 2, 0.5, 0.5, 0.25, 0.125],
      ["improve", 2, 0, 0.5, 0.3125, 0.0625],
    ],
  );
});

Deno.test("resampling votes and picks as majorityAtK() and passAtK() do", async () => {
  const random = new Random(1, "draws");
  const [count, tasks] = [9, 4];
  // The same response has the same verdict within a task.
  const resamples = draws(
    8,
    (task) => {
      const response = random.int(4);
      return { solved: (response + task) % 3 === 0, response: `${response}` };
    },
    count,
    tasks,
  ).toReversed();
  const rows = await ask(
    [{ resamples }],
    "select draws, tasks, round(majority, 9), round(best_oracle, 9), tokens, iteration, split from resampling",
  );
  const expected = Array.from({ length: count }, (_, drawn) => {
    const k = drawn + 1;
    const byTask = [...Array(tasks).keys()].map((task) =>
      resamples.filter((row) => row.task === `t${task}`).toSorted((a, b) => a.draw - b.draw)
    );
    const mean = (of: (attempts: typeof resamples) => number) =>
      Number((byTask.reduce((sum, attempts) => sum + of(attempts), 0) / tasks).toFixed(9));
    return [
      k,
      tasks,
      mean((attempts) =>
        Number(attempts[majorityAtK(attempts.map(({ response }) => response ?? ""), k)]?.solved)
      ),
      mean((attempts) => passAtK(count, attempts.filter(({ solved }) => solved).length, k)),
      3 * k,
      8,
      "test",
    ];
  });
  assert.deepEqual(rows, expected);
});

Deno.test("resampling gives a tie to the response seen first", async () => {
  const resamples = draws(
    8,
    (task, draw) => ({ solved: draw === 1, response: draw === 1 ? "b" : `a${task}` }),
    2,
  );
  assert.deepEqual(await ask([{ resamples }], "select draws, majority, best_oracle from resampling"), [
    [1, 0, 0.5],
    [2, 0, 1],
  ]);
});

/** A group that was drawn, and a start of the task space, as far as a test cares. */
const [someGroup] = batch(1).groups ?? [];
const [someStart] = batch(1).starts ?? [];

function groups(iteration: number, ...rows: readonly Partial<GroupRow>[]): Batch {
  assert.ok(someGroup !== undefined);
  const group = someGroup;
  return {
    groups: rows.map((row, groupIndex) => ({ ...group, iteration, groupIndex, prompt: null, ...row })),
  };
}

function starts(...rows: readonly Partial<StartRow>[]): Batch {
  assert.ok(someStart !== undefined);
  const start = someStart;
  return { starts: rows.map((row) => ({ ...start, active: true, ...row })) };
}

Deno.test("sample_depth keeps what the curriculum gave from what a chain added", async () => {
  const drawn = groups(
    4,
    { depth: 0, chainStep: 0 },
    { depth: 3, chainStep: 0 },
    { depth: 1, chainStep: 1 },
    { depth: 4, chainStep: 1 },
  );
  assert.deepEqual(
    await ask(
      [drawn],
      "select iteration, starts, depth, replayed, prompt_depth, max_depth from sample_depth",
    ),
    [[4, 2, 1.5, 0.5, 2, 4]],
  );
});

Deno.test("origins dates the partial histories that are replayed, where it can", async () => {
  const batches = [
    starts({ id: "a", born: 2 }, { id: "b", born: 4 }, { id: "again", born: 9 }, { id: "root", born: 0 }),
    groups(
      6,
      { start: "a", depth: 1 },
      { start: "b", depth: 2 },
      { start: "again", depth: 1 },
      { start: "never listed", depth: 1 },
      { start: "root", depth: 0 },
      { start: "a", depth: 1, chainStep: 1 },
    ),
  ];
  assert.deepEqual(
    await ask(batches, "select iteration, replays, known, born, staleness, oldest from origins"),
    [[6, 4, 2, 3, 3, 4]],
  );
});

Deno.test("distinct_instances counts each start and each root once", async () => {
  const batches = [
    groups(1, { start: "r", root: "r", depth: 0 }, { start: "q", root: "q", depth: 0 }),
    groups(2, { start: "r", root: "r", depth: 0 }, { start: "r1", root: "r" }, { start: "r2", root: "r" }),
    groups(3, { start: "r1", root: "r" }, { start: "in a chain", root: "z", chainStep: 1 }),
    groups(4, { start: "p1", root: "p" }),
  ];
  assert.deepEqual(
    await ask(
      batches,
      "select iteration, new_starts, starts, grown, roots, round(per_root, 3) from distinct_instances",
    ),
    [[1, 2, 2, 0, 2, 1], [2, 2, 4, 2, 2, 2], [4, 1, 5, 3, 3, 1.667]],
  );
});

Deno.test("buffer_histogram bins the active starts, and tells zero from small", async () => {
  const batches = [starts(
    { id: "a", depth: 1, solved: false, learnability: 0, visits: 0 },
    { id: "b", depth: 1, solved: false, learnability: 0.02, visits: 2 },
    { id: "c", depth: 1, solved: false, learnability: 0.1875, visits: 1 },
    { id: "d", depth: 1, solved: true, learnability: 0.25, visits: 0 },
    { id: "gone", depth: 1, active: false },
  )];
  assert.deepEqual(
    await ask(
      batches,
      "select depth, solved, round(learnability_from, 3), starts, zero, unvisited from buffer_histogram",
    ),
    [[1, false, 0, 2, 1, 1], [1, false, 0.175, 1, 0, 0], [1, true, 0.25, 1, 0, 1]],
  );
});

Deno.test("effective_sizes leaves out curricula that do not tell", async () => {
  const { step } = batch(2);
  assert.ok(step !== undefined);
  const batches = [{ step }, { step: { ...step, iteration: 3, space: 40, effectiveSize: 10 } }];
  assert.deepEqual(
    await ask(batches, "select iteration, space, effective_size, share from effective_sizes"),
    [
      [3, 40, 10, 0.25],
    ],
  );
});

Deno.test("zero_variance tells by mode what teaches nothing, and which starts were solved already", async () => {
  const batches = [
    starts({ id: "right", solved: true }, { id: "wrong", solved: false }),
    groups(
      3,
      { mode: "base", start: "root", trained: true, solved: 0.5 },
      { mode: "base", start: "root", trained: false, solved: 0 },
      { mode: "improve", start: "right", trained: false, solved: 1 },
      { mode: "improve", start: "wrong", trained: true, solved: 0.5 },
      { mode: "improve", start: "right", trained: false, solved: 1 },
      { mode: "improve", start: "wrong", trained: false, solved: 0, chainStep: 1 },
    ),
  ];
  assert.deepEqual(
    await ask(
      batches,
      "select mode, groups, zero_variance, all_solved, none_solved, round(start_solved, 3) from zero_variance",
    ),
    [["base", 2, 0.5, 0, 0.5, null], ["improve", 4, 0.75, 0.5, 0.25, 0.667]],
  );
});

Deno.test("text_spread compares the attempts of one root, and a bounded number of them", async () => {
  const few = starts(
    { id: "a", root: "r", response: "1234" },
    { id: "b", root: "r", response: "1234" },
    { id: "c", root: "r", response: "1299" },
    { id: "d", root: "alone", response: "12" },
    { id: "e", root: "r", response: "zzzz", active: false },
    { id: "r", root: "r", response: null },
  );
  assert.deepEqual(
    await ask(
      [few],
      "select roots, pairs, round(spread, 6), round(cosine, 6), round(equal, 6) from text_spread",
    ),
    // Trigrams 123, 234 against 129, 299: nothing in common in two of three pairs.
    [[1, 3, 0.333333, 0.666667, 0.333333]],
  );
  const many = starts(
    ...Array.from({ length: 1500 }, (_, n) => ({ id: `${n}`, root: `${n % 100}`, response: "x".repeat(n) })),
  );
  assert.deepEqual(await ask([many], "select roots, pairs, spread between 0 and 1 from text_spread"), [
    [64, 64 * 15, true],
  ]);
  assert.deepEqual(
    await ask(
      [starts({ id: "a", response: "" }, { id: "b", response: "" })],
      "select spread from text_spread",
    ),
    [[0]],
  );
});
