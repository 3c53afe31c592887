import assert from "node:assert/strict";
import fc from "fast-check";
import { type KeepRule, keptRollouts } from "../../../lib/curriculum/keep_rule.ts";
import { learnability } from "../../../lib/curriculum/learnability.ts";
import { TaskSpace } from "../../../lib/curriculum/task_space.ts";
import { tunedKappa } from "../../../lib/curriculum/tuned_kappa.ts";
import { Random } from "../../../lib/random.ts";
import { group, rootAt } from "./fixtures.ts";

const rollouts = (rewards: readonly number[]) => group(rootAt(0), rewards).rollouts;

Deno.test("learnability() is p (1 − p) for binary rewards", () => {
  for (let solved = 0; solved <= 8; solved++) {
    const rewards = Array.from({ length: 8 }, (_, index) => index < solved ? 1 : 0);
    assert.ok(Math.abs(learnability(rollouts(rewards), "reward") - solved / 8 * (1 - solved / 8)) < 1e-15);
  }
});

Deno.test("learnability() is a population variance in [0, 0.25], exactly 0 for equal values", () => {
  assert.ok(Math.abs(learnability(rollouts([0.2, 0.4, 0.6, 0.8]), "reward") - 0.05) < 1e-15);
  assert.equal(learnability(rollouts(Array(7).fill(0.1)), "quality"), 0);
  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(values, (rewards) => {
    const score = learnability(rollouts(rewards), "reward");
    assert.ok(score >= 0 && score <= 0.25 + 1e-15);
  }));
});

Deno.test("learnability() refuses an empty group and figures out of range", () => {
  assert.throws(() => learnability([], "reward"), /without rollouts/);
  for (const wrong of [NaN, -0.1, 1.1]) {
    assert.throws(() => learnability(rollouts([0, wrong]), "reward"), RangeError);
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

Deno.test("tunedKappa() reaches the effective size that was asked for", () => {
  const random = new Random(1);
  const space = new TaskSpace(500);
  for (let index = 0; index < 500; index++) space.offer(rootAt(index), random.next() ** 2 / 4);
  for (const share of [0.05, 0.2, 0.5, 0.9]) {
    assert.ok(Math.abs(space.effectiveSize(tunedKappa(space, share)) / 500 - share) < 0.001);
  }
  assert.ok(tunedKappa(space, 1) < 0.01);
});

Deno.test("tunedKappa() stops at its bound where too many starts share the largest score", () => {
  const space = new TaskSpace(10);
  for (let index = 0; index < 10; index++) space.offer(rootAt(index), 0.25);
  assert.ok(tunedKappa(space, 0.5) > 63.9);
  assert.equal(Math.round(space.effectiveSize(tunedKappa(space, 0.5))), 10);
});
