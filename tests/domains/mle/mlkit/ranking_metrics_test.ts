import assert from "node:assert/strict";
import fc from "fast-check";
import { auc, averagePrecision, meanColumnAuc } from "mlkit";

/** Samples of both classes, with scores of which some are equal. */
const samples = fc.array(fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: -3, max: 3 })), { maxLength: 20 })
  .map((drawn): [number, number][] => [[0, 0], [1, 1], ...drawn]);

function of(metric: typeof auc, samples: readonly (readonly [number, number])[]): number {
  return metric(samples.map(([truth]) => truth), samples.map(([, score]) => score));
}

function close(found: number, expected: number): void {
  assert.ok(Math.abs(found - expected) < 1e-12, `${found}, not ${expected}`);
}

Deno.test("auc() and averagePrecision() depend on neither the order of the samples nor the scale of the scores", () => {
  fc.assert(fc.property(samples, fc.constantFrom(auc, averagePrecision), (samples, metric) => {
    close(of(metric, samples.toReversed()), of(metric, samples));
    close(of(metric, samples.map(([truth, score]) => [truth, Math.exp(score) * 5 - 1])), of(metric, samples));
  }));
});

Deno.test("auc() is the share of pairs in the right order, equal scores counting half", () => {
  fc.assert(fc.property(samples, (samples) => {
    const scores = (of: number) => samples.filter(([truth]) => truth === of).map(([, score]) => score);
    const pairs = scores(1).flatMap((one) =>
      scores(0).map((zero) => one > zero ? 1 : one === zero ? 0.5 : 0)
    );
    close(of(auc, samples), pairs.reduce<number>((sum, share) => sum + share, 0) / pairs.length);
    close(of(auc, samples.map(([truth, score]) => [truth, -score])), 1 - of(auc, samples));
  }));
});

Deno.test("averagePrecision() is 1 for the truth itself and the share of ones for equal scores", () => {
  assert.equal(averagePrecision([0, 1, 1, 0], [0, 1, 1, 0]), 1);
  assert.equal(averagePrecision([0, 1, 0, 0], [2, 2, 2, 2]), 0.25);
  assert.equal(averagePrecision([1, 1], [1, 2]), 1);
});

Deno.test("meanColumnAuc() is the mean of the columns", () => {
  assert.equal(meanColumnAuc([[0, 1], [1, 0], [1, 1]], [[1, 3], [2, 2], [3, 1]]), (1 + 0.5) / 2);
});

Deno.test("auc() and averagePrecision() refuse what they cannot rank", () => {
  for (const metric of [auc, averagePrecision]) {
    assert.throws(
      () => metric([0, 1], [1]),
      /Expected one prediction for each of the 2 true values but found 1/,
    );
    assert.throws(
      () => metric([0, 2], [1, 1]),
      /Expected a true value of 0 or 1 but found 2 \(\w+, index 1\)/,
    );
    assert.throws(() => metric([0, 1], [1, NaN]), /Expected a finite score but found NaN \(\w+, index 1\)/);
    assert.throws(() => metric([0, 0], [1, 2]), RangeError);
  }
  assert.throws(
    () => auc([1, 1], [1, 2]),
    /Expected both 0 and 1 among the true values but found only 1 \(auc\)/,
  );
  assert.throws(() => meanColumnAuc([[0, 1], [1, 1]], [[1, 1], [1, 1]]), /found only 1 \(auc\)/);
});
