import { accuracy, logLoss, macroF1 } from "../mlkit/class_metrics.ts";
import { auc, averagePrecision } from "../mlkit/ranking_metrics.ts";
import { mae, r2, rmse, rmsle } from "../mlkit/regression_metrics.ts";

/** The names of all metrics. */
export const metricNames = [
  "accuracy",
  "macro-f1",
  "log-loss",
  "auc",
  "average-precision",
  "rmse",
  "rmsle",
  "mae",
  "r2",
] as const;

/** The name of a metric. */
export type MetricName = typeof metricNames[number];

/**
 * What is compared, a value a row. Truth: a number, the index of a class, or 1 for the positive class and 0 for another.
 * Predictions: the same, the probability or score of the positive class, or a row of probabilities, one a class.
 */
export type MetricValues = readonly number[] | readonly (readonly number[])[];

/** What a metric asks for. */
export interface Metric {
  /** Its direction. */
  readonly higherIsBetter: boolean;
  /** What the target holds. */
  readonly target: "number" | "class";
  /** Whether one class of two is asked for: always, never, or if the competition says so. */
  readonly positive: "always" | "never" | "if given";
  /** The least target and prediction; `-Infinity` if there is none. */
  readonly least: number;
}

const numbers: Metric = { higherIsBetter: false, target: "number", positive: "never", least: -Infinity };
const classes: Metric = { higherIsBetter: true, target: "class", positive: "never", least: -Infinity };

/** What each metric asks for. */
export const metrics: { readonly [Name in MetricName]: Metric } = {
  "accuracy": classes,
  "macro-f1": classes,
  "log-loss": { ...classes, higherIsBetter: false, positive: "if given" },
  "auc": { ...classes, positive: "always" },
  "average-precision": { ...classes, positive: "always" },
  "rmse": numbers,
  "rmsle": { ...numbers, least: 0 },
  "mae": numbers,
  "r2": { ...numbers, higherIsBetter: true },
};

const computed: { readonly [Name in MetricName]: (truth: number[], predictions: MetricValues) => number } = {
  "accuracy": flat(accuracy),
  "macro-f1": flat(macroF1),
  "log-loss": (truth, predictions) => logLoss(truth, predictions),
  "auc": flat(auc),
  "average-precision": flat(averagePrecision),
  "rmse": flat(rmse),
  "rmsle": flat(rmsle),
  "mae": flat(mae),
  "r2": flat(r2),
};

function flat(metric: (truth: number[], predictions: number[]) => number) {
  return (truth: number[], predictions: MetricValues): number => metric(truth, predictions.flat());
}

/**
 * The value of a metric.
 *
 * @throws {RangeError} If the values are not of the metric's form; see `MetricValues`.
 *
 * @example
 * ```ts
 * import { metricValue } from "exitlab/domains/mle/competition/metric.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(metricValue("mae", [1, 2, 3], [1, 2, 6]), 1);
 * assert.equal(metricValue("log-loss", [0, 1], [[0.5, 0.5], [0.5, 0.5]]), Math.LN2);
 * ```
 */
export function metricValue(name: MetricName, truth: readonly number[], predictions: MetricValues): number {
  return computed[name]([...truth], predictions);
}

/** Whether predictions are one number a row. */
export function areNumbers(values: MetricValues): values is readonly number[] {
  return values.every((value) => typeof value === "number");
}

/** The score of predictions without a mistake. */
export function perfectScore(name: MetricName): number {
  return metrics[name].higherIsBetter ? 1 : 0;
}

/** Whether the first score is better than the second. */
export function isBetter(name: MetricName, score: number, other: number): boolean {
  return metrics[name].higherIsBetter ? score > other : score < other;
}
