import assert from "node:assert/strict";
import { binRows } from "../../../../domains/mle/mlkit/boosting_bins.ts";
import { fromColumns } from "../../../../domains/mle/mlkit/matrix.ts";

Deno.test("binRows() fills bins evenly where there are more values than bins", () => {
  const { limits, bins, offsets, missing } = binRows(
    fromColumns([Array.from({ length: 100 }, (_, at) => at)]),
    4,
  );
  assert.deepEqual(limits, [Float64Array.of(24.5, 49.5, 74.5)]);
  assert.deepEqual([...offsets, ...missing], [0, 4, 0]);
  for (let bin = 0; bin < 4; bin++) assert.equal(bins.filter((value) => value === bin).length, 25);
});

Deno.test("binRows() gives a frequent value one bin, and neighbouring numbers two", () => {
  const often = binRows(fromColumns([[...new Array<number>(90).fill(0), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]), 5);
  assert.equal(new Set(often.limits[0]).size, often.limits[0]?.length);
  const close = binRows(fromColumns([[1, 1 + Number.EPSILON]]), 5);
  assert.deepEqual([...close.bins], [0, 1]);
});

Deno.test("binRows() keeps negative numbers, zeros and missing values in order, and leaves out the usual bin", () => {
  const column = [0, -2, 0, 3, 0, NaN, 0, 0, 0, 0, 0, 0, -1];
  const { limits, bins, usual, entries, starts } = binRows(fromColumns([column]), 255);
  assert.deepEqual(limits, [Float64Array.of(-1.5, -0.5, 1.5)]);
  assert.deepEqual([...bins], [2, 0, 2, 3, 2, 4, 2, 2, 2, 2, 2, 2, 1]);
  assert.deepEqual([...usual], [-1]);
  assert.deepEqual(entries, bins);
  const word = binRows(fromColumns([[...column, 0, 0, 0, 0]]), 255);
  assert.deepEqual([[...word.usual], [...word.entries]], [[2], [0, 3, 4, 1]]);
  assert.deepEqual([...starts.slice(0, 3), ...word.starts.slice(0, 3)], [0, 1, 2, 0, 0, 1]);
});
