import assert from "node:assert/strict";
import fc from "fast-check";
import {
  bootstrapDraws,
  bootstrapInterval,
  pairedBootstrap,
  pairedDifferences,
} from "../../../lib/metrics/paired_bootstrap.ts";
import { Random } from "../../../lib/random.ts";

const random = (seed = 1) => new Random(seed, "bootstrap");

function near(actual: number | null, expected: number, tolerance = 1e-9): void {
  assert.ok(actual !== null && Math.abs(actual - expected) < tolerance, `${actual} is not ${expected}`);
}

/** A standard normal number, by Box and Muller. */
function normal(from: Random): number {
  return Math.sqrt(-2 * Math.log(1 - from.next())) * Math.cos(2 * Math.PI * from.next());
}

Deno.test("bootstrapInterval() has the ends that can be worked out by hand", () => {
  // Of two tasks worth 0 and 1, a resample has the mean 0, 1/2 or 1 with probability 1/4, 1/2, 1/4.
  const draws = bootstrapDraws(1, 2, random(), 4000);
  const wide = bootstrapInterval([[0, 1]], draws);
  assert.deepEqual([wide.mean, wide.low, wide.high, wide.resampled], [0.5, 0, 1, "tasks"]);
  near(wide.p, 0.5, 0.04);
  const half = bootstrapInterval([[0, 1]], draws, 0.4);
  assert.deepEqual([half.low, half.high], [0.5, 0.5]);
  // Two seeds worth 0 and 1 on a single task: the same, of seeds.
  const seeds = bootstrapInterval([[0], [1]], bootstrapDraws(2, 1, random()));
  assert.deepEqual([seeds.low, seeds.high, seeds.resampled], [0, 1, "seeds"]);
  const nothing = bootstrapInterval([[0.7]], bootstrapDraws(1, 1, random()));
  assert.deepEqual(nothing, { mean: 0.7, low: null, high: null, p: null, resampled: "nothing" });
});

Deno.test("bootstrapInterval() has a p-value that falls as the interval leaves zero", () => {
  const draws = bootstrapDraws(4, 50, random(), 1000);
  const values = (shift: number) =>
    Array.from(
      { length: 4 },
      (_, seed) => Array.from({ length: 50 }, (_, task) => shift + (task + seed) % 2),
    );
  assert.equal(bootstrapInterval(values(0).map((tasks) => tasks.map(() => 0)), draws).p, 1);
  near(bootstrapInterval(values(1), draws).p, 2 / 1001);
  near(bootstrapInterval(values(-2), draws).p, 2 / 1001);
  const middle = bootstrapInterval(values(-0.5), draws);
  assert.ok(middle.p !== null && middle.p > 0.5 && (middle.low ?? 1) < 0 && (middle.high ?? -1) > 0);
});

Deno.test("bootstrapInterval() takes a rounding error for zero", () => {
  const draws = bootstrapDraws(2, 3, random());
  const noise = [[1e-17, -1e-17, 1e-17], [1e-17, 0, 0]];
  const { low, high, p } = bootstrapInterval(noise, draws);
  assert.deepEqual([low, high, p], [0, 0, 1]);
});

Deno.test("bootstrapInterval() draws a task for all seeds at once: crossed, not nested", () => {
  // Fifty seeds that agree on every task tell of four tasks no more than one seed does.
  const tasks = [0, 0, 1, 1];
  const one = bootstrapInterval([tasks], bootstrapDraws(1, 4, random()));
  const fifty = bootstrapInterval(Array.from({ length: 50 }, () => tasks), bootstrapDraws(50, 4, random()));
  assert.deepEqual([fifty.low, fifty.high], [one.low, one.high]);
  assert.deepEqual([one.low, one.high], [0, 1]);
  // And a thousand tasks on which only the seed counts tell no more of two seeds than one task does.
  const seeds = [0, 1].map((value) => Array.from({ length: 1000 }, () => value));
  const { low, high } = bootstrapInterval(seeds, bootstrapDraws(2, 1000, random(), 500));
  assert.deepEqual([low, high], [0, 1]);
});

