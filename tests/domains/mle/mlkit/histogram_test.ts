import assert from "node:assert/strict";
import { binRows } from "../../../../domains/mle/mlkit/boosting_bins.ts";
import {
  fillHistogram,
  histogramStride,
  subtractHistogram,
} from "../../../../domains/mle/mlkit/histogram.ts";
import { fromColumns } from "../../../../domains/mle/mlkit/matrix.ts";

const rows = binRows(fromColumns([[1, 2, 1, NaN]]), 255);
const gradients = Float64Array.of(1, 2, 4, 8);
const order = Int32Array.of(0, 1, 2, 3);

Deno.test("fillHistogram() sums over the rows in question, and subtractHistogram() leaves the others", () => {
  const derivatives = { gradients, hessians: Float64Array.of(0.5, 0.25, 0.5, 1) };
  const all = new Float64Array(3 * histogramStride(derivatives)).fill(9);
  const some = new Float64Array(all.length);
  fillHistogram(all, rows, derivatives, { gradient: 15, hessian: 2.25, count: 4 }, order, 0, 4);
  assert.deepEqual([...all], [5, 1, 2, 2, 0.25, 1, 8, 1, 1]);
  fillHistogram(some, rows, derivatives, { gradient: 6, hessian: 0.75, count: 2 }, order, 1, 3);
  assert.deepEqual([...some], [4, 0.5, 1, 2, 0.25, 1, 0, 0, 0]);
  subtractHistogram(all, some);
  assert.deepEqual([...all], [1, 0.5, 1, 0, 0, 0, 8, 1, 1]);
});

Deno.test("fillHistogram() needs two values a bin where all second derivatives are 1", () => {
  const histogram = new Float64Array(6);
  fillHistogram(
    histogram,
    rows,
    { gradients, hessians: null },
    { gradient: 15, hessian: 4, count: 4 },
    order,
    0,
    4,
  );
  assert.deepEqual([...histogram], [5, 2, 2, 1, 8, 1]);
});

Deno.test("fillHistogram() gives the usual bin what is left", () => {
  const word = binRows(fromColumns([[0, 0, 3, 0, 0, 1, 0, 0, 0]]), 255);
  assert.deepEqual([word.usual[0], ...word.entries], [0, 2, 1]);
  const histogram = new Float64Array(6);
  const nine = Int32Array.from({ length: 9 }, (_, at) => at);
  const slopes = Float64Array.of(1, 1, 5, 1, 1, 7, 1, 1, 1);
  const sums = { gradient: 19, hessian: 9, count: 9 };
  fillHistogram(histogram, word, { gradients: slopes, hessians: null }, sums, nine, 0, 9);
  assert.deepEqual([...histogram], [7, 7, 7, 1, 5, 1]);
});
