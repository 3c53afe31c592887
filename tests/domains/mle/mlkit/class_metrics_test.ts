import assert from "node:assert/strict";
import fc from "fast-check";
import { accuracy, fromRows, logLoss, macroF1 } from "mlkit";

const label = fc.constantFrom("a", "b", "c");
const pairs = fc.array(fc.tuple(label, label), { minLength: 1, maxLength: 20 });

function close(found: number, expected: number): void {
  assert.ok(Math.abs(found - expected) < 1e-9, `${found}, not ${expected}`);
}

Deno.test("accuracy() and macroF1() do not depend on the order of the samples or the names of the classes", () => {
  fc.assert(fc.property(pairs, fc.constantFrom(accuracy, macroF1), (pairs, metric) => {
    const of = (pairs: [string, string][]) =>
      metric(pairs.map(([truth]) => truth), pairs.map(([, found]) => found));
    close(of(pairs.toReversed()), of(pairs));
    close(of(pairs.map(([truth, found]) => [`${truth}!`, `${found}!`])), of(pairs));
    close(of(pairs.map(([truth]) => [truth, truth])), 1);
  }));
});

Deno.test("macroF1() gives 0 to a class that is only predicted or only true", () => {
  assert.equal(macroF1(["a", "a"], ["a", "b"]), (2 / 3 + 0) / 2);
  assert.equal(macroF1(["a", "b"], ["a", "a"]), (2 / 3 + 0) / 2);
});

Deno.test("accuracy() tells numbers from texts", () => {
  assert.equal(accuracy([1, 2], Int32Array.of(1, 3)), 0.5);
  assert.equal(accuracy([1], ["1"]), 0);
});

Deno.test("logLoss() is the same for a probability, a row of two and a matrix", () => {
  const samples = fc.array(fc.tuple(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })), {
    minLength: 1,
  });
  fc.assert(fc.property(samples, (samples) => {
    const truth = samples.map(([truth]) => truth);
    const rows = samples.map(([, one]) => [1 - one, one]);
    const loss = logLoss(truth, samples.map(([, one]) => one));
    assert.equal(logLoss(truth, fromRows(rows)), logLoss(truth, rows));
    close(logLoss(truth, rows), loss);
    assert.ok(loss >= 0 && loss <= 35);
  }));
});

Deno.test("logLoss() clips sure mistakes at 1e-15 and divides rows by their sum", () => {
  close(logLoss([1], [0]), -Math.log(1e-15));
  close(logLoss([0, 1], [0, 1]), 0);
  close(logLoss([1], [[0.5, 0.5, 0.5]]), Math.log(3));
  close(logLoss([0], [[0, 0, 0]]), Math.log(3));
});

Deno.test("accuracy(), macroF1() and logLoss() refuse what they cannot compare", () => {
  assert.throws(
    () => accuracy(["a"], []),
    /Expected one prediction for each of the 1 true values but found 0 \(accuracy\)/,
  );
  assert.throws(() => macroF1([], []), /Expected at least one true value but found none \(macroF1\)/);
  assert.throws(() => accuracy([1], [NaN]), /Expected a prediction but found NaN \(accuracy, index 0\)/);
  assert.throws(() => Reflect.apply(accuracy, null, [["a"], [null]]), /Expected a prediction but found null/);
  assert.throws(
    () => logLoss([0, 2], [0.5, 0.5]),
    /Expected a true value of 0 or 1 but found 2 \(logLoss, index 1\)/,
  );
  assert.throws(
    () => logLoss([0], [NaN]),
    /Expected a probability from 0 to 1 but found NaN \(logLoss, index 0\)/,
  );
  assert.throws(() => logLoss([0], [-0.1]), RangeError);
  assert.throws(
    () => logLoss([3], [[0.5, 0.25, 0.25]]),
    /index of one of 3 classes but found 3 \(logLoss, index 0\)/,
  );
  assert.throws(
    () => logLoss([0, 1], [[0.5, 0.5], [1]]),
    /Expected 2 numbers in each row but found 1 \(logLoss, row 1\)/,
  );
  assert.throws(() => logLoss([0], [[0.5, 0.6], [1, 0]]), /for each of the 1 true values but found 2/);
  assert.throws(() => logLoss([], []), /Expected at least one true value/);
});
