/**
 * Metrics of scores that rank the samples of a yes-or-no question: only the order of the scores counts.
 *
 * @module
 */
import {
  columnPairs,
  finiteAt,
  type NumberRows,
  type Numbers,
  sameLength,
  zerosAndOnes,
} from "./metric_input.ts";

/** How many positive and negative samples have one score. */
interface Tie {
  readonly positives: number;
  readonly negatives: number;
}

/**
 * Area under the ROC curve: the probability that a positive sample has a higher score than a negative one, where equal
 * scores count half. 1 is perfect, 0.5 is chance. True values are 0 or 1; the scores may be any finite numbers.
 *
 * @throws {RangeError} If the lengths differ, a true value is neither 0 nor 1, all are equal, or a score is not finite.
 *
 * @example
 * ```ts
 * import { auc, averagePrecision } from "exitlab/domains/mle/mlkit/ranking_metrics.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 0.75);
 * assert.equal(auc([0, 1, 1], [0.5, 0.5, 0.5]), 0.5);
 * assert.equal(averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 0.5 + 0.5 * 2 / 3);
 * ```
 */
export function auc(truth: Numbers, prediction: Numbers): number {
  const ties = fromHighest(truth, prediction, "auc");
  const positives = ties.reduce((sum, tie) => sum + tie.positives, 0);
  const negatives = ties.reduce((sum, tie) => sum + tie.negatives, 0);
  if (positives === 0 || negatives === 0) {
    throw new RangeError(
      `Expected both 0 and 1 among the true values but found only ${positives === 0 ? 0 : 1} (auc)`,
    );
  }
  let above = 0;
  let ordered = 0;
  for (const tie of ties) {
    ordered += tie.negatives * (above + tie.positives / 2);
    above += tie.positives;
  }
  return ordered / (positives * negatives);
}

/**
 * Average precision: the sum over distinct scores, from the highest, of the gain in recall times the precision there.
 * 1 is perfect; chance is the share of positive samples. True values are 0 or 1; the scores may be any finite numbers.
 *
 * @throws {RangeError} If the lengths differ, a true value is neither 0 nor 1, none is 1, or a score is not finite.
 */
export function averagePrecision(truth: Numbers, prediction: Numbers): number {
  const ties = fromHighest(truth, prediction, "averagePrecision");
  const positives = ties.reduce((sum, tie) => sum + tie.positives, 0);
  if (positives === 0) throw new RangeError("Expected a true value of 1 but found only 0 (averagePrecision)");
  let found = 0;
  let seen = 0;
  let sum = 0;
  for (const tie of ties) {
    found += tie.positives;
    seen += tie.positives + tie.negatives;
    sum += tie.positives / positives * (found / seen);
  }
  return sum;
}

/**
 * The mean over columns of the `auc` of each; rows are samples, columns are yes-or-no questions.
 *
 * @throws {RangeError} If the shapes differ or a column is refused by `auc`.
 *
 * @example
 * ```ts
 * import { meanColumnAuc } from "exitlab/domains/mle/mlkit/ranking_metrics.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(meanColumnAuc([[0, 1], [1, 0]], [[0.2, 0.1], [0.9, 0.3]]), 0.5);
 * ```
 */
export function meanColumnAuc(truth: NumberRows, prediction: NumberRows): number {
  const pairs = columnPairs(truth, prediction, "meanColumnAuc");
  return pairs.reduce((sum, pair) => sum + auc(pair.truth, pair.prediction), 0) / pairs.length;
}

function fromHighest(truth: Numbers, prediction: Numbers, metric: string): Tie[] {
  const count = sameLength(truth, prediction, metric);
  const bits = zerosAndOnes(truth, metric);
  const scores = Float64Array.from({ length: count }, (_, i) => finiteAt(prediction, i, "score", metric));
  const order = Uint32Array.from({ length: count }, (_, i) => i)
    .sort((left, right) => (scores[right] ?? NaN) - (scores[left] ?? NaN));
  const ties: Tie[] = [];
  let from = 0;
  while (from < count) {
    const score = scores[order[from] ?? 0];
    let positives = 0;
    let to = from;
    for (; to < count && scores[order[to] ?? 0] === score; to++) positives += bits[order[to] ?? 0] ?? 0;
    ties.push({ positives, negatives: to - from - positives });
    from = to;
  }
  return ties;
}
