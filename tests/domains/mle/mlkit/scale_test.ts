import assert from "node:assert/strict";
import fc from "fast-check";
import { column, fromColumns, scaler } from "mlkit";

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 30 });

Deno.test('scaler("standard") gives mean 0 and deviation 1, or 0 to equal values', () => {
  fc.assert(fc.property(values, (values) => {
    const X = fromColumns([values]);
    const scaled = column(scaler().fit(X).transform(X), 0);
    const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
    const deviation = Math.sqrt(scaled.reduce((sum, value) => sum + value * value, 0) / scaled.length);
    if (values.every((value) => value === values[0])) assert.deepEqual([mean, deviation], [0, 0]);
    // what differs by less than the rounding of its mean cannot be centred better
    else if (Math.max(...values) - Math.min(...values) > 1e-3) {
      assert.ok(Math.abs(mean) < 1e-6 && Math.abs(deviation - 1) < 1e-6);
    }
  }));
});

Deno.test('scaler("minmax") gives numbers from 0 to 1, both included', () => {
  fc.assert(fc.property(values, (values) => {
    const X = fromColumns([values]);
    const scaled = [...scaler("minmax").fit(X).transform(X).values];
    assert.equal(Math.min(...scaled), 0);
    assert.ok(values.every((value) => value === values[0]) || Math.max(...scaled) === 1);
  }));
});

Deno.test("scaler() gives 0 to a column of equal numbers even where their mean is rounded", () => {
  const X = fromColumns([Array(10).fill(0.1)]);
  assert.deepEqual([...scaler().fit(X).transform(X).values], Array(10).fill(0));
});

Deno.test("scaler() passes NaN over and keeps it, in a column without numbers too", () => {
  const X = fromColumns([[NaN, 1, 3], [NaN, NaN, NaN]]);
  assert.deepEqual([...scaler().fit(X).transform(X).values], [NaN, NaN, -1, NaN, 1, NaN]);
});

Deno.test("scaler() refuses another way", () => {
  assert.throws(
    () => Reflect.apply(scaler, null, ["robust"]),
    /Expected "standard" or "minmax" but found "robust"/,
  );
});
