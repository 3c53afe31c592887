import assert from "node:assert/strict";
import fc from "fast-check";
import { fromRows, mae, mcrmsle, r2, rmse, rmsle } from "mlkit";

const number = fc.double({ min: -0.9, max: 1000, noNaN: true });
const pairs = fc.array(fc.tuple(number, number), { minLength: 2, maxLength: 20 });
const plain = { rmse, rmsle, mae, r2 };

function close(found: number, expected: number): void {
  assert.ok(
    Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${found}, not ${expected}`,
  );
}

Deno.test("rmse(), rmsle(), mae() and r2() do not depend on the order of the samples", () => {
  fc.assert(fc.property(pairs, fc.constantFrom(rmse, rmsle, mae), (pairs, metric) => {
    const of = (pairs: [number, number][]) =>
      metric(pairs.map(([truth]) => truth), pairs.map(([, found]) => found));
    close(of(pairs.toReversed()), of(pairs));
  }));
  close(r2([3, 1, 2], [4, 1, 2]), r2([1, 2, 3], [1, 2, 4]));
});

Deno.test("rmse(), rmsle() and mae() are 0 and r2() is 1 for the truth itself", () => {
  fc.assert(fc.property(fc.array(number, { minLength: 2 }), (truth) => {
    assert.deepEqual([rmse, rmsle, mae, r2].map((metric) => metric(truth, truth)), [0, 0, 0, 1]);
  }));
});

Deno.test("mae() is at most rmse(), which squares large errors", () => {
  fc.assert(fc.property(pairs, (pairs) => {
    const [truth, found] = [pairs.map(([truth]) => truth), pairs.map(([, found]) => found)];
    assert.ok(mae(truth, found) <= rmse(truth, found) * (1 + 1e-12) + 1e-12);
  }));
});

Deno.test("r2() is 0 for the mean, negative for worse, and 0 or 1 where all true values are equal", () => {
  close(r2([1, 2, 3], [2, 2, 2]), 0);
  close(r2([1, 2, 3], [3, 2, 1]), -3);
  assert.deepEqual([r2([0.1, 0.1, 0.1], [0.1, 0.1, 0.1]), r2([0.1, 0.1, 0.1], [0.1, 0.2, 0.1])], [1, 0]);
});

Deno.test("mcrmsle() takes rows and matrices alike", () => {
  const [truth, found] = [[[1, 5], [2, 6]], [[1.5, 5], [2, 9]]];
  assert.equal(mcrmsle(truth, fromRows(found)), mcrmsle(fromRows(truth), found));
});

Deno.test("rmse(), rmsle(), mae() and r2() refuse other lengths, nothing, NaN and infinity, and say where", () => {
  for (const [name, metric] of Object.entries(plain)) {
    const refused = (truth: number[], found: number[], message: RegExp) =>
      assert.throws(() => metric(truth, found), { name: "RangeError", message }, name);
    refused([1, 2, 3], [1, 2], /^Expected one prediction for each of the 3 true values but found 2 \(\w+\)$/);
    refused([], [], /^Expected at least one true value but found none/);
    refused([1, 2], [1, NaN], /^Expected a finite prediction but found NaN \(\w+, index 1\)$/);
    refused([Infinity, 2], [1, 2], /^Expected a finite true value but found Infinity \(\w+, index 0\)$/);
    assert.throws(
      () => Reflect.apply(metric, null, [[1, 2], ["1", 2]]),
      /Expected a finite prediction but found "1"/,
    );
  }
  assert.throws(() => r2([1], [1]), /Expected at least two true values but found 1/);
  assert.throws(
    () => rmsle([1, 2], [1, -1]),
    /Expected a prediction above −1 but found -1 \(rmsle, index 1\)/,
  );
});

Deno.test("mcrmsle() refuses other shapes and ragged rows", () => {
  assert.throws(
    () => mcrmsle([[1, 2]], [[1]]),
    /Expected predictions of 1 rows and 2 columns but found 1 rows and 1/,
  );
  assert.throws(
    () => mcrmsle([[1, 2], [1]], [[1, 2], [1, 2]]),
    /Expected 2 numbers in each row but found 1 \(mcrmsle, row 1\)/,
  );
  assert.throws(() => mcrmsle([], []), /Expected at least one true value but found none/);
  assert.throws(
    () => mcrmsle([[1]], { rows: 1, columns: 1, values: [] }),
    /Expected 1 × 1 values but found 0/,
  );
});
