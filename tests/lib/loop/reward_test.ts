import assert from "node:assert/strict";
import fc from "fast-check";
import { responseReward } from "exitlab/lib/loop/reward.ts";
import type { Mode, RewardRule, SelfIterationReward } from "exitlab/lib/domain/domain.ts";
import { UserError } from "exitlab/lib/errors.ts";
import { verdict } from "../operator/fixtures.ts";

const domain = (selfIterationReward: SelfIterationReward) => ({ kind: "d", selfIterationReward });

/** The reward of a step from one verdict's reward to another's. */
function reward(rule: SelfIterationReward, mode: Mode, before: number, after: number): number {
  return responseReward(domain(rule), mode, verdict(before), verdict(after));
}

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const iterating = fc.constantFrom<Mode>("improve", "debug", "diverge", "custom-check");
const rules: readonly RewardRule[] = ["absolute", "improvement", "improvement-or-keep"];

Deno.test("responseReward() is the absolute reward when there was no attempt before, or it was not shown", () => {
  for (const rule of [...rules, () => 7]) {
    assert.equal(responseReward(domain(rule), "base", null, verdict(0.3)), 0.3);
    assert.equal(responseReward(domain(rule), "improve", null, verdict(0.3)), 0.3);
    assert.equal(reward(rule, "base", 0.5, 0.3), 0.3);
  }
});

Deno.test("responseReward() rewards keeping a right answer when the rule is absolute", () => {
  assert.equal(reward("absolute", "improve", 1, 1), 1);
  assert.equal(reward("absolute", "improve", 1, 0), 0);
});

Deno.test("responseReward() is what was gained of what was left to gain when the rule is improvement", () => {
  // (0.6 − 0.2) / (1 − 0.2) = 0.5; nothing for a loss.
  assert(Math.abs(reward("improvement", "improve", 0.2, 0.6) - 0.5) < 1e-12);
  assert.equal(reward("improvement", "improve", 0.2, 1), 1);
  assert.equal(reward("improvement", "improve", 0.6, 0.2), 0);
  assert.equal(reward("improvement", "improve", 0.6, 0.6), 0);
});

Deno.test("responseReward() is 0 when nothing was left to gain", () => {
  assert.equal(reward("improvement", "improve", 1, 1), 0);
  assert.equal(reward("improvement", "improve", 1, 0), 0);
  assert.equal(reward("improvement", "improve", 1 - 1e-10, 1), 0);
});

Deno.test("responseReward() of improvement-or-keep is absolute from a solved attempt, else the improvement", () => {
  assert.equal(reward("improvement-or-keep", "improve", 1, 1), 1);
  assert.equal(reward("improvement-or-keep", "improve", 1, 0.25), 0.25);
  assert(Math.abs(reward("improvement-or-keep", "improve", 0.2, 0.6) - 0.5) < 1e-12);
  // Solved is what the domain says, at whatever reward; and a full reward that is not solved leaves nothing to gain.
  const rule = domain("improvement-or-keep");
  assert.equal(responseReward(rule, "improve", verdict(0.5, true), verdict(0.75)), 0.75);
  assert.equal(responseReward(rule, "improve", verdict(1, false), verdict(1)), 0);
});

Deno.test("responseReward() of a divergence is absolute, unless there is a rule for that mode alone", () => {
  for (const rule of rules) assert.equal(reward(rule, "diverge", 0.5, 0.25), 0.25);
  assert.equal(reward({ diverge: "improvement" }, "diverge", 0.5, 0.75), 0.5);
  assert.equal(reward({ diverge: "improvement-or-keep" }, "diverge", 1, 0.25), 0.25);
});

Deno.test("responseReward() takes one rule a mode, absolute where a mode has none", () => {
  const rule = { improve: "improvement", "custom-check": "improvement-or-keep" } as const;
  assert.equal(reward(rule, "improve", 0.5, 0.75), 0.5);
  assert.equal(reward(rule, "diverge", 0.5, 0.75), 0.75);
  assert.equal(reward(rule, "custom-check", 0.5, 0.75), 0.5);
  assert.equal(reward(rule, "custom-other", 0.5, 0.75), 0.75);
  assert.equal(reward({}, "improve", 0.5, 0.75), 0.75);
});

