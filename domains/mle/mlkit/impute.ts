import { type ColumnChange, type ColumnStep, fitColumns } from "./column_step.ts";
import type { Matrix } from "./matrix.ts";
import type { Table } from "./table.ts";

/** What takes the place of a missing number: a figure of its column, or always the same number. */
export type ImputeBy = "median" | "mean" | "most-frequent" | number;

/**
 * Fills in missing numbers (NaN). `fit` reads the columns of a matrix, or the numeric columns of a table; `transform` gives
 * a matrix of the same columns. Of equally frequent values the smallest is taken; a column without values gets 0.
 *
 * @throws {TypeError} If what is fitted is neither a matrix nor a table.
 * @throws {RangeError} If there is no such way, when it is fitted.
 *
 * @example
 * ```ts
 * import { imputer } from "exitlab/domains/mle/mlkit/impute.ts";
 * import { fromColumns } from "exitlab/domains/mle/mlkit/matrix.ts";
 * import assert from "node:assert/strict";
 *
 * const X = fromColumns([[1, NaN, 4, 10]]);
 * assert.deepEqual([...imputer("median").fit(X).transform(X).values], [1, 4, 4, 10]);
 * assert.deepEqual([...imputer("mean").fit(X).transform(X).values], [1, 5, 4, 10]);
 * assert.deepEqual([...imputer(-1).fit(X).transform(X).values], [1, -1, 4, 10]);
 * ```
 */
export function imputer(by: ImputeBy = "median"): { fit(x: Matrix | Table): ColumnStep } {
  return {
    fit: (x) =>
      fitColumns(x, (values): ColumnChange => {
        const filler = fillerOf(values, by);
        return (value) => Number.isNaN(value) ? filler : value;
      }),
  };
}

function fillerOf(values: Float64Array, by: ImputeBy): number {
  if (typeof by === "number") return by;
  if (values.length === 0) return 0;
  switch (by) {
    case "mean":
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    case "median": {
      const sorted = values.toSorted();
      const middle = values.length >> 1;
      const upper = sorted[middle] ?? NaN;
      return values.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
    }
    case "most-frequent":
      return mostFrequent(values);
    default:
      throw new RangeError(
        `Expected "median", "mean", "most-frequent" or a number but found ${JSON.stringify(by)} (imputer)`,
      );
  }
}

function mostFrequent(values: Float64Array): number {
  let best = NaN;
  let bestLength = 0;
  let length = 0;
  let previous = NaN;
  for (const value of values.toSorted()) {
    length = value === previous ? length + 1 : 1;
    previous = value;
    if (length > bestLength) {
      best = value;
      bestLength = length;
    }
  }
  return best;
}
