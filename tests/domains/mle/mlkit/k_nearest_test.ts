import assert from "node:assert/strict";
import { knnClassifier, knnRegressor } from "../../../../domains/mle/mlkit/k_nearest.ts";
import { fromColumns } from "../../../../domains/mle/mlkit/matrix.ts";

const X = fromColumns([[0, 1, 1, 3, 8]]);

Deno.test("knnRegressor() takes the earlier of rows equally far", () => {
  const { predict } = knnRegressor({ k: 1 }).fit(X, [5, 6, 7, 8, 9]);
  assert.deepEqual([...predict(fromColumns([[1, 2, 100]]))], [6, 6, 9]);
});

Deno.test("knnRegressor() by distance gives a known row its own target", () => {
  const { predict } = knnRegressor({ k: 3, weights: "distance" }).fit(X, [5, 6, 8, 9, 1]);
  assert.deepEqual([...predict(fromColumns([[0, 1]]))], [5, 7]);
  assert.ok(Math.abs((predict(fromColumns([[2]]))[0] ?? 0) - 23 / 3) < 1e-12);
});

Deno.test("knnClassifier() gives each class its share of the k", () => {
  const model = knnClassifier({ k: 4 }).fit(X, ["b", "a", "b", "b", "a"]);
  assert.deepEqual([...model.probabilities(fromColumns([[0]])).values], [0.25, 0.75]);
});

Deno.test("k nearest refuses a k above the rows and unusual options", () => {
  assert.throws(() => knnRegressor({ k: 6 }).fit(X, [1, 2, 3, 4, 5]), /at least k rows, but X has 5/);
  assert.throws(() => knnClassifier({ k: 0 }), /whole number of at least 1, not 0/);
  assert.throws(
    () => Reflect.apply(knnRegressor, null, [{ weights: "x" }]),
    /"uniform" or "distance", not x/,
  );
});
