/**
 * What metrics are computed from, and the checks that all of them make first.
 *
 * @module
 */
import { shown } from "./model_input.ts";

/** Numbers in a row: an array or a typed array. */
export type Numbers = ArrayLike<number>;

/** Class names, or whole numbers that stand for classes. */
export type Labels = ArrayLike<string | number>;

/** A row of numbers for each sample: arrays of one length, or a matrix whose values lie row by row. */
export type NumberRows =
  | ArrayLike<Numbers>
  | { readonly rows: number; readonly columns: number; readonly values: Numbers };

/** A table of numbers with one known width; row `r` starts at `r * columns` in `values`. */
export interface FlatRows {
  readonly rows: number;
  readonly columns: number;
  readonly values: Numbers;
}

/**
 * The number of samples, once both sides are known to have it.
 *
 * @throws {RangeError} If the lengths differ or there is no sample.
 */
export function sameLength(
  truth: ArrayLike<unknown>,
  prediction: ArrayLike<unknown>,
  metric: string,
): number {
  if (truth.length !== prediction.length) {
    throw new RangeError(
      `Expected one prediction for each of the ${truth.length} true values but found ${prediction.length} (${metric})`,
    );
  }
  if (truth.length === 0) throw new RangeError(`Expected at least one true value but found none (${metric})`);
  return truth.length;
}

/**
 * The number at a place, once it is known to be finite.
 *
 * @throws {RangeError} If it is missing, NaN or infinite.
 */
export function finiteAt(values: Numbers, index: number, what: string, metric: string): number {
  const value = values[index];
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new RangeError(`Expected a finite ${what} but found ${shown(value)} (${metric}, index ${index})`);
  }
  return value;
}

/**
 * Copies of both sides, once both are known to be finite and of one length.
 *
 * @throws {RangeError} If they are not.
 */
export function finitePair(
  truth: Numbers,
  prediction: Numbers,
  metric: string,
): { truth: Float64Array; prediction: Float64Array } {
  const count = sameLength(truth, prediction, metric);
  const pair = { truth: new Float64Array(count), prediction: new Float64Array(count) };
  for (let i = 0; i < count; i++) {
    pair.truth[i] = finiteAt(truth, i, "true value", metric);
    pair.prediction[i] = finiteAt(prediction, i, "prediction", metric);
  }
  return pair;
}

/**
 * The true values of a yes-or-no question.
 *
 * @throws {RangeError} If one of them is neither 0 nor 1.
 */
export function zerosAndOnes(truth: Numbers, metric: string): Uint8Array {
  const bits = new Uint8Array(truth.length);
  for (let i = 0; i < bits.length; i++) {
    const value = truth[i];
    if (value !== 0 && value !== 1) {
      throw new RangeError(
        `Expected a true value of 0 or 1 but found ${shown(value)} (${metric}, index ${i})`,
      );
    }
    bits[i] = value;
  }
  return bits;
}

/**
 * Rows of one width in one array.
 *
 * @throws {RangeError} If a row is longer or shorter than the first, or a matrix has not as many values as it says.
 */
export function flatRows(rows: NumberRows, metric: string): FlatRows {
  if ("values" in rows && "columns" in rows) {
    if (rows.values.length !== rows.rows * rows.columns) {
      throw new RangeError(
        `Expected ${rows.rows} × ${rows.columns} values but found ${rows.values.length} (${metric})`,
      );
    }
    return rows;
  }
  const columns = rows[0]?.length ?? 0;
  const values = new Float64Array(rows.length * columns);
  for (let r = 0; r < rows.length; r++) {
    const row = rows[r] ?? [];
    if (row.length !== columns) {
      throw new RangeError(
        `Expected ${columns} numbers in each row but found ${row.length} (${metric}, row ${r})`,
      );
    }
    values.set(row, r * columns);
  }
  return { rows: rows.length, columns, values };
}

/**
 * Pairs of columns of two tables of one shape, and the number of them.
 *
 * @throws {RangeError} If the shapes differ or there is no value.
 */
export function columnPairs(
  truth: NumberRows,
  prediction: NumberRows,
  metric: string,
): { truth: Float64Array; prediction: Float64Array }[] {
  const left = flatRows(truth, metric);
  const right = flatRows(prediction, metric);
  if (left.rows !== right.rows || left.columns !== right.columns) {
    throw new RangeError(
      `Expected predictions of ${left.rows} rows and ${left.columns} columns but found ` +
        `${right.rows} rows and ${right.columns} columns (${metric})`,
    );
  }
  if (left.rows === 0 || left.columns === 0) {
    throw new RangeError(`Expected at least one true value but found none (${metric})`);
  }
  return Array.from(
    { length: left.columns },
    (_, column) => ({ truth: columnOf(left, column), prediction: columnOf(right, column) }),
  );
}

function columnOf({ rows, columns, values }: FlatRows, column: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => values[row * columns + column] ?? NaN);
}
