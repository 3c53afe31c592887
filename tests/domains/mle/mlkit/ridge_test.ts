import assert from "node:assert/strict";
import { fromColumns, matrix } from "../../../../domains/mle/mlkit/matrix.ts";
import { ridge } from "../../../../domains/mle/mlkit/ridge.ts";
import { SeededRandom } from "../../../../domains/mle/mlkit/seeded_random.ts";

function drawn(rows: number, columns: number): ReturnType<typeof matrix> {
  const random = new SeededRandom(rows * 1000 + columns);
  return matrix(rows, columns, Float64Array.from({ length: rows * columns }, () => random.normal()));
}

Deno.test("ridge() has the slope of its loss at 0, with more rows than columns and with fewer", () => {
  for (const [rows, columns] of [[40, 7], [9, 30], [20, 20]] as const) {
    const X = drawn(rows, columns);
    const y = Float64Array.from({ length: rows }, (_, at) => Math.sin(at) + 5);
    const { weights, predict } = ridge({ alpha: 0.7 }).fit(X, y);
    const errors = predict(X).map((value, at) => value - (y[at] ?? 0));
    assert.ok(Math.abs(errors.reduce((sum, error) => sum + error, 0)) < 1e-9);
    for (const [at, weight] of weights.entries()) {
      const slope = errors.reduce(
        (sum, error, index) => sum + error * (X.values[index * columns + at] ?? 0),
        0,
      );
      assert.ok(Math.abs(slope + 0.7 * weight) < 1e-9, `${rows} × ${columns}`);
    }
  }
});

Deno.test("ridge() loses nothing where a column's mean is far above its spread", () => {
  const x = Array.from({ length: 50 }, (_, at) => 1e9 + at);
  const { weights } = ridge({ alpha: 0 }).fit(fromColumns([x]), x.map((_, at) => 3 * at));
  assert.ok(Math.abs((weights[0] ?? 0) - 3) < 1e-9);
});

Deno.test("ridge() refuses what it cannot fit, and says what to do", () => {
  const X = fromColumns([[1, 2, 3], [2, 4, 6]]);
  assert.throws(() => ridge({ alpha: 0 }).fit(X, [1, 2, 3]), /use a larger alpha/);
  assert.throws(() => ridge({ alpha: -1 }), /ridge\(\{ alpha \}\) must be a number of at least 0, not -1/);
  assert.throws(() => ridge().fit(X, [1, 2]), /one y a row: X has 3 rows, y 2/);
  assert.throws(
    () => ridge().fit(fromColumns([[1, NaN, 2]]), [1, 2, 3]),
    /NaN \(X, row 1, column 0\); fill missing/,
  );
  assert.throws(
    () => ridge().fit(X, [1, 2, 3]).predict(fromColumns([[1]])),
    /fitted on 2 columns, but X has 1/,
  );
  assert.throws(
    () => Reflect.apply(ridge, null, [{ lambda: 1 }]),
    /no option "lambda"; its options are alpha, intercept/,
  );
});
