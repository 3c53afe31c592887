import assert from "node:assert/strict";
import fc from "fast-check";
import { divisors } from "../../../lib/objective/aggregate.ts";

const lengths = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 });

Deno.test("divisors() make a mean: equal terms add up to their value", () => {
  fc.assert(fc.property(lengths, fc.constantFrom("sequence" as const, "token" as const), (lengths, how) => {
    const by = divisors(lengths, how, 1);
    const sum = lengths.reduce((sum, length, at) => sum + length / (by[at] ?? NaN), 0);
    assert.ok(Math.abs(sum - 1) < 1e-12);
  }));
});

Deno.test("divisors() by a constant make a mean where every completion has the most tokens", () => {
  assert.deepEqual(divisors([6, 6, 6], "constant", 6), divisors([6, 6, 6], "sequence", 6));
  assert.deepEqual(divisors([6, 6, 6], "constant", 6), divisors([6, 6, 6], "token", 6));
});

Deno.test("divisors() of an empty batch are none", () => {
  for (const how of ["sequence", "token", "constant"] as const) assert.deepEqual(divisors([], how, 5), []);
});
