import assert from "node:assert/strict";
import fc from "fast-check";
import { holm } from "../../../lib/metrics/holm.ts";

const probability = fc.double({ min: 0, max: 1, noNaN: true });

Deno.test("holm() gives the textbook's adjusted p-values", () => {
  // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")
  for (const [at, value] of holm([0.01, 0.04, 0.03, 0.005]).entries()) {
    assert.ok(Math.abs(value - ([0.03, 0.06, 0.06, 0.02][at] ?? NaN)) < 1e-12);
  }
  assert.deepEqual(holm([]), []);
  assert.deepEqual(holm([0.2]), [0.2]);
  assert.deepEqual(holm([1, 1]), [1, 1]);
});

Deno.test("holm() never lowers a p-value, keeps their order, and stays below Bonferroni's", () => {
  fc.assert(fc.property(fc.array(probability, { minLength: 1, maxLength: 12 }), (pValues) => {
    const adjusted = holm(pValues);
    for (const [at, p] of pValues.entries()) {
      const value = adjusted[at] ?? NaN;
      assert.ok(value >= p && value <= Math.min(1, p * pValues.length) + 1e-12);
      for (const [other, q] of pValues.entries()) {
        if (p < q) assert.ok(value <= (adjusted[other] ?? NaN));
        if (p === q) assert.equal(value, adjusted[other]);
      }
    }
  }));
});
