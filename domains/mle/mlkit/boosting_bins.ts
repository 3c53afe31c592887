import type { Matrix } from "./matrix.ts";

/** A matrix whose columns are cut into bins, so that a split is a choice among few. */
export interface BinnedRows {
  /** n, how many rows. */
  readonly rows: number;
  /** p, how many columns. */
  readonly columns: number;
  /** p + 1 places: column j has the bins from `offsets[j]` to `offsets[j + 1]` of all, the missing values' last. */
  readonly offsets: Int32Array;
  /** n × p values, row by row: the place among all bins. */
  readonly bins: Int32Array;
  /** Of each column the limits of its bins, ascending: bin b holds values above limit b − 1 and up to limit b. */
  readonly limits: readonly Float64Array[];
  /** Of each column 1 if it has missing values, and so one bin more. */
  readonly missing: Uint8Array;
  /** Of each column the bin, among all, that holds most rows by far (such as a word's zeros), or −1 if none does. */
  readonly usual: Int32Array;
  /** The rows' bins once more, without the usual ones. */
  readonly entries: Int32Array;
  /** n + 1 places: row i has the entries from `starts[i]` to `starts[i + 1]`. */
  readonly starts: Int32Array;
}

/** The share of the rows from which a bin is the usual one of its column. */
const usualShare = 0.75;

/**
 * Cuts columns into bins: one a value where a column has no more values than bins, else equally many rows a bin.
 *
 * @param most How many bins a column may have, beside the one of missing values.
 *
 * @example
 * ```ts
 * import { binRows } from "exitlab/domains/mle/mlkit/boosting_bins.ts";
 * import { fromColumns } from "exitlab/domains/mle/mlkit/matrix.ts";
 * import assert from "node:assert/strict";
 *
 * const { limits, bins, offsets } = binRows(fromColumns([[3, 1, NaN, 3], [0, 0, 0, 1]]), 255);
 * assert.deepEqual(limits, [Float64Array.of(2), Float64Array.of(0.5)]);
 * assert.deepEqual([...offsets], [0, 3, 5]);
 * assert.deepEqual([...bins], [1, 3, 0, 3, 2, 3, 1, 4]);
 * ```
 */
export function binRows(X: Matrix, most: number): BinnedRows {
  const { rows, columns, values } = X;
  const offsets = new Int32Array(columns + 1);
  const missing = new Uint8Array(columns);
  const bins = new Int32Array(rows * columns);
  const limits = Array.from({ length: columns }, (_, column) => {
    const sorted = sortedColumn(X, column);
    const count = sorted.length;
    const cuts = limitsOf(sorted, most);
    missing[column] = count < rows ? 1 : 0;
    const offset = offsets[column] ?? 0;
    offsets[column + 1] = offset + cuts.length + 1 + (count < rows ? 1 : 0);
    for (let cell = column; cell < values.length; cell += columns) {
      const value = values[cell] ?? NaN;
      bins[cell] = offset + (Number.isNaN(value) ? cuts.length + 1 : binOf(value, cuts));
    }
    return cuts;
  });
  const usual = usualBins(rows, columns, offsets, bins);
  return { rows, columns, offsets, bins, limits, missing, usual, ...unusual(rows, columns, bins, usual) };
}

function unusual(
  rows: number,
  columns: number,
  bins: Int32Array,
  usual: Int32Array,
): Pick<BinnedRows, "entries" | "starts"> {
  const kept = new Int32Array(bins.length);
  const starts = new Int32Array(rows + 1);
  let next = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const bin = bins[row * columns + column] ?? 0;
      if (bin !== usual[column]) kept[next++] = bin;
    }
    starts[row + 1] = next;
  }
  return { entries: kept.slice(0, next), starts };
}

function usualBins(rows: number, columns: number, offsets: Int32Array, bins: Int32Array): Int32Array {
  const counts = new Int32Array(offsets[columns] ?? 0);
  for (const bin of bins) counts[bin] = (counts[bin] ?? 0) + 1;
  return Int32Array.from({ length: columns }, (_, column) => {
    const [first, end] = [offsets[column] ?? 0, offsets[column + 1] ?? 0];
    const found = counts.subarray(first, end).findIndex((count) => count >= usualShare * rows);
    return found < 0 ? -1 : first + found;
  });
}

/** The values that are not missing, ascending. Zeros, of which a word's column has most, are counted and not sorted. */
function sortedColumn({ rows, columns, values }: Matrix, column: number): Float64Array {
  const others = new Float64Array(rows);
  let [count, zeros] = [0, 0];
  for (let cell = column; cell < values.length; cell += columns) {
    const value = values[cell] ?? NaN;
    if (value === 0) zeros++;
    else if (!Number.isNaN(value)) others[count++] = value;
  }
  const sorted = others.subarray(0, count).sort();
  const negative = binOf(0, sorted);
  const all = new Float64Array(count + zeros);
  all.set(sorted.subarray(0, negative));
  all.set(sorted.subarray(negative), negative + zeros);
  return all;
}

/** The limits between the bins of sorted values. */
function limitsOf(sorted: Float64Array, most: number): Float64Array {
  const distinct = sorted.filter((value, at) => at === 0 || value !== sorted[at - 1]);
  if (distinct.length <= most) {
    return distinct.subarray(1).map((value, at) => between(distinct[at] ?? 0, value));
  }
  const cuts = Float64Array.from({ length: most - 1 }, (_, at) => {
    const before = (at + 1) * sorted.length;
    const upper = sorted[Math.floor(before / most)] ?? 0;
    return before % most === 0 ? between(sorted[before / most - 1] ?? 0, upper) : upper;
  });
  return cuts.filter((value, at) => at === 0 || value !== cuts[at - 1]);
}

/** The middle, which is below the upper value even where no number lies between. */
function between(lower: number, upper: number): number {
  const middle = lower + (upper - lower) / 2;
  return middle < upper ? middle : lower;
}

/** The first bin whose limit is not below the value. */
function binOf(value: number, limits: Float64Array): number {
  let [low, high] = [0, limits.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((limits[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