Deno.test("responseReward() of graded programs: what was left to gain for improve, the plain score for diverge", () => {
  const rule = { improve: "improvement", diverge: "absolute" } as const;
  assert.equal(reward(rule, "improve", 0.5, 0.75), 0.5);
  assert.equal(reward(rule, "improve", 0.75, 0.5), 0);
  assert.equal(reward(rule, "diverge", 0.5, 0.75), 0.75);
  assert.equal(reward(rule, "diverge", 0.75, 0.5), 0.5);
  assert.equal(reward(rule, "debug", 0, 0.75), 0.75);
});

Deno.test("responseReward() of mending what failed is the plain score by every rule", () => {
  fc.assert(fc.property(unit, fc.constantFrom<RewardRule | undefined>(undefined, ...rules), (after, own) => {
    const failed = { ...verdict(0), failed: true };
    const usual: readonly SelfIterationReward[] = [...rules, {}, { debug: "improvement" }, {
      improve: "improvement",
    }];
    for (const rule of usual) {
      assert.equal(responseReward(domain(rule), "debug", failed, verdict(after, false), own), after);
    }
  }));
});

Deno.test("responseReward() takes a domain's one rule for the modes of a user's own operators too", () => {
  assert.equal(reward("improvement", "custom-check", 0.5, 0.75), 0.5);
});

Deno.test("responseReward() takes an operator's rule in place of the domain's, a divergence's too", () => {
  for (const own of ["absolute", { improve: "absolute", diverge: "absolute" }, () => 7] as const) {
    for (const mode of ["improve", "diverge", "custom-check"] as const) {
      const by = (rule: RewardRule, before: number): number =>
        responseReward(domain(own), mode, verdict(before), verdict(0.75), rule);
      assert.equal(by("improvement", 0.5), 0.5);
      assert.equal(by("absolute", 0.5), 0.75);
      assert.equal(by("improvement-or-keep", 1), 0.75);
    }
  }
  assert.equal(responseReward(domain("absolute"), "base", verdict(0.5), verdict(0.75), "improvement"), 0.75);
});

Deno.test("responseReward() asks a function of the domain's own, with both verdicts and the mode", () => {
  const seen: unknown[] = [];
  const rule: SelfIterationReward = (...asked) => {
    seen.push(asked);
    return -2;
  };
  assert.equal(reward(rule, "diverge", 0.5, 0.75), -2);
  assert.deepEqual(seen, [[verdict(0.5), verdict(0.75), "diverge"]]);
});

Deno.test("responseReward() stays in [0, 1] for any verdicts, and never grows as the response gets worse", () => {
  fc.assert(
    fc.property(unit, unit, unit, iterating, fc.constantFrom(...rules), (before, a, b, mode, rule) => {
      const [worse, better] = [
        reward(rule, mode, before, Math.min(a, b)),
        reward(rule, mode, before, Math.max(a, b)),
      ];
      assert(worse >= 0 && worse <= better && better <= 1);
    }),
  );
});

Deno.test("responseReward() gives every way from a binary verdict what the paper does", () => {
  const table = [[0, 0], [0, 1], [1, 0], [1, 1]] as const;
  const of = (rule: RewardRule): number[] =>
    table.map(([before, after]) => reward(rule, "improve", before, after));
  assert.deepEqual(of("absolute"), [0, 1, 0, 1]);
  // Breaking a right answer costs nothing, and keeping it earns nothing.
  assert.deepEqual(of("improvement"), [0, 1, 0, 0]);
  assert.deepEqual(of("improvement-or-keep"), [0, 1, 0, 1]);
});

Deno.test("responseReward() refuses a rule of the user's that gives no number", () => {
  for (const strange of [NaN, Infinity]) {
    assert.throws(() => reward(() => strange, "improve", 0, 1), (error) => {
      assert(error instanceof UserError);
      assert.match(error.message, /reward rule of domain "d" to give a number but found/);
      return true;
    });
  }
});
