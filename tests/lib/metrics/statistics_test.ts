import assert from "node:assert/strict";
import { openRuns, type Reader } from "../../../lib/metrics/reader.ts";
import { armTable, curveRows } from "../../../lib/metrics/statistics.ts";
import { Random } from "../../../lib/random.ts";
import { begin, evaluation, inFolder, runRow } from "./fabricate.ts";

type Solved = (task: number, sample: number, step: number) => boolean;

/** A finished run with an evaluation before training, in which all is solved, and one after it. */
async function evaluated(
  runs: string,
  run: string,
  solved: Solved,
  { arm = "exit", seed = 1, steps = 16, row = runRow } = {},
): Promise<void> {
  const store = await begin(runs, run, { arm, seed, row });
  await store.write({ evaluations: evaluation(0, () => true, steps) });
  await store.write({ evaluations: evaluation(20, solved, steps) });
  await store.finish("finished");
}

async function withReader(runs: string, work: (reader: Reader) => Promise<void>): Promise<void> {
  const reader = await openRuns(runs);
  await work(reader);
  reader.close();
}

function near(actual: unknown, expected: number | null): void {
  const close = expected === null
    ? actual === null
    : typeof actual === "number" && Math.abs(actual - expected) < 1e-9;
  assert.ok(close, `${actual} is not ${expected}`);
}

const learns: Solved = (task, _sample, step) => task === 0 || step === 16;
const stays: Solved = (task, sample) => task === 0 && sample === 0;

Deno.test("armTable() takes the error over tasks for one seed, and pairs Δ by task", () =>
  inFolder(async (runs) => {
    await evaluated(runs, "a", learns);
    await withReader(runs, async (reader) => {
      const [row, ...others] = await armTable(reader);
      assert.deepEqual(others, []);
      assert.ok(row !== undefined);
      const { experiment, arm, seeds, tasks, iteration, steps } = row;
      assert.deepEqual({ experiment, arm, seeds, tasks, iteration, steps }, {
        ...{ experiment: "exit-math", arm: "exit", seeds: 1, tasks: 3, iteration: 20, steps: 16 },
      });
      for (const early of [row.k0, row.k1, row.k4]) {
        near(early?.mean, 1 / 3);
        near(early?.standardError, 1 / 3);
      }
      near(row.k16?.mean, 1);
      near(row.k16?.standardError, 0);
      near(row.delta.mean, 2 / 3);
      near(row.delta.standardError, 1 / 3);
    });
  }));

Deno.test("armTable() takes the error over seeds when there are two", () =>
  inFolder(async (runs) => {
    await evaluated(runs, "a", learns);
    await evaluated(runs, "b", stays, { seed: 2 });
    await withReader(runs, async (reader) => {
      const [row] = await armTable(reader, { experiment: "exit-math" });
      assert.equal(row?.seeds, 2);
      near(row?.k0?.mean, 1 / 4);
      near(row?.k0?.standardError, 1 / 12);
      near(row?.delta.mean, 1 / 3);
      near(row?.delta.standardError, 1 / 3);
      assert.deepEqual(await armTable(reader, { experiment: "another" }), []);
      assert.equal((await armTable(reader, { runs: ["b"] }))[0]?.k0?.mean, 1 / 6);
      assert.deepEqual(await armTable(reader, { runs: [] }), []);
    });
  }));

Deno.test("armTable() counts a cell once, by its newest run, and keeps other settings apart", () =>
  inFolder(async (runs) => {
    await evaluated(runs, "old", stays, { row: { ...runRow, started: "2024-01-01T00:00:00Z" } });
    await evaluated(runs, "new", learns);
    await evaluated(runs, "quick", stays, { row: { ...runRow, settings: { quick: true } } });
    await withReader(runs, async (reader) => {
      const rows = await armTable(reader);
      assert.deepEqual(rows.map(({ seeds }) => seeds), [1, 1]);
      assert.notEqual(rows[0]?.variant, rows[1]?.variant);
      assert.deepEqual(rows.map(({ k16 }) => k16?.mean).toSorted(), [1 / 6, 1]);
    });
  }));

Deno.test("armTable() leaves out what a shorter evaluation did not reach", () =>
  inFolder(async (runs) => {
    await evaluated(runs, "a", learns);
    await evaluated(runs, "b", stays, { seed: 2, steps: 4 });
    await withReader(runs, async (reader) => {
      const [row] = await armTable(reader);
      assert.equal(row?.steps, 4);
      assert.equal(row?.k16, null);
      assert.deepEqual((await curveRows(reader)).map(({ step }) => step), [0, 1, 2, 3, 4]);
    });
  }));

Deno.test("curveRows() and the views arms and curves agree on random results", () =>
  inFolder(async (runs) => {
    for (const [arm, seeds] of [["one", [1]], ["three", [1, 2, 3]]] as const) {
      for (const seed of seeds) {
        const random = new Random(seed, arm);
        await evaluated(runs, `${arm}-${seed}`, () => random.chance(0.5), { arm, seed });
      }
    }
    await withReader(runs, async (reader) => {
      const view = await reader.query(
        "select k0, k0_se, k1, k1_se, k4, k4_se, k16, k16_se, delta, delta_se, seeds, tasks, steps from arms order by arm",
      );
      const table = await armTable(reader);
      assert.equal(table.length, view.rows.length);
      for (const [at, row] of table.entries()) {
        const estimates = [row.k0, row.k1, row.k4, row.k16, row.delta];
        const figures = estimates.flatMap((each) => [each?.mean ?? null, each?.standardError ?? null]);
        for (const [index, figure] of [...figures, row.seeds, row.tasks, row.steps].entries()) {
          near(view.rows[at]?.[index], figure);
        }
      }
      const curves = await reader.query(
        "select solved, solved_se from curves where arm = 'one' and iteration = 20",
      );
      const rows = await curveRows(reader, { runs: ["one-1"] });
      assert.equal(rows.length, 17);
      for (const [at, { solved }] of rows.entries()) {
        near(curves.rows[at]?.[0], solved.mean);
        near(curves.rows[at]?.[1], solved.standardError);
      }
    });
  }));