Deno.test("bootstrapInterval() gives what drawing seeds and tasks one by one gives", () => {
  const shape = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 9 }), fc.nat(1000));
  fc.assert(
    fc.property(shape, ([seeds, tasks, seed]) => {
      const source = new Random(seed, "values");
      const values = Array.from({ length: seeds }, () => Array.from({ length: tasks }, () => source.next()));
      const resamples = 41;
      const from = random(seed);
      const drawn = (items: number) =>
        Array.from({ length: resamples }, () => Array.from({ length: items }, () => from.int(items)));
      const [seedsDrawn, tasksDrawn] = [drawn(seeds), drawn(tasks)];
      const means = seedsDrawn.map((chosen, at) => {
        const all = chosen.flatMap((row) =>
          (tasksDrawn[at] ?? []).map((column) => values[row]?.[column] ?? NaN)
        );
        return all.reduce((sum, value) => sum + value, 0) / all.length;
      }).toSorted((a, b) => a - b);
      const found = bootstrapInterval(values, bootstrapDraws(seeds, tasks, random(seed), resamples), 0.9);
      near(found.low, means[2] ?? NaN);
      near(found.high, means[38] ?? NaN);
    }),
    { numRuns: 60 },
  );
});

Deno.test("pairedBootstrap() is the same both ways round, and knows nothing of what both arms share", () => {
  const source = new Random(3, "arms");
  const arm = () => Array.from({ length: 3 }, () => Array.from({ length: 7 }, () => source.next()));
  const [first, second] = [arm(), arm()];
  const draws = bootstrapDraws(3, 7, random());
  const there = pairedBootstrap(first, second, draws);
  const back = pairedBootstrap(second, first, draws);
  near(there.low, -(back.high ?? NaN));
  near(there.high, -(back.low ?? NaN));
  assert.equal(there.p, back.p);
  const harder = (values: number[][]) =>
    values.map((tasks, seed) => tasks.map((value, task) => value + 10 * task - seed));
  const shifted = pairedBootstrap(harder(first), harder(second), draws);
  near(shifted.low, there.low ?? NaN);
  near(shifted.high, there.high ?? NaN);
  assert.deepEqual(pairedBootstrap(first, second, bootstrapDraws(3, 7, random())), there);
  assert.notDeepEqual(pairedBootstrap(first, second, bootstrapDraws(3, 7, random(2))), there);
});

Deno.test("pairedBootstrap() holds the truth about as often as it says", () => {
  const source = new Random(11, "coverage");
  const draws = bootstrapDraws(8, 40, random(), 200);
  const [repetitions, truth] = [200, 0.3];
  let held = 0;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const tasks = Array.from({ length: 40 }, () => 0.3 * normal(source));
    const second = Array.from({ length: 8 }, () => tasks.map((task) => 5 * task + normal(source) * 0.1));
    const first = second.map((values) => {
      const seed = 0.1 * normal(source);
      return values.map((value, task) => value + truth + seed + (tasks[task] ?? 0) + 0.2 * normal(source));
    });
    const { low, high } = pairedBootstrap(first, second, draws);
    if (low !== null && high !== null && low <= truth && truth <= high) held++;
  }
  assert.ok(held >= 0.9 * repetitions && held < repetitions, `${held} of ${repetitions}`);
});

Deno.test("pairedBootstrap() refuses what does not fit", () => {
  assert.throws(() => bootstrapDraws(0, 3, random()), RangeError);
  assert.throws(() => bootstrapDraws(2, 0, random()), RangeError);
  const draws = bootstrapDraws(2, 2, random());
  assert.throws(() => bootstrapInterval([[1, 2]], draws), /Expected 2 seeds of 2 values each/);
  assert.throws(() => pairedDifferences([[1]], [[1], [2]]), /found 1 and 2/);
  assert.throws(() => pairedDifferences([[1, 2]], [[1]]), /found 2 and 1/);
});
