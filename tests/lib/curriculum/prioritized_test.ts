import assert from "node:assert/strict";
import { checkCurriculum } from "../../../lib/curriculum/conformance.ts";
import type { Curriculum } from "../../../lib/curriculum/curriculum.ts";
import { prioritized, type PrioritizedOptions } from "../../../lib/curriculum/prioritized.ts";
import { context, group, rootAt, successor } from "./fixtures.ts";

type Input = Partial<PrioritizedOptions>;

/** A curriculum that has scored the first roots: root i has the i-th rewards. */
function scored(options: Input, size: number | null, rewards: readonly (readonly number[])[]): Curriculum {
  const curriculum = prioritized({ minimumFill: 1, ...options }).create(context({ size }));
  curriculum.observe(rewards.map((own, task) => group(rootAt(task), own)));
  return curriculum;
}

/** How often each root comes in so many batches of one. */
function shares(curriculum: Curriculum, batches: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (let batch = 0; batch < batches; batch++) {
    for (const { task } of curriculum.next(1)) counts.set(task, (counts.get(task) ?? 0) + 1 / batches);
  }
  return counts;
}

function assertShares(actual: Map<number, number>, expected: readonly number[]): void {
  for (const [task, share] of expected.entries()) {
    assert.ok(Math.abs((actual.get(task) ?? 0) - share) < 0.02, `${task}: ${actual.get(task)} for ${share}`);
  }
}

/** Variances 0.25, 0.1875, 0 and deviations 0.5, 0.375, 0. */
const unequal = [[0, 1, 0, 1], [0, 0, 0, 1], [1, 1, 1, 1]];

Deno.test("prioritized() conforms to the curriculum contract in all its forms", async () => {
  const small = { capacity: 24, minimumFill: 8 };
  const forms: Input[] = [
    small,
    { ...small, prioritization: "score" },
    { ...small, prioritization: "score", score: "variance", temperature: 1, staleness: 0, probability: 1 },
    { ...small, probability: 0 },
    { capacity: 1, minimumFill: 1 },
    { capacity: 30, minimumFill: 30, staleness: 1, temperature: 1000 },
  ];
  for (const form of forms) {
    assert.deepEqual(await checkCurriculum(prioritized(form), { iterations: 8 }), [], JSON.stringify(form));
  }
});

Deno.test("prioritized() has the documented defaults", () => {
  const part = prioritized();
  assert.deepEqual(part.options, {
    prioritization: "rank",
    temperature: 0.1,
    staleness: 0.1,
    probability: 0.5,
    capacity: 4096,
    minimumFill: 64,
    score: "deviation",
  });
  assert.deepEqual([part.histories, part.longestChain], [false, 1]);
});

Deno.test("prioritized() replays nothing before enough roots have scores", () => {
  const curriculum = prioritized({ minimumFill: 30, probability: 1 }).create(context({ size: 100 }));
  const seen = new Set<number>();
  for (let iteration = 1; iteration <= 3; iteration++) {
    const starts = curriculum.next(10);
    for (const { task } of starts) seen.add(task);
    assert.equal(curriculum.metrics().replay_share, 0);
    curriculum.observe(starts.map((start) => group(start, [0, 1], iteration)));
  }
  assert.equal(seen.size, 30);
  assert.ok(curriculum.next(10).every(({ task }) => seen.has(task)));
  assert.equal(curriculum.metrics().replay_share, 1);
});

Deno.test("prioritized() mixes replays with roots that have no score, as long as there are any", () => {
  const curriculum = prioritized({ minimumFill: 10, probability: 0.3 }).create(context({ size: 400 }));
  const seen = new Set<number>();
  let [replays, all] = [0, 0];
  for (let iteration = 1; seen.size < 400; iteration++) {
    const starts = curriculum.next(10);
    assert.equal(new Set(starts.map(({ id }) => id)).size, 10);
    if (seen.size >= 10 && seen.size < 390) {
      all += 10;
      replays += starts.filter(({ task }) => seen.has(task)).length;
    }
    for (const { task } of starts) seen.add(task);
    curriculum.observe(starts.map((start) => group(start, [0, 1], iteration)));
  }
  assert.ok(Math.abs(replays / all - 0.3) < 0.06, `${replays / all}`);
  curriculum.next(50);
  assert.equal(curriculum.metrics().replay_share, 1);
});

Deno.test("prioritized() goes on to fresh tasks of an endless source, and holds no more than its capacity", () => {
  const curriculum = prioritized({ capacity: 20, minimumFill: 10 }).create(context({ size: null }));
  let newest = 0;
  for (let iteration = 1; iteration <= 50; iteration++) {
    const starts = curriculum.next(10);
    const latest = Math.max(...starts.map(({ task }) => task));
    assert.ok(latest > newest || iteration > 1);
    newest = Math.max(newest, latest);
    curriculum.observe(starts.map((start) => group(start, [0, start.task % 7 / 7], iteration)));
  }
  assert.ok(newest > 150, `${newest}`);
  assert.equal(curriculum.space().length, 20);
  assert.ok(curriculum.space().every(({ learnability }) => learnability > 0.4));
});

