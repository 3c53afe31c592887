import assert from "node:assert/strict";
import fc from "fast-check";
import { groupAdvantages } from "../../../lib/objective/advantages.ts";

const close = (actual: readonly number[], expected: readonly number[], tolerance = 1e-9): void => {
  assert.equal(actual.length, expected.length);
  for (const [index, value] of expected.entries()) {
    assert.ok(Math.abs((actual[index] ?? NaN) - value) <= tolerance, `[${actual}] is not [${expected}]`);
  }
};

Deno.test("groupAdvantages() gives hand-computed values", () => {
  // Mean 0.25, sample variance (0.75² + 3 · 0.25²) / 3 = 0.25, sd 0.5.
  close(groupAdvantages([1, 0, 0, 0], "std"), [0.75, -0.25, -0.25, -0.25].map((d) => d / 0.5001));
  close(groupAdvantages([1, 0, 0, 0], "none"), [0.75, -0.25, -0.25, -0.25]);
  // Mean 0.5, deviations ±0.1 and ±0.3, sample variance 0.2 / 3.
  close(
    groupAdvantages([0.2, 0.4, 0.6, 0.8], "std"),
    [-0.3, -0.1, 0.1, 0.3].map((d) => d / 0.2582988897),
    1e-8,
  );
});

Deno.test("groupAdvantages() is exactly zero for equal rewards, whatever their rounding", () => {
  for (const normalize of ["std", "none"] as const) {
    assert.deepEqual(groupAdvantages(Array(7).fill(0.1), normalize), Array(7).fill(0));
    assert.deepEqual(groupAdvantages([0.3], normalize), [0]);
    assert.deepEqual(groupAdvantages([], normalize), []);
  }
});

Deno.test("groupAdvantages() refuses rewards that are not finite", () => {
  for (const wrong of [NaN, Infinity, -Infinity]) {
    assert.throws(() => groupAdvantages([0, wrong], "std"), /rewards must be finite/);
    assert.throws(() => groupAdvantages([wrong, wrong], "none"), /rewards must be finite/);
  }
});

const rewards = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 16 })
  .filter((values) => Math.max(...values) - Math.min(...values) > 0.01);

Deno.test("groupAdvantages() sums to zero, keeps the order and ignores a shift", () => {
  fc.assert(fc.property(rewards, fc.double({ min: -5, max: 5, noNaN: true }), (values, shift) => {
    for (const normalize of ["std", "none"] as const) {
      const advantages = groupAdvantages(values, normalize);
      close([advantages.reduce((sum, a) => sum + a, 0)], [0], 1e-9);
      close(groupAdvantages(values.map((value) => value + shift), normalize), advantages, 1e-7);
      for (const [i, a] of values.entries()) {
        for (const [j, b] of values.entries()) {
          if (a > b + 1e-12) assert.ok((advantages[i] ?? 0) > (advantages[j] ?? 0));
        }
      }
    }
  }));
});

Deno.test("groupAdvantages() with std has unit sample deviation and all but ignores a scale", () => {
  fc.assert(fc.property(rewards, fc.double({ min: 1, max: 100, noNaN: true }), (values, scale) => {
    const advantages = groupAdvantages(values, "std");
    const scaled = groupAdvantages(values.map((value) => value * scale), "std");
    const variance = advantages.reduce((sum, a) => sum + a * a, 0) / (values.length - 1);
    assert.ok(variance <= 1 && variance > 0.9);
    close(scaled, advantages, 0.2);
  }));
});

Deno.test("groupAdvantages() follows a permutation of the rewards", () => {
  fc.assert(fc.property(rewards, (values) => {
    close(groupAdvantages(values.toReversed(), "std"), groupAdvantages(values, "std").toReversed(), 1e-9);
  }));
});
