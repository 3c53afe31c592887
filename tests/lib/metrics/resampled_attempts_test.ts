/** What independent first attempts come to: pass@k and the majority vote. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { majorityAtK } from "../../../lib/metrics/majority_at_k.ts";
import { passAtK } from "../../../lib/metrics/pass_at_k.ts";

/** All ways to choose k of n places. */
function subsets(n: number, k: number): number[][] {
  if (k === 0) return [[]];
  if (n < k) return [];
  return [...subsets(n - 1, k), ...subsets(n - 1, k - 1).map((rest) => [...rest, n - 1])];
}

Deno.test("passAtK() is the share of subsets with a solved attempt", () => {
  for (let n = 1; n <= 7; n++) {
    for (let c = 0; c <= n; c++) {
      for (let k = 1; k <= n; k++) {
        const all = subsets(n, k);
        const share = all.filter((chosen) => chosen.some((place) => place < c)).length / all.length;
        assert.ok(Math.abs(passAtK(n, c, k) - share) < 1e-12, `${n} ${c} ${k}`);
      }
    }
  }
});

Deno.test("passAtK() holds for many attempts, and refuses a k that is not among them", () => {
  // 1 - C(1990, 100) / C(2000, 100) in exact fractions, by Python.
  assert.ok(Math.abs(passAtK(2000, 10, 100) - 0.40197398173680804) < 1e-12);
  assert.equal(passAtK(2000, 1, 2000), 1);
  assert.equal(passAtK(5, 0, 5), 0);
  for (const k of [0, 6, NaN]) assert.throws(() => passAtK(5, 1, k), RangeError);
});

Deno.test("majorityAtK() picks what was seen most, and of several the first", () => {
  assert.equal(majorityAtK(["b", "a", "a", "b"], 4), 0);
  assert.equal(majorityAtK(["b", "a", "a", "b"], 3), 1);
  assert.equal(majorityAtK(["a", "b", "c", "c", "b"], 5), 1);
  assert.throws(() => majorityAtK(["a"], 2), RangeError);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 }), (responses) => {
      for (let k = 1; k <= responses.length; k++) {
        const drawn = responses.slice(0, k);
        const votes = (place: number) => drawn.filter((response) => response === drawn[place]).length;
        const most = Math.max(...drawn.map((_, place) => votes(place)));
        assert.equal(majorityAtK(responses, k), drawn.findIndex((_, place) => votes(place) === most));
      }
    }),
  );
});
