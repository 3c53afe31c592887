import type { Answer, Scores } from "./competition.ts";
import { type MetricName, metrics, type MetricValues } from "./metric.ts";
import { encodedAnswers, scoresOf, type ScoringRules } from "./score_predictions.ts";

/**
 * What is scored without a model: by the best constant or, where the hidden rows follow the known ones in time, the last
 * known number.
 *
 * @param known The true values of the rows to learn from, one at least.
 * @param rules Of the hidden rows.
 */
export function dummyScores(known: readonly Answer[], rules: ScoringRules, byTime: boolean): Scores {
  const { metric, positive, classes, answers } = rules;
  const truth = encodedAnswers({ ...rules, answers: known });
  const last = truth.at(-1);
  const prediction = byTime && metrics[metric].target === "number" && last !== undefined
    ? last
    : bestConstant(metric, truth, metric === "log-loss" && positive === null ? classes?.length ?? 0 : 0);
  return scoresOf(rules, repeated(prediction, answers.length));
}

/**
 * The constant that scores best without a look at any column, judged by the rows to learn from: the mean, the median or
 * the mean of the logarithms of a number, the commonest class, or the shares of the classes.
 *
 * @param truth The rows to learn from, one at least; see `MetricValues`.
 * @param classCount How many classes probabilities are asked for; 0 where one number a row is asked for.
 * @returns The prediction for any row.
 *
 * @example
 * ```ts
 * import { bestConstant } from "exitlab/domains/mle/competition/dummy.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(bestConstant("rmse", [1, 2, 9], 0), 4);
 * assert.equal(bestConstant("mae", [1, 2, 9], 0), 2);
 * assert.equal(bestConstant("accuracy", [0, 2, 2], 0), 2);
 * assert.deepEqual(bestConstant("log-loss", [0, 1, 1, 1], 2), [0.25, 0.75]);
 * ```
 */
export function bestConstant(
  metric: MetricName,
  truth: readonly number[],
  classCount: number,
): number | readonly number[] {
  switch (metric) {
    case "accuracy":
    case "macro-f1":
      return commonest(truth);
    case "mae":
      return median(truth);
    case "rmsle":
      return Math.expm1(mean(truth.map(Math.log1p)));
    case "log-loss":
      if (classCount === 0) return mean(truth);
      return Array.from(
        { length: classCount },
        (_, index) => truth.filter((value) => value === index).length / truth.length,
      );
    default:
      return mean(truth);
  }
}

/** One prediction for all of `count` rows. */
function repeated(prediction: number | readonly number[], count: number): MetricValues {
  return typeof prediction === "number"
    ? Array.from({ length: count }, () => prediction)
    : Array.from({ length: count }, () => prediction);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return mean([sorted[Math.floor(middle)] ?? NaN, sorted[Math.ceil(middle)] ?? NaN]);
}

/** Of equally common values the least. */
function commonest(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [first] = [...counts].toSorted(([a, times], [b, others]) => others - times || a - b);
  return first?.[0] ?? NaN;
}
