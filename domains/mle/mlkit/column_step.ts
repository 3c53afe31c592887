/**
 * What steps that work on columns of numbers take: a matrix, or a table whose numeric columns are one.
 *
 * @module
 */
import { fromColumns, type Matrix, matrix } from "./matrix.ts";
import { shown } from "./model_input.ts";
import { readNumber, Table } from "./table.ts";

/** A step fitted to some columns. */
export interface ColumnStep {
  /**
   * The same columns of other rows, changed. A table has to have the columns of the one that was fitted, and a text
   * there that is no number counts as missing.
   *
   * @throws {TypeError} If it is neither.
   * @throws {RangeError} If it has other columns than what was fitted.
   */
  transform(x: Matrix | Table): Matrix;
}

/** How a column is to be changed. */
export type ColumnChange = (value: number) => number;

/**
 * The numbers of a table as a matrix; NaN where one is missing.
 *
 * @param names The columns to take. Default: all that are numeric.
 * @throws {RangeError} If a column is not there or not numeric.
 *
 * @example
 * ```ts
 * import { tableOf } from "exitlab/domains/mle/mlkit/table.ts";
 * import { numberMatrix } from "exitlab/domains/mle/mlkit/column_step.ts";
 * import assert from "node:assert/strict";
 *
 * const X = numberMatrix(tableOf({ a: [1, 2], name: ["x", "y"], b: [3, NaN] }));
 * assert.deepEqual([X.rows, X.columns, ...X.values], [2, 2, 1, 3, 2, NaN]);
 * ```
 */
export function numberMatrix(table: Table, names: readonly string[] = table.numericNames()): Matrix {
  return names.length === 0 ? matrix(table.rows, 0) : fromColumns(names.map((name) => table.numbers(name)));
}

/** Fits a change to each column, of which it is given the values that are not missing. */
export function fitColumns(x: Matrix | Table, fit: (values: Float64Array) => ColumnChange): ColumnStep {
  checkColumns("fit", x);
  const names = x instanceof Table ? x.numericNames() : undefined;
  const fitted = x instanceof Table ? numberMatrix(x, names) : x;
  const changes = Array.from({ length: fitted.columns }, (_, column) => fit(presentValues(fitted, column)));
  return {
    transform(other) {
      checkColumns("transform", other);
      const from = other instanceof Table ? lenientMatrix(other, names) : other;
      if (from.columns !== changes.length) {
        throw new RangeError(
          `Expected ${changes.length} columns as in what was fitted but found ${from.columns}`,
        );
      }
      return matrix(
        from.rows,
        from.columns,
        from.values.map((value, index) => changes[index % from.columns]?.(value) ?? NaN),
      );
    },
  };
}

function checkColumns(where: string, x: Matrix | Table): void {
  if (x instanceof Table || typeof x === "object" && x !== null && x.values instanceof Float64Array) return;
  throw new TypeError(`Expected a matrix or a table but found ${shown(x)} (${where})`);
}

/** As `numberMatrix`, but a text that is no number counts as missing. */
export function lenientMatrix(table: Table, names: readonly string[] = table.numericNames()): Matrix {
  if (names.length === 0) return matrix(table.rows, 0);
  return fromColumns(names.map((name) => table.texts(name).map((text) => readNumber(text) ?? NaN)));
}

function presentValues({ rows, columns, values }: Matrix, column: number): Float64Array {
  const all = Float64Array.from({ length: rows }, (_, row) => values[row * columns + column] ?? NaN);
  return all.filter((value) => !Number.isNaN(value));
}
