/**
 * Metrics of predicted numbers. Each takes the true values first and refuses other lengths, NaN and infinity.
 *
 * @module
 */
import { columnPairs, finitePair, type NumberRows, type Numbers } from "./metric_input.ts";

/**
 * Root mean squared error; 0 is perfect.
 *
 * @throws {RangeError} If the lengths differ, there is no value or one is not finite.
 *
 * @example
 * ```ts
 * import { mae, rmse } from "exitlab/domains/mle/mlkit/regression_metrics.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(rmse([1, 2, 3, 4], [1, 2, 3, 8]), 2);
 * assert.equal(mae([1, 2, 3, 4], [1, 2, 3, 8]), 1);
 * assert.throws(() => rmse([1, 2], [1]), /one prediction for each of the 2 true values but found 1 \(rmse\)/);
 * ```
 */
export function rmse(truth: Numbers, prediction: Numbers): number {
  const pair = finitePair(truth, prediction, "rmse");
  return Math.sqrt(meanSquare(pair.truth, pair.prediction));
}

/**
 * Root mean squared logarithmic error: `rmse` of log(1 + value); 0 is perfect.
 *
 * @throws {RangeError} If the lengths differ, there is no value, or one is not finite or at most −1.
 */
export function rmsle(truth: Numbers, prediction: Numbers): number {
  const pair = finitePair(truth, prediction, "rmsle");
  return Math.sqrt(
    meanSquare(
      logarithms(pair.truth, "true value", "rmsle"),
      logarithms(pair.prediction, "prediction", "rmsle"),
    ),
  );
}

/**
 * Mean absolute error; 0 is perfect.
 *
 * @throws {RangeError} If the lengths differ, there is no value or one is not finite.
 */
export function mae(truth: Numbers, prediction: Numbers): number {
  const pair = finitePair(truth, prediction, "mae");
  let sum = 0;
  for (let i = 0; i < pair.truth.length; i++) {
    sum += Math.abs((pair.truth[i] ?? NaN) - (pair.prediction[i] ?? NaN));
  }
  return sum / pair.truth.length;
}

/**
 * The coefficient of determination R²: 1 is perfect, 0 is as good as the mean of the true values, worse is negative.
 * Where all true values are equal it is 1 if the predictions equal them, else 0 (as scikit-learn has it).
 *
 * @throws {RangeError} If the lengths differ, there are fewer than two values or one is not finite.
 */
export function r2(truth: Numbers, prediction: Numbers): number {
  const pair = finitePair(truth, prediction, "r2");
  const count = pair.truth.length;
  if (count < 2) throw new RangeError(`Expected at least two true values but found ${count} (r2)`);
  const mean = pair.truth.reduce((sum, value) => sum + value, 0) / count;
  const error = meanSquare(pair.truth, pair.prediction);
  const spread = meanSquare(pair.truth, new Float64Array(count).fill(mean));
  // the mean of equal values may be rounded, and the squares of tiny differences may be 0
  if (spread === 0 || pair.truth.every((value) => value === pair.truth[0])) return error === 0 ? 1 : 0;
  return 1 - error / spread;
}

/**
 * The mean over columns of the `rmsle` of each; rows are samples; 0 is perfect.
 *
 * @throws {RangeError} If the shapes differ, there is no value, or one is not finite or at most −1.
 *
 * @example
 * ```ts
 * import { mcrmsle, rmsle } from "exitlab/domains/mle/mlkit/regression_metrics.ts";
 * import assert from "node:assert/strict";
 *
 * const score = mcrmsle([[1, 10], [2, 20]], [[1, 12], [3, 20]]);
 * assert.equal(score, (rmsle([1, 2], [1, 3]) + rmsle([10, 20], [12, 20])) / 2);
 * ```
 */
export function mcrmsle(truth: NumberRows, prediction: NumberRows): number {
  const pairs = columnPairs(truth, prediction, "mcrmsle");
  return pairs.reduce((sum, pair) => sum + rmsle(pair.truth, pair.prediction), 0) / pairs.length;
}

function meanSquare(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += ((left[i] ?? NaN) - (right[i] ?? NaN)) ** 2;
  return sum / left.length;
}

function logarithms(values: Float64Array, what: string, metric: string): Float64Array {
  return values.map((value, index) => {
    if (value <= -1) {
      throw new RangeError(`Expected a ${what} above −1 but found ${value} (${metric}, index ${index})`);
    }
    return Math.log1p(value);
  });
}
