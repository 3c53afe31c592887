import assert from "node:assert/strict";
import { ScoredPool } from "../../../lib/curriculum/scored_pool.ts";
import type { Start } from "../../../lib/curriculum/start.ts";
import { Random } from "../../../lib/random.ts";
import { rootAt } from "./fixtures.ts";

/** The rules of a pool, written down plainly: a list, scored longest ago first. */
class NaivePool {
  entries: { start: Start; score: number; visits: number }[] = [];

  constructor(readonly capacity: number) {}

  score(start: Start, score: number): void {
    const at = this.entries.findIndex((entry) => entry.start.id === start.id);
    const known = at < 0 ? undefined : this.entries.splice(at, 1)[0];
    if (this.entries.length === this.capacity) this.entries.shift();
    this.entries.push({ start, score, visits: 1 + (known?.visits ?? 0) });
  }

  best(count: number): string[] {
    return this.entries.filter(({ score }) => score > 0).toReversed()
      .toSorted((a, b) => b.score - a.score).slice(0, count).map(({ start }) => start.id);
  }
}

const starts = Array.from({ length: 150 }, (_, index) => rootAt(index));

Deno.test("ScoredPool agrees with a naive model over 100,000 random operations", () => {
  const random = new Random(1);
  let pool = new ScoredPool(60);
  const naive = new NaivePool(60);
  for (let operation = 1; operation <= 100_000; operation++) {
    const start = random.pick(starts);
    const score = random.chance(0.6) ? random.pick([0, 0, 0.1, 0.2, 0.25]) : random.next() / 4;
    pool.score(start, score);
    naive.score(start, score);
    if (operation % 50 !== 0) continue;
    const count = 1 + random.int(70);
    assert.deepEqual(pool.best(count).map(({ id }) => id), naive.best(count));
    assert.equal(pool.largestScore, Math.max(...naive.entries.map(({ score }) => score)));
    if (operation % 5000 !== 0) continue;
    assert.deepEqual(
      pool.entries().map(({ start, learnability, visits }) => [start.id, learnability, visits]).toSorted(),
      naive.entries.map(({ start, score, visits }) => [start.id, score, visits]).toSorted(),
    );
    const restored = new ScoredPool(60);
    restored.score(rootAt(999), 0.2);
    restored.restore(JSON.parse(JSON.stringify(pool.state())));
    assert.deepEqual(restored.entries(), pool.entries());
    pool = restored;
  }
});

Deno.test("ScoredPool drops the start that was scored longest ago, not that which came in first", () => {
  const pool = new ScoredPool(2);
  pool.score(rootAt(0), 0.25);
  pool.score(rootAt(1), 0.25);
  pool.score(rootAt(0), 0.1);
  pool.score(rootAt(2), 0);
  assert.deepEqual(pool.entries().map(({ start }) => start.task).toSorted(), [0, 2]);
  assert.deepEqual(pool.best(9).map(({ task }) => task), [0]);
});

Deno.test("ScoredPool refuses scores that are not finite or below 0, and states that are not its own", () => {
  const pool = new ScoredPool(1);
  assert.equal(pool.largestScore, 0);
  for (const wrong of [NaN, Infinity, -0.1]) assert.throws(() => pool.score(rootAt(0), wrong), RangeError);
  pool.score(rootAt(0), 0.1);
  const state = pool.state();
  const entry = { start: rootAt(1), score: 0.1, visits: 1, turn: 0 };
  const wrongs = [null, {}, [0], [{ ...entry, score: -1 }], [entry, { ...entry, start: rootAt(2) }]];
  for (const wrong of wrongs) assert.throws(() => pool.restore(wrong), TypeError);
  assert.throws(() => new ScoredPool(2).restore([entry, entry]), /twice/);
  assert.deepEqual(pool.state(), state);
});
