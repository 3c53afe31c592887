import assert from "node:assert/strict";
import { TaskSpace } from "../../../lib/curriculum/task_space.ts";
import { Random } from "../../../lib/random.ts";
import type { NaiveEntry, NaiveSpace } from "./naive_space.ts";
import { Uniformity } from "./uniformity.ts";
import {
  type ByScore,
  pair,
  powers,
  ranks,
  type Rules,
  softmax,
  spaces,
  startAt,
  starts,
} from "./space_pair.ts";

/** Draws a batch from the space and notes, for each draw, where it fell by the model's probabilities. */
function drawBoth(
  [space, naive]: [TaskSpace, NaiveSpace],
  random: Random,
  count: number,
  noise: Random,
  fit: { readonly byScore: Uniformity; readonly byAge: Uniformity },
): void {
  naive.beginBatch();
  for (const { id } of space.draw(random, count)) {
    const probabilities = naive.probabilities();
    const drawn = naive.find(id);
    assert.ok(drawn !== undefined);
    const own = probabilities[naive.entries.indexOf(drawn)] ?? 0;
    assert.ok(own > 0, "a start is drawn that cannot be");
    const before = (key: (entry: NaiveEntry) => number): number =>
      naive.entries.reduce((sum, entry, at) => {
        const difference = key(entry) - key(drawn) || entry.turn - drawn.turn;
        return difference < 0 ? sum + (probabilities[at] ?? 0) : sum;
      }, 0);
    fit.byScore.note(before(({ score }) => score), own, noise.next());
    fit.byAge.note(before(({ last }) => last), own, noise.next());
    naive.take(drawn);
  }
}

type Contents = [id: string, score: number, visits: number][];

function contents(space: TaskSpace | NaiveSpace): Contents {
  const entries: Contents = space instanceof TaskSpace
    ? space.entries().map(({ start, learnability, visits }) => [start.id, learnability, visits])
    : space.entries.map(({ start, score, visits }) => [start.id, score, visits]);
  return entries.toSorted(([a], [b]) => a < b ? -1 : 1);
}

/** 10⁵ random operations on a space and its model, which must agree on all of them. */
function drive(byScore: ByScore, rules: Rules): void {
  const [random, draws, noise] = [new Random(11), new Random(12), new Random(13)];
  let both = pair(byScore, rules);
  const fit = { byScore: new Uniformity(), byAge: new Uniformity() };
  const scores = [0, 0.1, 0.1, 0.2, 0.25];
  for (let operation = 1; operation <= 100_000; operation++) {
    const [space, naive] = both;
    // Scores with ties, reals, and scales that rise and fall by orders of magnitude.
    const scale = 10 ** (-3 * Math.sin(operation / 9000) ** 2);
    const score = scale * (random.chance(0.5) ? random.pick(scores) : random.next() / 4);
    const start = startAt(random.int(starts.length));
    const kind = random.int(8);
    if (kind < 4) {
      assert.equal(space.offer(start, score)?.id, naive.offer(start, score)?.id);
    } else if (kind < 6 && space.has(start.id)) {
      space.measure(start.id, score);
      naive.measure(start.id, score);
    } else if (kind === 6 && space.size > 0 && operation % 3 === 0) {
      drawBoth(both, draws, 1 + random.int(4), noise, fit);
    }
    if (operation % 10_000 !== 0) continue;
    assert.equal(space.largestScore, Math.max(...naive.entries.map((entry) => entry.score)));
    assert.deepEqual(contents(space), contents(naive));
    const restored = new TaskSpace({ ...rules, byScore: byScore.make() });
    restored.restore(JSON.parse(JSON.stringify(space.state())));
    both = [restored, naive];
  }
  fit.byScore.check("by score");
  fit.byAge.check("by age");
}

for (const [name, [byScore, rules]] of Object.entries(spaces)) {
  Deno.test(`TaskSpace (${name}) agrees with a naive model over 100,000 random operations`, () => {
    drive(byScore, rules);
  });
}

Deno.test("TaskSpace draws by the formula right after its largest score moved", () => {
  for (const byScore of [...[0, 1, 3.75, 20, 100].map(softmax), powers(1), powers(20), ranks(2)]) {
    const [random, noise] = [new Random(5), new Random(6)];
    const both = pair(byScore, { capacity: 60 });
    const fit = { byScore: new Uniformity(), byAge: new Uniformity() };
    const set = (index: number, score: number): void => {
      for (const each of both) {
        each.offer(startAt(index), score);
        each.measure(startAt(index).id, score);
      }
    };
    for (let index = 0; index < 50; index++) set(index, random.next() / 5);
    // Each largest score is close enough to the last for the old tree to serve, or too far.
    for (const largest of [0.2, 0.21, 0.205, 0.25, 0.2001, 1, 0.2]) {
      set(50, largest);
      drawBoth(both, random, 500, noise, fit);
    }
    fit.byScore.check("after a move");
  }
});

