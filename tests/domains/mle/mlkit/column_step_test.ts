import assert from "node:assert/strict";
import { fitColumns, lenientMatrix, numberMatrix } from "exitlab/domains/mle/mlkit/column_step.ts";
import { fromColumns, tableOf } from "mlkit";

const table = tableOf({ a: [1, NaN], town: ["Bern", "7"], b: [3, 4] });

Deno.test("numberMatrix() takes the numeric columns, or those that are named in their order", () => {
  assert.deepEqual([...numberMatrix(table).values], [1, 3, NaN, 4]);
  assert.deepEqual([...numberMatrix(table, ["b", "a"]).values], [3, 1, 4, NaN]);
  assert.deepEqual(numberMatrix(table, []), { rows: 2, columns: 0, values: new Float64Array() });
  assert.throws(
    () => numberMatrix(table, ["town"]),
    /Expected a number but found "Bern" \(column "town", row 0\)/,
  );
});

Deno.test("lenientMatrix() takes texts for missing", () => {
  assert.deepEqual([...lenientMatrix(table, ["town"]).values], [NaN, 7]);
});

Deno.test("fitColumns() shows a step the values of each column that are there, and changes all", () => {
  const seen: number[][] = [];
  const step = fitColumns(fromColumns([[1, NaN, 2], [NaN, NaN, 5]]), (values) => {
    seen.push([...values]);
    return (value) => value * values.length;
  });
  assert.deepEqual(seen, [[1, 2], [5]]);
  assert.deepEqual([...step.transform(fromColumns([[10], [NaN]])).values], [20, NaN]);
});
