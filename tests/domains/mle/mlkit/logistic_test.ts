import assert from "node:assert/strict";
import { logistic } from "../../../../domains/mle/mlkit/logistic.ts";
import { fromColumns } from "../../../../domains/mle/mlkit/matrix.ts";

const x = Array.from({ length: 60 }, (_, at) => Math.sin(at));
const X = fromColumns([
  x,
  x.map((value, at) => 1e4 * (value + Math.cos(3 * at))),
  x.map((_, at) => at % 3 === 0 ? 1 : 0),
]);
const three = x.map((value, at) => value > 0.3 ? "high" : at % 4 === 0 ? "odd" : "low");

Deno.test("logistic() gives the same for two classes whatever their names, and rows that sum to 1", () => {
  const labels = x.map((value, at) => value + Math.cos(at * at) > 0 ? 1 : 0);
  const numbers = logistic().fit(X, labels);
  const texts = logistic().fit(X, labels.map((label) => label === 1 ? "yes" : "no"));
  assert.deepEqual(numbers.probabilities(X), texts.probabilities(X));
  assert.deepEqual([numbers.classes, texts.classes], [[0, 1], ["no", "yes"]]);
  const { columns, values } = logistic().fit(X, three).probabilities(X);
  assert.equal(columns, 3);
  for (let at = 0; at < values.length; at += 3) {
    assert.ok(Math.abs(values.subarray(at, at + 3).reduce((sum, value) => sum + value, 0) - 1) < 1e-12);
  }
});

Deno.test("logistic() without intercepts has none, and one without a column that varies predicts the shares", () => {
  const model = logistic({ intercept: false }).fit(X, three);
  assert.deepEqual(model.intercepts, new Float64Array(3));
  const flat = fromColumns([[2, 2, 2, 2]]);
  const { values } = logistic().fit(flat, [0, 0, 0, 1]).probabilities(flat);
  assert.ok(Math.abs((values[1] ?? 0) - 0.25) < 1e-5);
});

Deno.test("logistic() refuses one class and unusual options", () => {
  assert.throws(
    () => logistic().fit(fromColumns([[1, 2]]), ["a", "a"]),
    /at least two classes, but every label is "a"/,
  );
  assert.throws(() => logistic({ l2: -1 }), /at least 0, not -1/);
  assert.throws(() => logistic({ iterations: 0.5 }), /whole number of at least 1, not 0.5/);
});
