import type { BinnedRows } from "./boosting_bins.ts";

/** The sums over the rows of a node. */
export interface NodeSums {
  /** Of the gradients. */
  readonly gradient: number;
  /** Of the second derivatives. */
  readonly hessian: number;
  /** Of the rows. */
  readonly count: number;
}

/**
 * Of each bin the sum of the gradients, of the second derivatives and the number of rows: 3 values a bin. Where every
 * second derivative is 1 their sum is the number of rows, and there are 2 values a bin.
 */
export type Histogram = Float64Array;

/** The first and second derivative of the loss by the prediction of each row. */
export interface Derivatives {
  /** One a row. */
  readonly gradients: Float64Array;
  /** One a row, or `null` if all are 1. */
  readonly hessians: Float64Array | null;
}

/** Of a histogram: how many values a bin has. The number of rows is the last. */
export function histogramStride({ hessians }: Derivatives): number {
  return hessians === null ? 2 : 3;
}

/**
 * Overwrites a histogram with the sums over `order[start]` to `order[end − 1]`. Only unusual bins are summed row by row; a
 * column's usual bin has what is left of all.
 *
 * @param sums Of all these rows.
 */
export function fillHistogram(
  histogram: Histogram,
  rows: BinnedRows,
  derivatives: Derivatives,
  sums: NodeSums,
  order: Int32Array,
  start: number,
  end: number,
): void {
  const { entries, starts } = rows;
  const { gradients, hessians } = derivatives;
  histogram.fill(0);
  for (let at = start; at < end; at++) {
    const row = order[at] ?? 0;
    const [from, to] = [starts[row] ?? 0, starts[row + 1] ?? 0];
    const gradient = gradients[row] ?? 0;
    if (hessians === null) addPairs(histogram, entries, from, to, gradient);
    else addTriples(histogram, entries, from, to, gradient, hessians[row] ?? 0);
  }
  const stride = histogramStride(derivatives);
  const wholes = hessians === null ? [sums.gradient, sums.count] : [sums.gradient, sums.hessian, sums.count];
  for (const [column, usual] of rows.usual.entries()) {
    if (usual < 0) continue;
    const [first, last] = [stride * (rows.offsets[column] ?? 0), stride * (rows.offsets[column + 1] ?? 0)];
    for (const [part, all] of wholes.entries()) {
      let left = all;
      for (let at = first + part; at < last; at += stride) left -= histogram[at] ?? 0;
      histogram[stride * usual + part] = left;
    }
  }
}

/** What is left of a node's histogram without that of one child: the other child's, in the place of the node's. */
export function subtractHistogram(node: Histogram, child: Histogram): void {
  for (let at = 0; at < node.length; at++) node[at] = (node[at] ?? 0) - (child[at] ?? 0);
}

function addPairs(
  histogram: Histogram,
  entries: Int32Array,
  from: number,
  to: number,
  gradient: number,
): void {
  for (let cell = from; cell < to; cell++) {
    const at = 2 * (entries[cell] ?? 0);
    histogram[at] = (histogram[at] ?? 0) + gradient;
    histogram[at + 1] = (histogram[at + 1] ?? 0) + 1;
  }
}

function addTriples(
  histogram: Histogram,
  entries: Int32Array,
  from: number,
  to: number,
  gradient: number,
  hessian: number,
): void {
  for (let cell = from; cell < to; cell++) {
    const at = 3 * (entries[cell] ?? 0);
    histogram[at] = (histogram[at] ?? 0) + gradient;
    histogram[at + 1] = (histogram[at + 1] ?? 0) + hessian;
    histogram[at + 2] = (histogram[at + 2] ?? 0) + 1;
  }
}
