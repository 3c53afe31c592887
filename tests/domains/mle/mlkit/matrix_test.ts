import assert from "node:assert/strict";
import fc from "fast-check";
import {
  column,
  fromColumns,
  fromRows,
  hstack,
  matrix,
  row,
  takeRows,
} from "../../../../domains/mle/mlkit/matrix.ts";

Deno.test("fromColumns() and fromRows() hold the same numbers, transposed", () => {
  const tables = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })).chain((
    [rows, columns],
  ) =>
    fc.array(fc.array(fc.double(), { minLength: columns, maxLength: columns }), {
      minLength: rows,
      maxLength: rows,
    })
  );
  fc.assert(fc.property(tables, (table) => {
    const X = fromRows(table);
    for (const [at, values] of table.entries()) assert.deepEqual(row(X, at), Float64Array.from(values));
    const columns = Array.from({ length: X.columns }, (_, at) => column(X, at));
    assert.deepEqual(fromColumns(columns), X);
    assert.deepEqual(hstack(...columns.map((values) => fromColumns([values]))), X);
    assert.deepEqual(takeRows(X, table.map((_, at) => at)), X);
  }));
});

Deno.test("takeRows() takes rows in any order and more than once", () => {
  const X = fromRows([[1, 2], [3, 4], [5, 6]]);
  assert.deepEqual(takeRows(X, [2, 0, 2]), fromRows([[5, 6], [1, 2], [5, 6]]));
  assert.throws(() => takeRows(X, [3]), /row 3 of a matrix of 3 rows/);
});

Deno.test("matrices refuse sizes that do not fit, with the sizes", () => {
  assert.throws(() => matrix(2, 2, Float64Array.of(1)), /2 × 2 takes 4 values, not 1/);
  assert.throws(() => matrix(-1, 2), RangeError);
  assert.throws(() => fromRows([[1, 2], [3]]), /row 0, which has 2 values; row 1 has 1/);
  assert.throws(() => fromColumns([]), /at least one column/);
  assert.throws(() => hstack(matrix(2, 1), matrix(3, 1)), /matrix 0 has 2, matrix 1 3/);
  assert.throws(() => hstack(), /at least one matrix/);
});
