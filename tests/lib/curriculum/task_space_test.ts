import assert from "node:assert/strict";
import { rootStart, type Start } from "../../../lib/curriculum/start.ts";
import { TaskSpace } from "../../../lib/curriculum/task_space.ts";
import { Random } from "../../../lib/random.ts";
import { NaiveSpace } from "./naive_space.ts";

const starts = Array.from({ length: 400 }, (_, index) => rootStart(index, `task ${index}`, null));
const startAt = (index: number): Start => starts[index] ?? rootStart(index, `task ${index}`, null);

function contents(space: TaskSpace | NaiveSpace): Map<string, [number, number]> {
  const entries: [string, [number, number]][] = space instanceof TaskSpace
    ? space.entries().map(({ start, learnability, visits }) => [start.id, [learnability, visits]])
    : space.entries.map(({ start, score, visits }) => [start.id, [score, visits]]);
  return new Map(entries.toSorted(([a], [b]) => a < b ? -1 : 1));
}

/** How often each start is drawn must fit the formula: the statistic has mean n − 1 and variance 2 (n − 1). */
function assertDistribution(
  space: TaskSpace,
  expected: Map<string, number>,
  kappa: number,
  random: Random,
): void {
  const draws = 20_000;
  const counts = new Map<string, number>();
  for (let draw = 0; draw < draws; draw++) {
    const { id } = space.draw(random, kappa);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  let [statistic, cells] = [0, 0];
  let [rare, rareExpected] = [0, 0];
  for (const [id, probability] of expected) {
    const [seen, mean] = [counts.get(id) ?? 0, probability * draws];
    counts.delete(id);
    if (mean < 5) {
      rare += seen;
      rareExpected += mean;
      continue;
    }
    statistic += (seen - mean) ** 2 / mean;
    cells++;
  }
  assert.equal(counts.size, 0);
  if (rareExpected > 1) statistic += (rare - rareExpected) ** 2 / rareExpected;
  const freedom = Math.max(1, cells);
  assert.ok(statistic < freedom + 6 * Math.sqrt(2 * freedom) + 6, `${statistic} over ${freedom}`);
}

Deno.test("TaskSpace agrees with a naive model over 100,000 random operations", () => {
  const random = new Random(11);
  const capacity = 150;
  const [space, naive] = [new TaskSpace(capacity), new NaiveSpace(capacity)];
  const scores = [0, 0.1, 0.1, 0.2, 0.25];
  for (let operation = 1; operation <= 100_000; operation++) {
    // Scores with ties, reals, and scales that rise and fall by orders of magnitude.
    const scale = 10 ** (-3 * Math.sin(operation / 9000) ** 2);
    const score = scale * (random.chance(0.5) ? random.pick(scores) : random.next() / 4);
    const start = startAt(random.int(starts.length));
    const kind = random.int(4);
    if (kind < 2) {
      assert.equal(space.offer(start, score), naive.offer(start, score));
    } else if (kind === 2 && space.has(start.id)) {
      space.measure(start.id, score);
      naive.measure(start.id, score);
    } else if (space.size > 0) {
      assert.ok(naive.find(space.draw(random, 4).id) !== undefined);
    }
    if (operation % 5000 !== 0) continue;
    assert.equal(space.largestScore, Math.max(...naive.entries.map((entry) => entry.score)));
    assert.deepEqual(contents(space), contents(naive));
    if (operation % 20_000 === 0) assertDistribution(space, naive.probabilities(4), 4, random);
  }
});

Deno.test("TaskSpace draws by the formula right after its largest score moved", () => {
  for (const kappa of [0, 1, 3.75, 20, 100]) {
    const random = new Random(5, kappa);
    const [space, naive] = [new TaskSpace(60), new NaiveSpace(60)];
    const set = (index: number, score: number): void => {
      for (const each of [space, naive]) {
        each.offer(startAt(index), score);
        each.measure(startAt(index).id, score);
      }
    };
    for (let index = 0; index < 50; index++) set(index, random.next() / 5);
    // Each largest score is close enough to the last for the old tree to serve, or too far.
    for (const largest of [0.2, 0.21, 0.205, 0.25, 0.2001, 1, 0.2]) {
      set(50, largest);
      assertDistribution(space, naive.probabilities(kappa), kappa, random);
    }
  }
});

Deno.test("TaskSpace draws uniformly while all scores are 0 or mere rounding", () => {
  for (const score of [0, 1e-17]) {
    const [space, naive] = [new TaskSpace(20), new NaiveSpace(20)];
    for (let index = 0; index < 20; index++) {
      space.offer(startAt(index), index % 2 * score);
      naive.offer(startAt(index), 0);
    }
    assertDistribution(space, naive.probabilities(50), 50, new Random(1));
    assert.equal(space.effectiveSize(50), 20);
  }
});

Deno.test("TaskSpace survives scores of all magnitudes", () => {
  const random = new Random(1);
  const space = new TaskSpace(8);
  for (const score of [1e-300, 1e-11, 1, 1e-9, 0, 1e300, 5e-324]) {
    for (let index = 0; index < 8; index++) {
      space.offer(startAt(index), score * index);
      space.measure(startAt(index).id, score * index);
      assert.ok(space.has(space.draw(random, 100).id));
    }
  }
});

Deno.test("TaskSpace replaces the oldest of the lowest, on ties too, and nothing better", () => {
  const space = new TaskSpace(3);
  for (const [index, score] of [0.2, 0.1, 0.1].entries()) {
    assert.equal(space.offer(startAt(index), score), true);
  }
  assert.equal(space.offer(startAt(3), 0.05), false);
  assert.equal(space.offer(startAt(4), 0.1), true);
  assert.deepEqual([0, 1, 2, 3, 4].map((index) => space.has(startAt(index).id)), [
    true,
    false,
    true,
    false,
    true,
  ]);
  assert.equal(space.offer(startAt(5), 0.1), true);
  assert.equal(space.has(startAt(2).id), false);
});

Deno.test("TaskSpace keeps a measured score when the same start is offered again", () => {
  const space = new TaskSpace(3);
  space.offer(startAt(0), 0.2);
  space.offer(startAt(0), 0.1);
  assert.equal(space.largestScore, 0.1);
  space.measure(startAt(0).id, 0);
  space.offer({ ...startAt(0), depth: 9 }, 0.25);
  assert.deepEqual(space.entries(), [{ start: startAt(0), learnability: 0, visits: 1 }]);
});

Deno.test("TaskSpace continues from a saved state with the same future, bit for bit", () => {
  const random = new Random(3);
  const original = new TaskSpace(50);
  const work = (space: TaskSpace, stream: Random): string[] =>
    Array.from({ length: 500 }, () => {
      const start = startAt(stream.int(200));
      space.offer(start, stream.next() / 4);
      if (stream.chance(0.3) && space.has(start.id)) space.measure(start.id, stream.next() / 20);
      return space.draw(stream, 4).id;
    });
  work(original, random);
  const restored = new TaskSpace(50);
  work(restored, new Random(8));
  restored.restore(JSON.parse(JSON.stringify(original.state())));
  assert.deepEqual(restored.entries(), original.entries());
  const stream = new Random(0);
  stream.restore(random.state());
  assert.deepEqual(work(restored, stream), work(original, random));
  assert.deepEqual(restored.state(), original.state());
});

Deno.test("TaskSpace refuses states that are not its own, and stays as it was", () => {
  const space = new TaskSpace(2);
  space.offer(startAt(0), 0.1);
  const state = space.state();
  const entry = { start: startAt(1), score: 0.1, visits: 0, order: 0 };
  const whole = { slope: 0, anchor: 0, clock: 1 };
  for (
    const wrong of [
      null,
      {},
      { ...whole, entries: [{ ...entry, score: -1 }] },
      { ...whole, entries: [{ ...entry, start: { ...entry.start, mode: "guess" } }] },
      { ...whole, entries: [entry, entry] },
      { ...whole, entries: [0, 1, 2].map((index) => ({ ...entry, start: startAt(index) })) },
      { ...whole, slope: null, entries: [] },
    ]
  ) {
    assert.throws(() => space.restore(wrong), TypeError);
    assert.deepEqual(space.state(), state);
  }
});

Deno.test("TaskSpace refuses scores that are not finite or below 0, strangers, and a draw from nothing", () => {
  const space = new TaskSpace(2);
  assert.throws(() => space.draw(new Random(1), 4), /empty task space/);
  space.offer(startAt(0), 0.1);
  for (const wrong of [NaN, Infinity, -0.1]) {
    assert.throws(() => space.offer(startAt(1), wrong), RangeError);
    assert.throws(() => space.measure(startAt(0).id, wrong), RangeError);
  }
  assert.throws(() => space.measure("stranger", 0.1), /not in the task space/);
  assert.deepEqual(space.entries(), [{ start: startAt(0), learnability: 0.1, visits: 0 }]);
});

Deno.test("TaskSpace tells the effective sample size", () => {
  const space = new TaskSpace(10);
  assert.equal(space.effectiveSize(4), 0);
  for (let index = 0; index < 4; index++) space.offer(startAt(index), index < 2 ? 0.25 : 0);
  assert.equal(space.effectiveSize(0), 4);
  assert.ok(Math.abs(space.effectiveSize(100) - 2) < 1e-9);
  const weight = Math.exp(-4);
  assert.ok(Math.abs(space.effectiveSize(4) - (2 + 2 * weight) ** 2 / (2 + 2 * weight ** 2)) < 1e-12);
});
