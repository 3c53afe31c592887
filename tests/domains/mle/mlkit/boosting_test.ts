import assert from "node:assert/strict";
import { boostingClassifier, boostingRegressor } from "../../../../domains/mle/mlkit/boosting.ts";
import { fromColumns, fromRows, type Matrix, matrix, row } from "../../../../domains/mle/mlkit/matrix.ts";
import { SeededRandom } from "../../../../domains/mle/mlkit/seeded_random.ts";

const random = new SeededRandom(4);
const rows = 600;
const X = matrix(
  rows,
  3,
  Float64Array.from({ length: 3 * rows }, () => random.next() < 0.1 ? NaN : random.normal()),
);
const y = Float64Array.from({ length: rows }, (_, at) => {
  const [first = NaN, second = NaN] = row(X, at);
  return (Number.isNaN(first) ? 2 : Math.sin(3 * first)) + (second > 0 ? 1 : 0);
});

function part(of: Matrix, from: number, to: number): Matrix {
  return matrix(to - from, of.columns, of.values.slice(from * of.columns, to * of.columns));
}

Deno.test("boostingRegressor() learns bends, steps and missing values", () => {
  const { predict } = boostingRegressor().fit(part(X, 0, 400), y.slice(0, 400));
  const truth = y.slice(400);
  const errors = predict(part(X, 400, rows)).map((value, at) => (value - (truth[at] ?? 0)) ** 2);
  const mean = truth.reduce((sum, value) => sum + value, 0) / truth.length;
  const spread = truth.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const r2 = 1 - errors.reduce((sum, error) => sum + error, 0) / spread;
  assert.ok(r2 > 0.95, `R² ${r2}`);
});

Deno.test("boosting is the same each time, and does not depend on the scale of a column", () => {
  const once = boostingRegressor({ trees: 10 }).fit(X, y).predict(X);
  assert.deepEqual(boostingRegressor({ trees: 10 }).fit(X, y).predict(X), once);
  const scaled = matrix(rows, 3, X.values.map((value) => 1024 * value));
  assert.deepEqual(boostingRegressor({ trees: 10 }).fit(scaled, y).predict(scaled), once);
});

Deno.test("boosting keeps to leaves, depth and minLeaf", () => {
  const values = (options: Parameters<typeof boostingRegressor>[0]): number =>
    new Set(boostingRegressor({ trees: 1, ...options }).fit(X, y).predict(X)).size;
  assert.equal(values({ leaves: 2 }), 2);
  assert.equal(values({ leaves: 7 }), 7);
  assert.equal(values({ depth: 2, minLeaf: 1 }), 4);
  assert.equal(values({ minLeaf: rows }), 1);
  assert.equal(values({ minLeaf: rows / 2, leaves: 31 }) <= 2, true);
});

Deno.test("boostingClassifier() reads handwritten digits as well as scikit-learn", () => {
  const text = Deno.readTextFileSync(
    new URL("../../../../domains/mle/competitions/digits/table.csv", import.meta.url),
  );
  const cells = text.trim().split("\n").slice(1, 801).map((line) => line.split(",").map(Number));
  const pixels = fromRows(cells.map((values) => values.slice(0, 64)));
  const labels = cells.map((values) => values.at(-1) ?? NaN);
  const model = boostingClassifier({ trees: 20, rate: 0.3 }).fit(part(pixels, 0, 600), labels.slice(0, 600));
  const found = model.predict(part(pixels, 600, 800));
  const right = found.filter((label, at) => label === labels[600 + at]).length / found.length;
  // With the same options and rows, scikit-learn 1.9.1 has 0.845.
  assert.ok(right >= 0.825, `accuracy ${right}`);
  assert.deepEqual(model.classes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("boostingClassifier() sends a missing value where there was none in training to the larger side", () => {
  const x = Array.from({ length: 90 }, (_, at) => at);
  const model = boostingClassifier().fit(fromColumns([x]), x.map((value) => value < 60 ? "large" : "small"));
  assert.deepEqual(model.predict(fromColumns([[NaN, 80]])), ["large", "small"]);
});

Deno.test("boosting of a column that says nothing predicts the mean or the shares", () => {
  const flat = fromColumns([new Array(50).fill(NaN)]);
  const half = Array.from({ length: 50 }, (_, at) => at % 2);
  assert.equal(boostingRegressor().fit(flat, half).predict(flat)[0], 0.5);
  assert.deepEqual([...boostingClassifier().fit(flat, half).probabilities(flat).values.slice(0, 2)], [
    0.5,
    0.5,
  ]);
});

Deno.test("boosting refuses infinite values and options out of range", () => {
  assert.throws(
    () => boostingRegressor().fit(fromColumns([[1, Infinity]]), [1, 2]),
    /Infinity \(X, row 1, column 0\)/,
  );
  assert.throws(
    () => boostingRegressor({ trees: 0 }),
    /boostingRegressor\(\{ trees \}\) must be a whole number/,
  );
  assert.throws(() => boostingClassifier({ bins: 1 }), /from 2 to 65535, not 1/);
  assert.throws(() => boostingClassifier({ rate: 0 }), /above 0, not 0/);
  assert.throws(
    () => Reflect.apply(boostingClassifier, null, [{ n_estimators: 5 }]),
    /no option "n_estimators"/,
  );
});