Deno.test("TaskSpace draws uniformly while all scores are 0 or mere rounding", () => {
  for (const [byScore, score] of [[softmax(50), 0], [softmax(50), 1e-17], [powers(10), 0]] as const) {
    const [space, naive] = pair(byScore, { capacity: 20 });
    for (let index = 0; index < 20; index++) {
      space.offer(startAt(index), index % 2 * score);
      naive.offer(startAt(index), 0);
    }
    const fit = { byScore: new Uniformity(), byAge: new Uniformity() };
    drawBoth([space, naive], new Random(1), 4000, new Random(2), fit);
    fit.byScore.check("by score");
    assert.equal(space.effectiveSize(), 20);
  }
});

Deno.test("TaskSpace never draws a score of 0 by power while there are others, distinct ones included", () => {
  const [space] = pair(powers(1), { capacity: 20, distinct: true });
  for (let index = 0; index < 20; index++) space.offer(startAt(index), index < 5 ? 0.1 : 0);
  for (let batch = 0; batch < 50; batch++) {
    const drawn = space.draw(new Random(batch), 12).map(({ task }) => task);
    assert.deepEqual(drawn.slice(0, 5).toSorted(), [0, 1, 2, 3, 4]);
    assert.equal(new Set(drawn).size, 12);
  }
});

Deno.test("TaskSpace survives scores of all magnitudes", () => {
  for (const byScore of [softmax(100), powers(20), ranks(20)]) {
    const random = new Random(1);
    const [space] = pair(byScore, { capacity: 8, distinct: true });
    for (const score of [1e-300, 1e-11, 1, 1e-9, 0, 1e300, 5e-324]) {
      for (let index = 0; index < 8; index++) {
        space.offer(startAt(index), score * index);
        space.measure(startAt(index).id, score * index);
        for (const { id } of space.draw(random, 3)) assert.ok(space.has(id));
      }
      assert.equal(new Set(space.draw(random, 8)).size, 8);
      assert.ok(space.effectiveSize() >= 1 && space.effectiveSize() <= 8.000001);
    }
  }
});

Deno.test("TaskSpace gives each start as often as the others where a distinct batch is larger than it", () => {
  for (const byScore of [softmax(100), powers(20), ranks(20)]) {
    for (const staleness of [0, 0.5, 1]) {
      const [space] = pair(byScore, { capacity: 10, distinct: true, staleness });
      for (let index = 0; index < 10; index++) space.offer(startAt(index), index / 40);
      const counts = Map.groupBy(space.draw(new Random(1), 25), ({ id }) => id);
      assert.deepEqual([...counts.values()].map(({ length }) => length).toSorted(), [
        ...Array(5).fill(2),
        ...Array(5).fill(3),
      ]);
    }
  }
});

Deno.test("TaskSpace draws by age alone with a staleness of 1: the longer ago, the likelier", () => {
  const [space] = pair(softmax(100), { capacity: 3, staleness: 1 });
  const random = new Random(1);
  space.offer(startAt(0), 0);
  for (let batch = 0; batch < 8; batch++) space.draw(random, 0);
  space.offer(startAt(1), 0.25);
  assert.equal(space.meanStaleness(), 4);
  let old = 0;
  for (let trial = 0; trial < 2000; trial++) {
    const [copy] = pair(softmax(100), { capacity: 3, staleness: 1 });
    copy.restore(space.state());
    if (copy.draw(new Random(trial), 1)[0]?.task === 0) old++;
  }
  assert.ok(Math.abs(old / 2000 - 0.9) < 0.03, `${old}`);
});

Deno.test("TaskSpace draws by score where nothing is older than the batch", () => {
  const [space] = pair(softmax(100), { capacity: 2, staleness: 1 });
  space.offer(startAt(0), 0);
  space.offer(startAt(1), 0.25);
  const [first, second, ...others] = space.draw(new Random(1), 50).map(({ task }) => task);
  assert.deepEqual([first, second].toSorted(), [0, 1]);
  assert.deepEqual(new Set(others), new Set([1]));
});

