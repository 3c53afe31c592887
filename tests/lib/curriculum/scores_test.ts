import assert from "node:assert/strict";
import fc from "fast-check";
import { type KeepRule, keptRollouts } from "../../../lib/curriculum/keep_rule.ts";
import { groupDeviation } from "../../../lib/curriculum/group_deviation.ts";
import { groupVariance } from "../../../lib/curriculum/group_variance.ts";
import { ExponentialDraw } from "../../../lib/curriculum/exponential_draw.ts";
import { Softmax } from "../../../lib/curriculum/softmax.ts";
import { TaskSpace } from "../../../lib/curriculum/task_space.ts";
import { tuneKappa } from "../../../lib/curriculum/tune_kappa.ts";
import { Random } from "../../../lib/random.ts";
import { group, rootAt } from "./fixtures.ts";

const rollouts = (rewards: readonly number[]) => group(rootAt(0), rewards).rollouts;

Deno.test("groupVariance() is p (1 − p) for binary rewards", () => {
  for (let solved = 0; solved <= 8; solved++) {
    const rewards = Array.from({ length: 8 }, (_, index) => index < solved ? 1 : 0);
    assert.ok(Math.abs(groupVariance(rollouts(rewards), "reward") - solved / 8 * (1 - solved / 8)) < 1e-15);
  }
});

Deno.test("groupVariance() is a population variance in [0, 0.25], exactly 0 for equal values", () => {
  assert.ok(Math.abs(groupVariance(rollouts([0.2, 0.4, 0.6, 0.8]), "reward") - 0.05) < 1e-15);
  assert.equal(groupVariance(rollouts(Array(7).fill(0.1)), "quality"), 0);
  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(values, (rewards) => {
    const score = groupVariance(rollouts(rewards), "reward");
    assert.ok(score >= 0 && score <= 0.25 + 1e-15);
  }));
});

Deno.test("groupVariance() of a sample is G / (G − 1) times that of a population", () => {
  const group = rollouts([0.2, 0.4, 0.6, 0.8]);
  assert.ok(Math.abs(groupVariance(group, "reward", "sample") - 0.2 / 3) < 1e-15);
  assert.equal(groupVariance(rollouts([0, 1]), "reward", "sample"), 0.5);
  assert.equal(groupVariance(rollouts([0.3]), "reward", "sample"), 0);
  assert.equal(groupVariance(rollouts([0.3]), "reward"), 0);
});

Deno.test("groupDeviation() is the mean distance from the mean: 2 p (1 − p) for binary rewards", () => {
  for (let solved = 0; solved <= 8; solved++) {
    const rewards = Array.from({ length: 8 }, (_, index) => index < solved ? 1 : 0);
    assert.ok(Math.abs(groupDeviation(rollouts(rewards)) - 2 * solved / 8 * (1 - solved / 8)) < 1e-15);
  }
  assert.ok(Math.abs(groupDeviation(rollouts([0.2, 0.4, 0.6, 0.8])) - 0.2) < 1e-15);
  assert.equal(groupDeviation(rollouts(Array(7).fill(0.1))), 0);
  assert.throws(() => groupDeviation([]), /without rollouts/);
  assert.throws(() => groupDeviation(rollouts([0, 1.1])), RangeError);
});

Deno.test("groupVariance() refuses an empty group and figures out of range", () => {
  assert.throws(() => groupVariance([], "reward"), /without rollouts/);
  for (const wrong of [NaN, -0.1, 1.1]) {
    assert.throws(() => groupVariance(rollouts([0, wrong]), "reward"), RangeError);
  }
});

Deno.test("keptRollouts() keeps what its rule says", () => {
  const all = rollouts([0.5, 0, 1, 1, 0]);
  const kept = (rule: KeepRule): readonly unknown[] => keptRollouts(all, rule, "reward", new Random(1));
  assert.deepEqual(kept("all"), all);
  assert.deepEqual(kept("best"), [all[2]]);
  assert.deepEqual(kept("worst"), [all[1]]);
  assert.equal(kept("one-random").length, 1);
});

Deno.test("keptRollouts() picks each rollout equally often, and draws only if there is a choice", () => {
  const all = rollouts([0, 0, 1, 1]);
  const random = new Random(1);
  const counts = new Map<unknown, number>();
  for (let draw = 0; draw < 4000; draw++) {
    const [kept] = keptRollouts(all, "one-random", "reward", random);
    counts.set(kept, (counts.get(kept) ?? 0) + 1);
  }
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 150);
  const before = random.state();
  for (const rule of ["all", "best", "worst"] as const) keptRollouts(all, rule, "reward", random);
  assert.deepEqual(keptRollouts([], "one-random", "reward", random), []);
  assert.deepEqual(random.state(), before);
});

Deno.test("tuneKappa() reaches the effective size that was asked for", () => {
  const random = new Random(1);
  const softmax = new Softmax(0);
  const space = new TaskSpace({ capacity: 500, byScore: new ExponentialDraw(softmax) });
  for (let index = 0; index < 500; index++) space.offer(rootAt(index), random.next() ** 2 / 4);
  for (const share of [0.05, 0.2, 0.5, 0.9]) {
    tuneKappa(softmax, space, share);
    assert.ok(Math.abs(space.effectiveSize() / 500 - share) < 0.001);
  }
  tuneKappa(softmax, space, 1);
  assert.ok(softmax.kappa < 0.01);
});

Deno.test("tuneKappa() stops at its bound where too many starts share the largest score", () => {
  const softmax = new Softmax(0);
  const space = new TaskSpace({ capacity: 10, byScore: new ExponentialDraw(softmax) });
  for (let index = 0; index < 10; index++) space.offer(rootAt(index), 0.25);
  tuneKappa(softmax, space, 0.5);
  assert.ok(softmax.kappa > 63.9);
  assert.equal(Math.round(space.effectiveSize()), 10);
});
