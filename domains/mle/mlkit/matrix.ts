/** A table of numbers: the value of row i and column j is `values[i * columns + j]`. `NaN` is a missing value. */
export interface Matrix {
  /** How many rows there are. */
  readonly rows: number;
  /** How many columns there are. */
  readonly columns: number;
  /** rows × columns values, row by row. */
  readonly values: Float64Array;
}

/**
 * A matrix of zeros, or of values that are there already (they are not copied).
 *
 * @throws {RangeError} If a size is no whole number, or there are not rows × columns values.
 */
export function matrix(
  rows: number,
  columns: number,
  values: Float64Array = new Float64Array(rows * columns),
): Matrix {
  if (!Number.isInteger(rows) || !Number.isInteger(columns) || rows < 0 || columns < 0) {
    throw new RangeError(`A matrix has whole numbers of rows and columns, not ${rows} × ${columns}.`);
  }
  if (values.length !== rows * columns) {
    throw new RangeError(
      `A matrix of ${rows} × ${columns} takes ${rows * columns} values, not ${values.length}.`,
    );
  }
  return { rows, columns, values };
}

/**
 * A matrix of columns of equal length.
 *
 * @throws {RangeError} If there is no column or their lengths differ.
 *
 * @example
 * ```ts
 * import { fromColumns, hstack, row } from "exitlab/domains/mle/mlkit/matrix.ts";
 * import assert from "node:assert/strict";
 *
 * const X = hstack(fromColumns([[1, 2], [3, 4]]), fromColumns([Float64Array.of(5, 6)]));
 * assert.deepEqual([X.rows, X.columns], [2, 3]);
 * assert.deepEqual([...row(X, 1)], [2, 4, 6]);
 * ```
 */
export function fromColumns(columns: readonly ArrayLike<number>[]): Matrix {
  const rows = equalLength("column", columns);
  const values = new Float64Array(rows * columns.length);
  for (const [at, source] of columns.entries()) {
    for (let index = 0; index < rows; index++) values[index * columns.length + at] = source[index] ?? NaN;
  }
  return { rows, columns: columns.length, values };
}

/**
 * A matrix of rows of equal length.
 *
 * @throws {RangeError} If there is no row or their lengths differ.
 */
export function fromRows(rows: readonly ArrayLike<number>[]): Matrix {
  const columns = equalLength("row", rows);
  const values = new Float64Array(rows.length * columns);
  for (const [at, source] of rows.entries()) values.set(source, at * columns);
  return { rows: rows.length, columns, values };
}

/**
 * Matrices side by side.
 *
 * @throws {RangeError} If there is none, or their numbers of rows differ.
 */
export function hstack(...matrices: readonly Matrix[]): Matrix {
  const rows = matrices[0]?.rows;
  if (rows === undefined) throw new RangeError("hstack() needs at least one matrix.");
  const columns = matrices.reduce((sum, part) => sum + part.columns, 0);
  const values = new Float64Array(rows * columns);
  let offset = 0;
  for (const [at, part] of matrices.entries()) {
    if (part.rows !== rows) {
      throw new RangeError(
        `hstack() needs equally many rows: matrix 0 has ${rows}, matrix ${at} ${part.rows}.`,
      );
    }
    for (let index = 0; index < rows; index++) values.set(row(part, index), index * columns + offset);
    offset += part.columns;
  }
  return { rows, columns, values };
}

/** A row: a view of `columns` values, not a copy. */
export function row(of: Matrix, index: number): Float64Array {
  return of.values.subarray(index * of.columns, (index + 1) * of.columns);
}

/** A copy of a column: `rows` values. */
export function column(of: Matrix, index: number): Float64Array {
  return Float64Array.from({ length: of.rows }, (_, at) => of.values[at * of.columns + index] ?? NaN);
}

/**
 * The rows with these indices, in this order; one may come twice.
 *
 * @throws {RangeError} If there is no such row.
 */
export function takeRows(of: Matrix, indices: ArrayLike<number>): Matrix {
  const values = new Float64Array(indices.length * of.columns);
  for (let at = 0; at < indices.length; at++) {
    const index = indices[at] ?? NaN;
    if (!(index >= 0 && index < of.rows)) {
      throw new RangeError(`takeRows() was asked for row ${index} of a matrix of ${of.rows} rows.`);
    }
    values.set(row(of, index), at * of.columns);
  }
  return { rows: indices.length, columns: of.columns, values };
}

function equalLength(what: string, parts: readonly ArrayLike<number>[]): number {
  const length = parts[0]?.length;
  if (length === undefined) throw new RangeError(`A matrix needs at least one ${what}.`);
  const odd = parts.findIndex((part) => part.length !== length);
  if (odd >= 0) {
    throw new RangeError(
      `Every ${what} must be as long as ${what} 0, which has ${length} values; ${what} ${odd} has ${
        parts[odd]?.length
      }.`,
    );
  }
  return length;
}
