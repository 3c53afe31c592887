import assert from "node:assert/strict";
import { fromColumns } from "../../../../domains/mle/mlkit/matrix.ts";
import { mlpClassifier, mlpRegressor } from "../../../../domains/mle/mlkit/mlp.ts";

const x = Array.from({ length: 200 }, (_, at) => at / 20);
const X = fromColumns([x, x.map(() => 7)]);

Deno.test("mlpRegressor() learns a bend, with one hidden layer and with two", () => {
  const y = x.map((value) => 100 + 50 * Math.sin(value / 2));
  for (const hidden of [32, [16, 16]]) {
    const found = mlpRegressor({ hidden, epochs: 200, rate: 0.01 }).fit(X, y).predict(X);
    const error = Math.sqrt(
      found.reduce((sum, value, at) => sum + (value - (y[at] ?? 0)) ** 2, 0) / y.length,
    );
    assert.ok(error < 8, `${hidden}: ${error}`);
  }
});

Deno.test("mlpClassifier() is the same for a seed and another for another", () => {
  const labels = x.map((value) => Math.floor(value) % 2 === 0 ? "even" : "odd");
  const of = (seed: number): Float64Array =>
    mlpClassifier({ seed, epochs: 3 }).fit(X, labels).probabilities(X).values;
  assert.deepEqual(of(1), of(1));
  assert.notDeepEqual(of(1), of(2));
});

Deno.test("mlp refuses options out of range", () => {
  assert.throws(() => mlpRegressor({ hidden: [] }), /number of units or an array/);
  assert.throws(() => mlpRegressor({ hidden: [8, 0] }), /whole number of at least 1, not 0/);
  assert.throws(() => mlpClassifier({ epochs: -1 }), /mlpClassifier\(\{ epochs \}\)/);
});
