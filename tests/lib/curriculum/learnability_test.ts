import assert from "node:assert/strict";
import { checkCurriculum } from "../../../lib/curriculum/conformance.ts";
import type { Curriculum } from "../../../lib/curriculum/curriculum.ts";
import { learnability, type LearnabilityOptions } from "../../../lib/curriculum/learnability.ts";
import { context, group, rootAt, successor } from "./fixtures.ts";

type Input = Partial<LearnabilityOptions>;

/** A curriculum that has scored the first roots, and chooses its set at the next batch. */
function scored(options: Input, size: number | null, rewards: readonly (readonly number[])[]): Curriculum {
  const curriculum = learnability({ refreshEvery: 1, ...options }).create(context({ size }));
  curriculum.observe(rewards.map((own, task) => group(rootAt(task), own)));
  return curriculum;
}

const half = [0, 1];
const never = [0, 0];
const seldom = [0, 0, 0, 1];

Deno.test("learnability() conforms to the curriculum contract in all its forms", async () => {
  const forms: Input[] = [
    { poolSize: 24, keep: 8, refreshEvery: 2 },
    { poolSize: 24, keep: 24, share: 1, refreshEvery: 2 },
    { poolSize: 24, keep: 4, share: 0, refreshEvery: 3 },
    { poolSize: 1, keep: 1, refreshEvery: 1, share: 1 },
  ];
  for (const form of forms) {
    assert.deepEqual(await checkCurriculum(learnability(form), { iterations: 8 }), [], JSON.stringify(form));
  }
});

Deno.test("learnability() has the documented defaults", () => {
  const part = learnability();
  assert.deepEqual(part.options, { poolSize: 1024, keep: 64, share: 0.5, refreshEvery: 8 });
  assert.deepEqual([part.histories, part.longestChain], [false, 1]);
});

Deno.test("learnability() takes its share from the most learnable roots, the others at random", () => {
  const rewards = Array.from({ length: 40 }, (_, task) => task % 4 === 1 ? half : never);
  const curriculum = scored({ keep: 8, share: 0.25 }, 1000, rewards);
  let [fromSet, known] = [0, 0];
  for (let batch = 0; batch < 200; batch++) {
    const starts = curriculum.next(20);
    assert.equal(new Set(starts.map(({ id }) => id)).size, 20);
    fromSet += curriculum.metrics().replay_share ?? NaN;
    // Of ten equals, the eight that were scored last.
    known += starts.filter(({ task }) => task % 4 === 1 && task > 4 && task < 40).length;
  }
  assert.ok(Math.abs(fromSet / 200 - 0.25) < 0.02, `${fromSet}`);
  assert.ok(Math.abs(known / 4000 - 0.25 - 0.75 * 8 / 1000) < 0.02, `${known}`);
});

Deno.test("learnability() draws each root of its set equally often", () => {
  const curriculum = scored({ keep: 5, share: 1 }, null, Array(5).fill(half));
  const counts: number[] = Array(5).fill(0);
  for (let batch = 0; batch < 2500; batch++) {
    for (const { task } of curriculum.next(2)) counts[task] = (counts[task] ?? 0) + 1;
  }
  for (const count of counts) assert.ok(Math.abs(count - 1000) < 100, `${counts}`);
});

Deno.test("learnability() takes the best first, and never a root without any variance", () => {
  const curriculum = scored({ keep: 2, share: 1 }, 100, [seldom, half, never, half, seldom]);
  curriculum.next(1);
  assert.equal(curriculum.metrics().kept, 2);
  assert.deepEqual(curriculum.next(2).map(({ task }) => task).toSorted(), [1, 3]);
  const idle = scored({ keep: 2, share: 1 }, 100, [never, [1, 1]]);
  assert.equal(idle.next(6).length, 6);
  assert.deepEqual([idle.metrics().kept, idle.metrics().replay_share], [0, 0]);
});

Deno.test("learnability() fills up with random roots where its set is smaller than its share", () => {
  const curriculum = scored({ keep: 4, share: 1 }, 100, [half, half]);
  const tasks = curriculum.next(10).map(({ task }) => task);
  assert.equal(new Set(tasks).size, 10);
  assert.ok(tasks.includes(0) && tasks.includes(1));
  assert.equal(curriculum.metrics().replay_share, 0.2);
});

