import assert from "node:assert/strict";
import fc from "fast-check";
import type { WeighedRollout } from "exitlab/lib/operator/operator.ts";
import { changeBonus } from "exitlab/lib/operator/change_bonus.ts";
import { attempt, rollout, verdict } from "./fixtures.ts";

const wrong = attempt("wrong");
const rewards = (bonus: number, ...rollouts: WeighedRollout[]): readonly number[] =>
  changeBonus({ bonus }).rewards({ mode: "improve", rollouts });

Deno.test("changeBonus() pays for another wrong answer, and for nothing else", () => {
  assert.deepEqual(
    rewards(
      0.25,
      rollout("other", 0, wrong), // wrong and changed: 0 + 0.25 · 1
      rollout("wrong", 0, wrong), // repeated
      rollout("right", 1, wrong), // solved
      rollout("other", 0, attempt("right", 1)), // broke what was right
      rollout("other", 0), // a first attempt
    ),
    [0.25, 0, 1, 0, 0],
  );
});

Deno.test("changeBonus() pays a share of what was left to gain", () => {
  // 0.4 + 0.5 · (1 − 0.4) = 0.7
  assert.deepEqual(rewards(0.5, rollout("other", 0.4, wrong), rollout("wrong", 0.4, wrong)), [0.7, 0.4]);
});

Deno.test("changeBonus() takes a change in white space for none", () => {
  const before = attempt("1 2\n3");
  assert.deepEqual(
    rewards(0.5, ...[" 1 2\n3\n", "12 3", "1 2 4"].map((text) => rollout(text, 0, before))),
    [0, 0, 0.5],
  );
});

Deno.test("changeBonus() compares the response that stands in the attempt's place, not those of later turns", () => {
  const copied = { ...rollout("wrong", 0, wrong), responses: ["wrong", "something else"] };
  const changed = { ...rollout("other", 0, wrong), responses: ["other", "wrong"] };
  assert.deepEqual(rewards(0.5, copied, changed), [0, 0.5]);
});

Deno.test("changeBonus() pays nothing where the attempt was not shown", () => {
  const rollouts = [rollout("other", 0, wrong)];
  assert.deepEqual(changeBonus({ bonus: 0.5 }).rewards({ mode: "base", rollouts }), [0]);
  for (const mode of ["improve", "diverge", "custom-check"] as const) {
    assert.deepEqual(changeBonus({ bonus: 0.5 }).rewards({ mode, rollouts }), [0.5]);
  }
});

Deno.test("changeBonus() goes by solved, not by the reward", () => {
  const solvedForLittle = { ...rollout("other", 0, wrong), verdict: verdict(0.3, true), reward: 0.3 };
  assert.deepEqual(rewards(0.5, solvedForLittle), [0.3]);
});

Deno.test("changeBonus() keeps rewards in order and below 1, and never lowers one", () => {
  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(fc.property(unit, unit, unit, (bonus, low, high) => {
    const [less, more] = [Math.min(low, high), Math.max(low, high)];
    const [a = NaN, b = NaN] = rewards(bonus, rollout("a", less, wrong), rollout("b", more, wrong));
    assert(a >= less && b >= more && a <= b + 1e-12 && b <= 1);
  }));
});

Deno.test("changeBonus() has a bonus in [0, 1)", () => {
  assert.deepEqual(changeBonus().options, { bonus: 0.1 });
  assert.deepEqual(changeBonus().rebuild({ bonus: 0 }).options, { bonus: 0 });
  for (const bonus of [1, 2, -0.1, NaN]) {
    assert.throws(() => changeBonus({ bonus }), /"bonus" to be a number (in \[0, 1\)|of at least 0)/);
  }
  assert.throws(() => changeBonus().rebuild({ bonsu: 0.1 }), /Did you mean "bonus"/);
});

Deno.test("changeBonus() asks nothing of its own", () => {
  const operator = changeBonus();
  assert.deepEqual([operator.iterates, operator.needsAttempts], [false, true]);
});
