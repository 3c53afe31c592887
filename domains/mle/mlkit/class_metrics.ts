/**
 * Metrics of predicted classes and of the probabilities of classes.
 *
 * @module
 */
import {
  flatRows,
  type Labels,
  type NumberRows,
  type Numbers,
  sameLength,
  zerosAndOnes,
} from "./metric_input.ts";
import { shown } from "./model_input.ts";

/** Probabilities are kept this far from 0 and 1, so that one sure mistake does not cost infinitely much. */
const leastProbability = 1e-15;

/**
 * The share of predictions that equal the true value. Classes are names or numbers; `1` and `"1"` differ.
 *
 * @throws {RangeError} If the lengths differ, there is no value or one is missing or NaN.
 *
 * @example
 * ```ts
 * import { accuracy, macroF1 } from "exitlab/domains/mle/mlkit/class_metrics.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(accuracy(["cat", "dog", "dog", "cat"], ["cat", "dog", "cat", "cat"]), 0.75);
 * assert.equal(macroF1([0, 0, 1, 1], [0, 0, 0, 1]), (4 / 5 + 2 / 3) / 2);
 * ```
 */
export function accuracy(truth: Labels, prediction: Labels): number {
  const count = sameLength(truth, prediction, "accuracy");
  let right = 0;
  for (let i = 0; i < count; i++) {
    if (label(truth, i, "true class", "accuracy") === label(prediction, i, "prediction", "accuracy")) right++;
  }
  return right / count;
}

/**
 * The mean of the F1 scores of all classes that are true or predicted somewhere; a class never predicted rightly has 0.
 *
 * @throws {RangeError} If the lengths differ, there is no value or one is missing or NaN.
 */
export function macroF1(truth: Labels, prediction: Labels): number {
  const count = sameLength(truth, prediction, "macroF1");
  const hits = new Map<string | number, number>();
  const uses = new Map<string | number, number>();
  const add = (counts: Map<string | number, number>, name: string | number) =>
    counts.set(name, (counts.get(name) ?? 0) + 1);
  for (let i = 0; i < count; i++) {
    const expected = label(truth, i, "true class", "macroF1");
    const found = label(prediction, i, "prediction", "macroF1");
    add(uses, expected);
    add(uses, found);
    if (expected === found) add(hits, expected);
  }
  let sum = 0;
  // F1 = 2 · hits / (times true + times predicted), the sum of both being what `uses` counts
  for (const [name, used] of uses) sum += 2 * (hits.get(name) ?? 0) / used;
  return sum / uses.size;
}

/**
 * The mean negative logarithm of the probability that was given to the true class; 0 is perfect.
 *
 * For two classes the true values are 0 or 1 and each prediction is the probability of 1. For more the true values are
 * indices of classes and each prediction is a row of probabilities, one a class. Probabilities are clipped to
 * [1e−15, 1 − 1e−15] and each row is divided by its sum.
 *
 * @throws {RangeError} If the lengths differ, there is no value, a probability is outside [0, 1] or a class is unknown.
 *
 * @example
 * ```ts
 * import { logLoss } from "exitlab/domains/mle/mlkit/class_metrics.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(logLoss([1, 0], [0.5, 0.5]), Math.LN2);
 * assert.equal(logLoss([2, 0], [[0.25, 0.25, 0.5], [0.5, 0.5, 0]]).toFixed(6), Math.LN2.toFixed(6));
 * assert.throws(() => logLoss([1], [1.5]), /Expected a probability from 0 to 1 but found 1.5 \(logLoss, index 0\)/);
 * ```
 */
export function logLoss(truth: Numbers, prediction: Numbers | NumberRows): number {
  return isNumbers(prediction) ? binaryLoss(truth, prediction) : rowsLoss(truth, prediction);
}

function isNumbers(prediction: Numbers | NumberRows): prediction is Numbers {
  return "length" in prediction && (prediction.length === 0 || typeof prediction[0] !== "object");
}

function binaryLoss(truth: Numbers, prediction: Numbers): number {
  const count = sameLength(truth, prediction, "logLoss");
  const bits = zerosAndOnes(truth, "logLoss");
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const one = probability(prediction, i, `index ${i}`);
    sum -= Math.log(clip(bits[i] === 1 ? one : 1 - one));
  }
  return sum / count;
}

function rowsLoss(truth: Numbers, prediction: NumberRows): number {
  const { rows, columns, values } = flatRows(prediction, "logLoss");
  sameLength(truth, { length: rows }, "logLoss");
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const index = truth[row];
    if (index === undefined || !Number.isInteger(index) || index < 0 || index >= columns) {
      throw new RangeError(
        `Expected the index of one of ${columns} classes but found ${shown(index)} (logLoss, index ${row})`,
      );
    }
    let total = 0;
    for (let column = 0; column < columns; column++) {
      total += clip(probability(values, row * columns + column, `row ${row}`));
    }
    sum -= Math.log(clip(probability(values, row * columns + index, `row ${row}`)) / total);
  }
  return sum / rows;
}

function probability(values: Numbers, index: number, where: string): number {
  const value = values[index];
  if (typeof value !== "number" || !(value >= 0 && value <= 1)) {
    throw new RangeError(`Expected a probability from 0 to 1 but found ${shown(value)} (logLoss, ${where})`);
  }
  return value;
}

function clip(value: number): number {
  return Math.min(Math.max(value, leastProbability), 1 - leastProbability);
}

function label(labels: Labels, index: number, what: string, metric: string): string | number {
  const value = labels[index];
  if (typeof value === "string") return value;
  if (typeof value === "number" && !Number.isNaN(value)) return value;
  throw new RangeError(`Expected a ${what} but found ${shown(value)} (${metric}, index ${index})`);
}