Deno.test("learnability() chooses its set every so many batches, by the latest scores", () => {
  const curriculum = learnability({ keep: 1, share: 1, refreshEvery: 3 }).create(context({ size: null }));
  const sets: number[] = [];
  for (let batch = 0; batch < 9; batch++) {
    curriculum.next(1);
    sets.push(curriculum.metrics().kept ?? NaN);
    // Root 0 can be learned until batch 4; then nothing can.
    curriculum.observe([group(rootAt(0), batch < 4 ? half : never, batch)]);
  }
  assert.deepEqual(sets, [0, 0, 0, 1, 1, 1, 0, 0, 0]);
});

Deno.test("learnability() holds the scores of the roots that were scored last", () => {
  const curriculum = scored({ poolSize: 3, keep: 3 }, null, [half, half, half, seldom, never]);
  assert.deepEqual(curriculum.space().map(({ start }) => start.task).toSorted(), [2, 3, 4]);
  curriculum.observe([group(rootAt(2), half, 2), group(rootAt(9), half, 2)]);
  assert.deepEqual(
    curriculum.space().map(({ start, learnability, visits }) => [start.task, learnability, visits])
      .toSorted(),
    [[2, 0.25, 2], [4, 0, 1], [9, 0.25, 1]],
  );
});

Deno.test("learnability() scores root tasks alone", () => {
  const curriculum = scored({}, 3, [half]);
  curriculum.observe([group(successor(rootAt(0), "x", 1, 1), half, 2)]);
  assert.equal(curriculum.space().length, 1);
});

Deno.test("learnability() trains on a single task", () => {
  const curriculum = scored({ share: 1 }, 1, [half]);
  assert.deepEqual(curriculum.next(5).map(({ task }) => task), Array(5).fill(0));
});

Deno.test("learnability() tells about its scores", () => {
  const empty = learnability().create(context()).metrics();
  assert.deepEqual(empty, { space: 0, kept: 0, score_mean: 0, score_max: 0, replay_share: 0 });
  const curriculum = scored({ keep: 1, share: 1 }, 3, [half, seldom, never]);
  curriculum.next(1);
  assert.deepEqual(curriculum.metrics(), {
    space: 3,
    kept: 1,
    score_mean: 0.4375 / 3,
    score_max: 0.25,
    replay_share: 1,
  });
});

Deno.test("learnability() refuses outcomes that cannot be scored before it changes anything", () => {
  const curriculum = scored({}, 3, [half]);
  const before = curriculum.state();
  assert.throws(() => curriculum.observe([group(rootAt(0), never), group(rootAt(1), [0, NaN])]), RangeError);
  assert.deepEqual(curriculum.state(), before);
});

Deno.test("learnability() refuses a state that is broken, and stays as it was", () => {
  const curriculum = scored({}, 3, [half]);
  const before = curriculum.state();
  assert.ok(typeof before === "object" && before !== null && !Array.isArray(before));
  for (const change of [{ pool: {} }, { random: [1, 2, 3] }, { roots: -1 }, { set: [1] }, { more: 1 }]) {
    assert.throws(() => curriculum.restore({ ...before, ...change }), TypeError);
    assert.deepEqual(curriculum.state(), before);
  }
});

Deno.test("learnability() refuses options that are unknown or out of range", () => {
  const refused: [object, RegExp][] = [
    [{ poolSize: 0 }, /"poolSize"/],
    [{ poolSize: 10 }, /"keep" to be at most the pool size but found 64 in learnability\(\)/],
    [{ keep: 0 }, /"keep" to be a whole number of at least 1 but found 0/],
    [{ share: 1.5 }, /"share" to be a probability/],
    [{ refreshEvery: 0 }, /"refreshEvery"/],
    [{ kept: 4 }, /Did you mean "keep"/],
  ];
  for (const [options, message] of refused) {
    assert.throws(() => learnability().rebuild({ ...options }), message);
  }
});
