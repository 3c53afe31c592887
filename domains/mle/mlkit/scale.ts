import { type ColumnChange, type ColumnStep, fitColumns } from "./column_step.ts";
import type { Matrix } from "./matrix.ts";
import type { Table } from "./table.ts";

/** `"standard"`: to mean 0 and (population) standard deviation 1; `"minmax"`: from 0 to 1. */
export type ScaleBy = "standard" | "minmax";

/**
 * Brings columns to one scale. `fit` reads the columns of a matrix, or the numeric columns of a table; `transform` gives a
 * matrix of the same columns. NaN is passed over and stays; a column of equal values becomes 0.
 *
 * @throws {TypeError} If what is fitted is neither a matrix nor a table.
 * @throws {RangeError} If there is no such way.
 *
 * @example
 * ```ts
 * import { scaler } from "exitlab/domains/mle/mlkit/scale.ts";
 * import { fromColumns } from "exitlab/domains/mle/mlkit/matrix.ts";
 * import assert from "node:assert/strict";
 *
 * const X = fromColumns([[1, 3, NaN, 5], [7, 7, 7, 7]]);
 * assert.deepEqual([...scaler("minmax").fit(X).transform(X).values], [0, 0, 0.5, 0, NaN, 0, 1, 0]);
 * ```
 */
export function scaler(by: ScaleBy = "standard"): { fit(x: Matrix | Table): ColumnStep } {
  if (by !== "standard" && by !== "minmax") {
    throw new RangeError(`Expected "standard" or "minmax" but found ${JSON.stringify(by)} (scaler)`);
  }
  return { fit: (x) => fitColumns(x, by === "standard" ? standard : minmax) };
}

function standard(values: Float64Array): ColumnChange {
  if (values.length === 0) return unchanged;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  // equal values whose mean is rounded have a tiny deviation, which must not be blown up to 1
  const equal = values.every((value) => value === values[0]);
  const scale = equal || variance === 0 ? 1 : Math.sqrt(variance);
  const centre = equal ? values[0] ?? 0 : mean;
  return (value) => (value - centre) / scale;
}

function minmax(values: Float64Array): ColumnChange {
  if (values.length === 0) return unchanged;
  const least = values.reduce((low, value) => Math.min(low, value), Infinity);
  const range = values.reduce((high, value) => Math.max(high, value), -Infinity) - least;
  return (value) => (value - least) / (range || 1);
}

function unchanged(value: number): number {
  return value;
}
