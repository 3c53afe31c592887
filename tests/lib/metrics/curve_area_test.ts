import assert from "node:assert/strict";
import fc from "fast-check";
import { curveArea } from "../../../lib/metrics/curve_area.ts";

Deno.test("curveArea() is half the gain of a straight line, and the gain of one that rises at once", () => {
  assert.equal(curveArea([0, 0.25, 0.5, 0.75, 1]), 0.5);
  assert.equal(curveArea([1, 0]), -0.5);
  assert.equal(curveArea([0, 1, 1, 1, 1]), 0.875);
  assert.equal(curveArea([0.5]), 0);
  assert.equal(curveArea([]), 0);
});

Deno.test("curveArea() does not depend on where a curve begins", () => {
  const curve = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 20 });
  fc.assert(fc.property(curve, fc.double({ min: -1, max: 1, noNaN: true }), (values, shift) => {
    const moved = curveArea(values.map((value) => value + shift));
    assert.ok(Math.abs(moved - curveArea(values)) < 1e-9);
  }));
});
