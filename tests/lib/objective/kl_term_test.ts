import assert from "node:assert/strict";
import fc from "fast-check";
import { k3, k3Slope } from "../../../lib/objective/kl_term.ts";

Deno.test("k3() is 0 at the reference and above 0 elsewhere", () => {
  assert.equal(k3(0), 0);
  assert.ok(Math.abs(k3(1) - (Math.E - 2)) < 1e-15);
  assert.ok(Math.abs(k3(-1) - 1 / Math.E) < 1e-15);
  fc.assert(fc.property(fc.double({ min: -20, max: 20, noNaN: true }), (d) => {
    assert.ok(k3(d) >= 0);
    if (Math.abs(d) > 1e-6) assert.ok(k3(d) > 0);
  }));
});

Deno.test("k3Slope() is the derivative by log π, and pulls towards the reference", () => {
  fc.assert(fc.property(fc.double({ min: -4, max: 4, noNaN: true }), (d) => {
    // A step of log π is a step of d the other way.
    const difference = (k3(d - 1e-5) - k3(d + 1e-5)) / 2e-5;
    assert.ok(Math.abs(k3Slope(d) - difference) < 1e-6);
    if (Math.abs(d) > 1e-9) assert.ok(k3Slope(d) * d < 0);
  }));
});

Deno.test("k3() of the tokens of a distribution has its divergence as mean", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 })), {
      minLength: 2,
      maxLength: 8,
    }),
    (pairs) => {
      const sums = pairs.reduce(([p, q], [a, b]) => [p + a, q + b] as const, [0, 0] as const);
      let estimate = 0;
      let divergence = 0;
      for (const [a, b] of pairs) {
        const [p, q] = [a / sums[0], b / sums[1]];
        estimate += p * k3(Math.log(q / p));
        divergence += p * Math.log(p / q);
      }
      assert.ok(Math.abs(estimate - divergence) < 1e-12);
    },
  ));
});
