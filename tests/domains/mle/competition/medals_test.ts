import assert from "node:assert/strict";
import fc from "fast-check";
import { medalFor, medalsFrom } from "../../../../domains/mle/competition/medals.ts";

/** Places as scores: the best is 1, and lower is better. */
function placesOf(count: number): number[] {
  const scores = Array.from({ length: count }, (_, place) => count - place);
  return Object.values(medalsFrom(scores, false));
}

Deno.test("medalsFrom() draws the lines of MLE-bench by the number of scores", () => {
  assert.deepEqual(placesOf(1), [1, 1, 1]);
  assert.deepEqual(placesOf(20), [2, 4, 8]);
  assert.deepEqual(placesOf(99), [9, 19, 39]);
  assert.deepEqual(placesOf(100), [10, 20, 40]);
  assert.deepEqual(placesOf(249), [10, 49, 99]);
  assert.deepEqual(placesOf(250), [10, 50, 100]);
  assert.deepEqual(placesOf(999), [11, 50, 100]);
  assert.deepEqual(placesOf(1000), [12, 50, 100]);
  assert.deepEqual(placesOf(4000), [18, 200, 400]);
});

Deno.test("medalFor() gives the best medal that a score reaches, in either direction", () => {
  const high = { gold: 0.9, silver: 0.8, bronze: 0.7 };
  assert.equal(medalFor(0.95, high, true), "gold");
  assert.equal(medalFor(0.9, high, true), "gold");
  assert.equal(medalFor(0.85, high, true), "silver");
  assert.equal(medalFor(0.7, high, true), "bronze");
  assert.equal(medalFor(0.69, high, true), null);
  const low = { gold: 1, silver: 2, bronze: 3 };
  assert.equal(medalFor(0.5, low, false), "gold");
  assert.equal(medalFor(3, low, false), "bronze");
  assert.equal(medalFor(3.1, low, false), null);
});

Deno.test("medalsFrom() never asks more for a lesser medal, and the best score wins gold", () => {
  const scores = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 300 });
  fc.assert(fc.property(scores, fc.boolean(), (given, higherIsBetter) => {
    const { gold, silver, bronze } = medalsFrom(given, higherIsBetter);
    const best = higherIsBetter ? Math.max(...given) : Math.min(...given);
    assert.ok(higherIsBetter ? gold >= silver && silver >= bronze : gold <= silver && silver <= bronze);
    assert.equal(medalFor(best, { gold, silver, bronze }, higherIsBetter), "gold");
  }));
});
