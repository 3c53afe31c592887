import { addRow, type CentredRows, centredRows, remainingMeans, rowTimes } from "./centred_rows.ts";
import { solveCholesky } from "./cholesky.ts";
import { type Matrix, row } from "./matrix.ts";
import type { Regressor, RegressorRecipe } from "./model.ts";
import { amount, checkMatrix, checkTargets, withDefaults } from "./model_input.ts";

/** The options of `ridge`. */
export interface RidgeOptions {
  /** The penalty on the sum of squared weights, at least 0. Default 1. */
  readonly alpha: number;
  /** Whether there is an intercept, which is not penalized. Default true. */
  readonly intercept: boolean;
}

/** A fitted ridge regression: y ≈ intercept + X weights. */
export interface FittedRidge extends Regressor {
  /** One weight a column. */
  readonly weights: Float64Array;
  /** 0 where there is none. */
  readonly intercept: number;
}

/**
 * Linear regression with squared penalties: the weights that make Σ (y − intercept − X w)² + alpha Σ w² smallest, by
 * the normal equations and Cholesky's decomposition. With more columns than rows it solves the equally large dual
 * problem, so 2000 rows with 4000 words take some seconds at most; zeros cost nothing.
 *
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If an option is out of range.
 *
 * @example
 * ```ts
 * import { fromColumns } from "exitlab/domains/mle/mlkit/matrix.ts";
 * import { ridge } from "exitlab/domains/mle/mlkit/ridge.ts";
 * import assert from "node:assert/strict";
 *
 * const X = fromColumns([[1, 2, 3, 4]]);
 * const model = ridge({ alpha: 0 }).fit(X, [3, 5, 7, 9]);
 * assert.equal(model.weights[0]?.toFixed(9), "2.000000000");
 * assert.equal(model.predict(fromColumns([[10]]))[0]?.toFixed(9), "21.000000000");
 * ```
 */
export function ridge(options: Partial<RidgeOptions> = {}): RegressorRecipe<FittedRidge> {
  const { alpha, intercept } = withDefaults("ridge", options, { alpha: 1, intercept: true });
  amount("ridge({ alpha })", alpha, 0);
  return {
    fit(X, y) {
      checkMatrix("ridge().fit(X, y)", X);
      return fit(X, checkTargets("ridge().fit(X, y)", X, y), alpha, intercept);
    },
  };
}

function fit(X: Matrix, y: Float64Array, alpha: number, intercept: boolean): FittedRidge {
  const rows = centredRows(X, intercept);
  const means = intercept ? remainingMeans(rows) : new Float64Array(X.columns);
  const middle = intercept ? y.reduce((sum, value) => sum + value, 0) / y.length : 0;
  const target = y.map((value) => value - middle);
  const weights = (X.columns <= X.rows ? primal : dual)(rows, means, target, alpha);
  if (weights === null) {
    throw new RangeError(
      `ridge({ alpha: ${alpha} }) found columns that follow from others, so the weights are not defined; use a larger alpha.`,
    );
  }
  const offset = weights.reduce(
    (sum, weight, column) => sum - weight * ((rows.shift[column] ?? 0) + (means[column] ?? 0)),
    middle,
  );
  return {
    weights,
    intercept: offset,
    predict(unseen) {
      checkMatrix("The ridge regression's predict(X)", unseen, { columns: X.columns });
      return Float64Array.from({ length: unseen.rows }, (_, index) => {
        let sum = offset;
        const values = row(unseen, index);
        for (let column = 0; column < values.length; column++) {
          sum += (values[column] ?? 0) * (weights[column] ?? 0);
        }
        return sum;
      });
    },
  };
}

/** (XᵀX + αI) w = Xᵀy: one equation a column. */
function primal(rows: CentredRows, means: Float64Array, y: Float64Array, alpha: number): Float64Array | null {
  const size = rows.columns;
  const gram = new Float64Array(size * size);
  const right = new Float64Array(size);
  for (let index = 0; index < rows.rows; index++) {
    const [start, end] = [rows.starts[index] ?? 0, rows.starts[index + 1] ?? 0];
    for (let entry = start; entry < end; entry++) {
      const value = rows.values[entry] ?? 0;
      const line = (rows.at[entry] ?? 0) * size;
      for (let other = start; other <= entry; other++) {
        const cell = line + (rows.at[other] ?? 0);
        gram[cell] = (gram[cell] ?? 0) + value * (rows.values[other] ?? 0);
      }
    }
    addRow(rows, index, y[index] ?? 0, right);
  }
  for (let line = 0; line < size; line++) {
    for (let column = 0; column <= line; column++) {
      const cell = line * size + column;
      const moved = (gram[cell] ?? 0) - rows.rows * (means[line] ?? 0) * (means[column] ?? 0);
      gram[cell] = line === column ? moved + alpha : moved;
    }
  }
  return solveCholesky(gram, right);
}

/** (XXᵀ + αI) a = y and w = Xᵀa: one equation a row. */
function dual(rows: CentredRows, means: Float64Array, y: Float64Array, alpha: number): Float64Array | null {
  const size = rows.rows;
  const gram = new Float64Array(size * size);
  const shares = Float64Array.from({ length: size }, (_, index) => rowTimes(rows, index, means));
  const square = means.reduce((sum, mean) => sum + mean * mean, 0);
  const dense = new Float64Array(rows.columns);
  for (let line = 0; line < size; line++) {
    dense.fill(0);
    addRow(rows, line, 1, dense);
    for (let column = 0; column <= line; column++) {
      const product = rowTimes(rows, column, dense) - (shares[line] ?? 0) - (shares[column] ?? 0) + square;
      gram[line * size + column] = line === column ? product + alpha : product;
    }
  }
  const factors = solveCholesky(gram, y);
  if (factors === null) return null;
  const total = factors.reduce((sum, factor) => sum + factor, 0);
  const weights = means.map((mean) => -mean * total);
  for (let index = 0; index < size; index++) addRow(rows, index, factors[index] ?? 0, weights);
  return weights;
}
