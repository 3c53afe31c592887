import assert from "node:assert/strict";
import fc from "fast-check";
import { responseReward } from "exitlab/lib/loop/reward.ts";
import type { SelfIterationReward } from "exitlab/lib/domain/domain.ts";

const verdict = (reward: number) => ({ quality: reward, solved: reward === 1, reward });
const domain = (selfIterationReward: SelfIterationReward) => ({ kind: "d", selfIterationReward });

Deno.test("responseReward() is the absolute reward when there was no attempt before", () => {
  assert.equal(responseReward(domain("improvement"), "base", null, verdict(0.3)), 0.3);
});

Deno.test("responseReward() rewards keeping a right answer when the rule is absolute", () => {
  assert.equal(responseReward(domain("absolute"), "improve", verdict(1), verdict(1)), 1);
  assert.equal(responseReward(domain("absolute"), "improve", verdict(1), verdict(0)), 0);
});

Deno.test("responseReward() is 0 when nothing was left to gain", () => {
  assert.equal(responseReward(domain("improvement"), "improve", verdict(1), verdict(1)), 0);
  assert.equal(responseReward(domain("improvement"), "improve", verdict(1 - 1e-10), verdict(1)), 0);
});

Deno.test("responseReward() stays in [0, 1] for any verdicts", () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(unit, unit, (before, after) => {
    const reward = responseReward(domain("improvement"), "improve", verdict(before), verdict(after));
    assert(reward >= 0 && reward <= 1);
    assert.equal(responseReward(domain("improvement"), "diverge", verdict(before), verdict(after)), after);
  }));
});

Deno.test("responseReward() refuses a rule of the user's that gives no number", () => {
  const rule = domain(() => NaN);
  assert.throws(() => responseReward(rule, "improve", verdict(0), verdict(1)), /reward rule of domain "d"/);
});