Deno.test("prioritized() offers a root again that had to make room, but none that it holds", () => {
  const curriculum = scored({ capacity: 2, probability: 0 }, 3, unequal);
  assert.deepEqual(curriculum.space().map(({ start }) => start.task).toSorted(), [0, 1]);
  for (let batch = 0; batch < 20; batch++) {
    assert.deepEqual(curriculum.next(1).map(({ task }) => task), [2]);
  }
  curriculum.observe([group(rootAt(2), [0, 1])]);
  assert.deepEqual(curriculum.next(1).map(({ task }) => task), [1]);
});

Deno.test("prioritized() draws by rank: P ∝ rank^(−1/β)", () => {
  for (const score of ["deviation", "variance"] as const) {
    const curriculum = scored({ temperature: 0.5, staleness: 0, score }, 3, unequal);
    assertShares(shares(curriculum, 5000), [36 / 49, 9 / 49, 4 / 49]);
  }
});

Deno.test("prioritized() draws by score: P ∝ S^(1/β)", () => {
  const rewards = [[0, 1, 0, 1], [0, 0, 0, 1], [1, 1, 1, 1]];
  const by = (score: "deviation" | "variance", temperature: number): Map<number, number> =>
    shares(scored({ prioritization: "score", temperature, staleness: 0, score }, 3, rewards), 5000);
  assertShares(by("deviation", 1), [4 / 7, 3 / 7, 0]);
  assertShares(by("variance", 0.5), [16 / 25, 9 / 25, 0]);
  assertShares(by("variance", 1000), [1 / 2, 1 / 2, 0]);
});

Deno.test("prioritized() draws a share by age", () => {
  const curriculum = scored({ prioritization: "score", staleness: 1 }, 3, unequal);
  const counts = shares(curriculum, 3000);
  assertShares(counts, [1 / 3, 1 / 3, 1 / 3]);
  assert.ok((curriculum.metrics().staleness_mean ?? NaN) >= 1);
});

Deno.test("prioritized() keeps the latest score of a root, and counts its groups", () => {
  const curriculum = scored({}, 3, unequal);
  curriculum.observe([group(rootAt(0), [1, 1], 2)]);
  const entry = curriculum.space().find(({ start }) => start.task === 0);
  assert.deepEqual([entry?.learnability, entry?.visits], [0, 2]);
});

Deno.test("prioritized() scores root tasks alone", () => {
  const curriculum = scored({}, 3, unequal);
  curriculum.observe([group(successor(rootAt(0), "x", 1, 1), [0, 1], 2)]);
  assert.equal(curriculum.space().length, 3);
});

Deno.test("prioritized() trains on a single task", () => {
  const curriculum = prioritized().create(context({ size: 1 }));
  for (let iteration = 1; iteration <= 3; iteration++) {
    const starts = curriculum.next(8);
    assert.deepEqual(starts.map(({ task }) => task), Array(8).fill(0));
    curriculum.observe(starts.map((start) => group(start, [0, 1], iteration)));
  }
  assert.equal(curriculum.space()[0]?.visits, 24);
});

Deno.test("prioritized() tells about its scores", () => {
  const empty = prioritized().create(context()).metrics();
  assert.deepEqual(empty, {
    space: 0,
    single_draw_size: 0,
    score_mean: 0,
    score_max: 0,
    staleness_mean: 0,
    replay_share: 0,
  });
  const { single_draw_size, ...figures } = scored({ temperature: 1, staleness: 0 }, 3, unequal).metrics();
  assert.deepEqual(figures, {
    space: 3,
    score_mean: 0.875 / 3,
    score_max: 0.5,
    staleness_mean: 0,
    replay_share: 0,
  });
  assert.ok(Math.abs((single_draw_size ?? NaN) - (11 / 6) ** 2 / (49 / 36)) < 1e-12);
});

Deno.test("prioritized() refuses outcomes that cannot be scored before it changes anything", () => {
  const curriculum = scored({}, 3, unequal);
  const before = curriculum.state();
  assert.throws(() => curriculum.observe([group(rootAt(0), [0, 0]), group(rootAt(1), [0, NaN])]), RangeError);
  assert.deepEqual(curriculum.state(), before);
});

Deno.test("prioritized() refuses a state that is broken, and stays as it was", () => {
  const curriculum = scored({}, 3, unequal);
  const before = curriculum.state();
  assert.ok(typeof before === "object" && before !== null && !Array.isArray(before));
  for (const change of [{ space: {} }, { random: [1, 2, 3] }, { fresh: -1 }, { more: 1 }]) {
    assert.throws(() => curriculum.restore({ ...before, ...change }), TypeError);
    assert.deepEqual(curriculum.state(), before);
  }
});

Deno.test("prioritized() refuses options that are unknown or out of range", () => {
  const refused: [object, RegExp][] = [
    [{ prioritization: "age" }, /"prioritization"/],
    [{ temperature: 0 }, /"temperature" to be a number from 0.05 to 1000 but found 0 in prioritized\(\)/],
    [{ temperature: NaN }, /"temperature"/],
    [{ staleness: -0.1 }, /"staleness" to be a probability/],
    [{ probability: 2 }, /"probability" to be a probability/],
    [{ capacity: 10 }, /"minimumFill" to be at most the capacity but found 64/],
    [{ score: "reward" }, /"score"/],
    [{ temprature: 1 }, /Did you mean "temperature"/],
  ];
  for (const [options, message] of refused) {
    assert.throws(() => prioritized().rebuild({ ...options }), message);
  }
});
