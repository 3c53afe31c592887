import assert from "node:assert/strict";
import { checkCurriculum } from "../../../lib/curriculum/conformance.ts";
import { fixedDepth, type FixedDepthInput } from "../../../lib/curriculum/fixed_depth.ts";
import { RootSampler } from "../../../lib/curriculum/root_sampler.ts";
import { uniform } from "../../../lib/curriculum/uniform.ts";
import { Random } from "../../../lib/random.ts";
import { context, group, rootAt } from "./fixtures.ts";

Deno.test("RootSampler gives no root twice in a batch while there are enough", () => {
  const sampler = new RootSampler({ size: 10, at: rootAt }, new Random(1));
  for (let batch = 0; batch < 50; batch++) {
    assert.equal(new Set(sampler.draw(10).map(({ task }) => task)).size, 10);
  }
  const counts = new Map<number, number>();
  for (const { task } of sampler.draw(25)) counts.set(task, (counts.get(task) ?? 0) + 1);
  assert.equal(counts.size, 10);
  assert.deepEqual([...new Set(counts.values())].toSorted(), [2, 3]);
});

Deno.test("RootSampler passes over roots that are in the batch already, while there are others", () => {
  const sampler = new RootSampler({ size: 5, at: rootAt }, new Random(1));
  for (let batch = 0; batch < 50; batch++) {
    assert.deepEqual(sampler.draw(3, [1, 4]).map(({ task }) => task).toSorted(), [0, 2, 3]);
  }
  assert.equal(new Set(sampler.draw(5, [0, 1, 2, 3, 4]).map(({ task }) => task)).size, 5);
  const endless = new RootSampler({ size: null, at: rootAt }, new Random(1));
  assert.deepEqual(endless.draw(2, [7]).map(({ task }) => task), [0, 1]);
});

Deno.test("RootSampler draws every root equally often", () => {
  const sampler = new RootSampler({ size: 5, at: rootAt }, new Random(2));
  const counts: number[] = Array(5).fill(0);
  for (let batch = 0; batch < 5000; batch++) {
    for (const { task } of sampler.draw(2)) counts[task] = (counts[task] ?? 0) + 1;
  }
  for (const count of counts) assert.ok(Math.abs(count - 2000) < 200, `${counts}`);
});

Deno.test("RootSampler never repeats a root of an endless source, resumed or not", () => {
  const sampler = new RootSampler({ size: null, at: rootAt }, new Random(1));
  assert.deepEqual(sampler.draw(3).map(({ task }) => task), [0, 1, 2]);
  const resumed = new RootSampler({ size: null, at: rootAt }, new Random(9));
  resumed.restore(sampler.state());
  assert.deepEqual(resumed.draw(2).map(({ task }) => task), [3, 4]);
});

Deno.test("RootSampler refuses a source without tasks, and states that are not its own", () => {
  assert.throws(() => new RootSampler({ size: 0, at: rootAt }, new Random(1)), /without training tasks/);
  const sampler = new RootSampler({ size: null, at: rootAt }, new Random(1));
  for (const wrong of [null, -1, 0.5, "1"]) assert.throws(() => sampler.restore(wrong), TypeError);
});

Deno.test("uniform() and fixedDepth() conform to the curriculum contract", async () => {
  for (const part of [uniform(), fixedDepth(), fixedDepth({ depth: 30, reward: "shaped" })]) {
    assert.deepEqual(await checkCurriculum(part, { iterations: 8 }), [], JSON.stringify(part.options));
  }
});

Deno.test("uniform() starts from roots alone and learns nothing", () => {
  const part = uniform();
  const curriculum = part.create(context());
  const starts = curriculum.next(8);
  assert.equal(starts.length, 8);
  assert.deepEqual(starts.map((start) => start), starts.map(({ task }) => rootAt(task)));
  curriculum.observe(starts.map((start) => group(start, [0, 1])));
  assert.deepEqual(curriculum.space(), []);
  assert.deepEqual(curriculum.metrics(), {});
  assert.deepEqual([part.histories, part.longestChain], [false, 1]);
  assert.throws(() => part.rebuild({ depth: 4 }), /Unknown option "depth"/);
});

Deno.test("fixedDepth() counts 1 + K completions a start", () => {
  const part = fixedDepth({ depth: 4 });
  assert.deepEqual([part.histories, part.longestChain], [false, 5]);
  const curriculum = part.create(context());
  for (const [count, starts] of [[32, 6], [10, 2], [5, 1], [1, 1]] as const) {
    const drawn = curriculum.next(count);
    assert.deepEqual(drawn.map(({ chain }) => chain), Array(starts).fill(4));
  }
});

Deno.test("fixedDepth() rewards each step by its own result, by the last, or by its progress too", () => {
  const rewards = [0.5, 0.25, 1, 1];
  const rewarded = (options: FixedDepthInput): readonly number[] | undefined =>
    fixedDepth(options).chainRewards?.(Object.freeze([...rewards]));
  assert.equal(rewarded({}), undefined); // By the domain's rule.
  assert.deepEqual(rewarded({ reward: "final" }), [1, 1, 1, 1]);
  assert.deepEqual(rewarded({ reward: "shaped" }), [0.5, 0, 1.75, 1]);
  assert.deepEqual(rewarded({ reward: "shaped", bonus: 10 }), [0.5, -2.25, 8.5, 1]);
  assert.deepEqual(rewarded({ reward: "shaped", bonus: 0 }), rewards);
  for (const reward of ["final", "shaped"] as const) {
    assert.deepEqual(fixedDepth({ reward }).chainRewards?.([0.5]), [0.5]);
  }
});

Deno.test("fixedDepth() takes a bonus for shaped rewards alone", () => {
  assert.deepEqual(fixedDepth().options, { depth: 4, reward: "per-step", bonus: null });
  assert.equal(fixedDepth({ reward: "shaped" }).options.bonus, 1);
  for (const reward of ["per-step", "final"]) {
    assert.throws(
      () => fixedDepth().rebuild({ reward, bonus: 2 }),
      /"bonus" to be left out unless reward is "shaped" but found 2 in fixedDepth\(\)/,
    );
  }
  assert.throws(() => fixedDepth().rebuild({ bonus: 1 }), /"bonus" to be left out/);
  assert.throws(() => fixedDepth({ reward: "shaped", bonus: -1 }), /"bonus" to be a number of at least 0/);
  assert.throws(() => fixedDepth().rebuild({ reward: "last" }), /"reward"/);
});

Deno.test("fixedDepth() refuses depths that are not whole or below 1", () => {
  for (const depth of [0, 1.5, NaN]) {
    assert.throws(() => fixedDepth({ depth }), /"depth" to be a whole number/);
  }
  assert.equal(fixedDepth().options.depth, 4);
});