Deno.test("TaskSpace lets ranks of equal scores take turns", () => {
  const [space] = pair(ranks(20), { capacity: 3 });
  for (let index = 0; index < 3; index++) space.offer(startAt(index), 0.25);
  const drawn = Array.from({ length: 7 }, (_, round) => {
    const [start] = space.draw(new Random(round), 1);
    space.measure(start?.id ?? "", 0.25);
    return start?.task;
  });
  assert.deepEqual(drawn, [0, 1, 2, 0, 1, 2, 0]);
});

Deno.test("TaskSpace replaces the oldest of the lowest, on ties too, and nothing better", () => {
  const [space] = pair(softmax(4), { capacity: 3 });
  for (const [index, score] of [0.2, 0.1, 0.1].entries()) {
    assert.equal(space.offer(startAt(index), score), null);
  }
  assert.equal(space.offer(startAt(3), 0.05), startAt(3));
  assert.equal(space.offer(startAt(4), 0.1), startAt(1));
  assert.deepEqual([0, 1, 2, 3, 4].map((index) => space.has(startAt(index).id)), [
    true,
    false,
    true,
    false,
    true,
  ]);
  assert.equal(space.offer(startAt(5), 0.1), startAt(2));
});

Deno.test("TaskSpace with first in, first out replaces in the order of entry, whatever the scores", () => {
  const [space] = pair(softmax(4), { capacity: 3, eviction: "oldest" });
  for (const [index, score] of [0.25, 0.1, 0.2].entries()) space.offer(startAt(index), score);
  assert.equal(space.offer(startAt(0), 0.25), null);
  space.measure(startAt(0).id, 0.25);
  for (let index = 3; index < 9; index++) assert.equal(space.offer(startAt(index), 0), startAt(index - 3));
});

Deno.test("TaskSpace keeps a measured score when the same start is offered again", () => {
  const [space] = pair(softmax(4), { capacity: 3 });
  space.offer(startAt(0), 0.2);
  space.offer(startAt(0), 0.1);
  assert.equal(space.largestScore, 0.1);
  space.measure(startAt(0).id, 0);
  space.offer({ ...startAt(0), depth: 9 }, 0.25);
  assert.deepEqual(space.entries(), [{ start: startAt(0), learnability: 0, visits: 1 }]);
});

Deno.test("TaskSpace refuses scores that are not finite or below 0, strangers, and a draw from nothing", () => {
  const [space] = pair(softmax(4), { capacity: 2 });
  assert.throws(() => space.draw(new Random(1), 1), /empty task space/);
  assert.deepEqual(space.draw(new Random(1), 0), []);
  space.offer(startAt(0), 0.1);
  for (const wrong of [NaN, Infinity, -0.1]) {
    assert.throws(() => space.offer(startAt(1), wrong), RangeError);
    assert.throws(() => space.measure(startAt(0).id, wrong), RangeError);
  }
  assert.throws(() => space.measure("stranger", 0.1), /not in the task space/);
  assert.deepEqual(space.entries(), [{ start: startAt(0), learnability: 0.1, visits: 0 }]);
});

Deno.test("TaskSpace tells the effective sample size by score", () => {
  const size = (kappa: number): number => {
    const [space] = pair(softmax(kappa), { capacity: 10 });
    for (let index = 0; index < 4; index++) space.offer(startAt(index), index < 2 ? 0.25 : 0);
    return space.effectiveSize();
  };
  assert.equal(pair(softmax(4), { capacity: 10 })[0].effectiveSize(), 0);
  assert.equal(size(0), 4);
  assert.ok(Math.abs(size(100) - 2) < 1e-9);
  const weight = Math.exp(-4);
  assert.ok(Math.abs(size(4) - (2 + 2 * weight) ** 2 / (2 + 2 * weight ** 2)) < 1e-12);
});

Deno.test("TaskSpace tells the effective sample size of the mix of scores and ages", () => {
  for (const [byScore, weights] of [[ranks(1), [1, 1 / 2, 1 / 3]], [powers(1), [3, 2, 1]]] as const) {
    const [space] = pair(byScore, { capacity: 3, staleness: 0.25 });
    for (const [index, score] of [0.3, 0.2, 0.1].entries()) {
      space.offer(startAt(index), score);
      space.draw(new Random(1), 0);
    }
    // Ages at the next draw: 4, 3 and 2 batches.
    const total = weights.reduce((sum: number, weight: number) => sum + weight, 0);
    const mix = weights.map((weight, at) => 0.75 * weight / total + 0.25 * (4 - at) / 9);
    const expected = 1 / mix.reduce((sum, share) => sum + share ** 2, 0);
    assert.ok(Math.abs(space.effectiveSize() - expected) < 1e-12);
  }
});
