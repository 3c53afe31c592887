import { type CentredRows, centredRows } from "./centred_rows.ts";
import { codeLabels, likeliest } from "./labels.ts";
import { minimize } from "./lbfgs.ts";
import { type Matrix, row } from "./matrix.ts";
import type { Classifier, ClassifierRecipe, Label } from "./model.ts";
import { amount, checkMatrix, whole, withDefaults } from "./model_input.ts";
import { softmax } from "./softmax.ts";

/** The options of `logistic`. */
export interface LogisticOptions {
  /** The penalty on half the sum of squared weights, at least 0 (scikit-learn's 1 / C). Default 1. */
  readonly l2: number;
  /** Whether there are intercepts, which are not penalized. Default true. */
  readonly intercept: boolean;
  /** The most iterations. Default 500. */
  readonly iterations: number;
  /** The largest slope of the mean loss by a scaled weight at which it stops. Default 1e-7. */
  readonly tolerance: number;
}

/** A fitted logistic regression. */
export interface FittedLogistic<L extends Label> extends Classifier<L> {
  /** Columns × scores: one score (of the second class) for two classes, else one a class. */
  readonly weights: Matrix;
  /** One a score. */
  readonly intercepts: Float64Array;
}

/** A logistic regression that can be fitted. */
export interface LogisticRecipe extends ClassifierRecipe {
  /** Fits X.rows labels of at least two classes. */
  fit<L extends Label>(X: Matrix, labels: ArrayLike<L>): FittedLogistic<L>;
}

/**
 * Logistic regression, multinomial for more than two classes: the weights that make the log loss, summed over the rows,
 * plus l2 / 2 Σ w² smallest, by L-BFGS over scaled columns. Zeros cost nothing, so thousands of words are well.
 *
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If an option is out of range.
 *
 * @example
 * ```ts
 * import { logistic } from "exitlab/domains/mle/mlkit/logistic.ts";
 * import { fromColumns } from "exitlab/domains/mle/mlkit/matrix.ts";
 * import assert from "node:assert/strict";
 *
 * const X = fromColumns([[0, 1, 2, 3, 4, 5]]);
 * const model = logistic({ l2: 0.1 }).fit(X, ["no", "no", "yes", "no", "yes", "yes"]);
 * assert.deepEqual(model.predict(fromColumns([[0.5, 4.5]])), ["no", "yes"]);
 * assert.equal(model.probabilities(fromColumns([[2.5]])).values[1]?.toFixed(4), "0.5000");
 * ```
 */
export function logistic(options: Partial<LogisticOptions> = {}): LogisticRecipe {
  const all = withDefaults("logistic", options, { l2: 1, intercept: true, iterations: 500, tolerance: 1e-7 });
  amount("logistic({ l2 })", all.l2, 0);
  whole("logistic({ iterations })", all.iterations, 1);
  amount("logistic({ tolerance })", all.tolerance, 0);
  return {
    fit(X, labels) {
      checkMatrix("logistic().fit(X, labels)", X);
      const { classes, codes } = codeLabels("logistic().fit(X, labels)", X, labels);
      const scores = classes.length === 2 ? 1 : classes.length;
      const { weights, intercepts } = fit(X, codes, scores, all);
      const probabilities = (unseen: Matrix): Matrix => {
        checkMatrix("The logistic regression", unseen, { columns: X.columns });
        const raw = new Float64Array(unseen.rows * scores);
        for (let index = 0; index < unseen.rows; index++) {
          const line = raw.subarray(index * scores, (index + 1) * scores);
          line.set(intercepts);
          for (const [column, value] of row(unseen, index).entries()) {
            if (value === 0) continue;
            for (let score = 0; score < scores; score++) {
              line[score] = (line[score] ?? 0) + value * (weights.values[column * scores + score] ?? 0);
            }
          }
        }
        return {
          rows: unseen.rows,
          columns: classes.length,
          values: scores === 1 ? twoOf(raw) : sharesOf(raw, scores),
        };
      };
      return {
        classes,
        weights,
        intercepts,
        probabilities,
        predict: (unseen) => likeliest(classes, probabilities(unseen)),
      };
    },
  };
}

/**
 * The loss bends about this many times less by a weight than the column's mean square says, as most probabilities are
 * near 0 or 1 in the end.
 */
const flattest = 64;

/** The weights are sought for columns so scaled that loss and penalty bend alike by each, and steps suit all of them. */
function fit(
  X: Matrix,
  codes: Int32Array,
  scores: number,
  { l2, intercept, ...limits }: LogisticOptions,
): { readonly weights: Matrix; readonly intercepts: Float64Array } {
  const rows = centredRows(X, intercept, flattest * l2 / X.rows);
  const size = X.columns * scores;
  const point = new Float64Array(size + (intercept ? scores : 0));
  const penalties = rows.scale.map((scale) => l2 / (scale * scale) / X.rows);
  const line = new Float64Array(scores);
  minimize(
    (at, slope) => {
      slope.fill(0);
      let loss = 0;
      for (let index = 0; index < X.rows; index++) {
        line.fill(0);
        if (intercept) line.set(at.subarray(size));
        scoreRow(rows, index, at, line);
        loss += lossOf(line, codes[index] ?? 0) / X.rows;
        for (let score = 0; score < scores; score++) line[score] = (line[score] ?? 0) / X.rows;
        slopeOfRow(rows, index, line, slope);
        if (!intercept) continue;
        for (let score = 0; score < scores; score++) {
          slope[size + score] = (slope[size + score] ?? 0) + (line[score] ?? 0);
        }
      }
      for (let cell = 0; cell < size; cell++) {
        const weight = at[cell] ?? 0;
        const penalty = penalties[Math.floor(cell / scores)] ?? 0;
        loss += penalty * weight * weight / 2;
        slope[cell] = (slope[cell] ?? 0) + penalty * weight;
      }
      return loss;
    },
    point,
    limits,
  );
  const intercepts = new Float64Array(scores);
  if (intercept) intercepts.set(point.subarray(size));
  const values = point.subarray(0, size).map((weight, cell) => {
    const column = Math.floor(cell / scores);
    const real = weight / (rows.scale[column] ?? 1);
    intercepts[cell % scores] = (intercepts[cell % scores] ?? 0) - real * (rows.shift[column] ?? 0);
    return real;
  });
  return { weights: { rows: X.columns, columns: scores, values }, intercepts };
}

/** Adds a row's scores. */
function scoreRow(
  { starts, at, values }: CentredRows,
  row: number,
  weights: Float64Array,
  line: Float64Array,
): void {
  const scores = line.length;
  const end = starts[row + 1] ?? 0;
  for (let entry = starts[row] ?? 0; entry < end; entry++) {
    const value = values[entry] ?? 0;
    const from = (at[entry] ?? 0) * scores;
    for (let score = 0; score < scores; score++) {
      line[score] = (line[score] ?? 0) + value * (weights[from + score] ?? 0);
    }
  }
}

/** Adds a row's part of the slope. */
function slopeOfRow(
  { starts, at, values }: CentredRows,
  row: number,
  line: Float64Array,
  slope: Float64Array,
): void {
  const scores = line.length;
  const end = starts[row + 1] ?? 0;
  for (let entry = starts[row] ?? 0; entry < end; entry++) {
    const value = values[entry] ?? 0;
    const from = (at[entry] ?? 0) * scores;
    for (let score = 0; score < scores; score++) {
      slope[from + score] = (slope[from + score] ?? 0) + value * (line[score] ?? 0);
    }
  }
}

/** The log loss of scores, which are overwritten with the loss's slope by each. */
function lossOf(line: Float64Array, code: number): number {
  if (line.length === 1) {
    const score = line[0] ?? 0;
    line[0] = 1 / (1 + Math.exp(-score)) - code;
    return Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - (code === 1 ? score : 0);
  }
  const most = line.reduce((largest, score) => Math.max(largest, score), -Infinity);
  const own = line[code] ?? 0;
  let total = 0;
  for (let score = 0; score < line.length; score++) total += Math.exp((line[score] ?? 0) - most);
  for (let score = 0; score < line.length; score++) {
    line[score] = Math.exp((line[score] ?? 0) - most) / total - (score === code ? 1 : 0);
  }
  return most + Math.log(total) - own;
}

function twoOf(scores: Float64Array): Float64Array {
  return Float64Array.from({ length: 2 * scores.length }, (_, cell) => {
    const score = scores[cell >> 1] ?? 0;
    return 1 / (1 + Math.exp(cell % 2 === 0 ? score : -score));
  });
}

function sharesOf(scores: Float64Array, count: number): Float64Array {
  softmax(scores, count);
  return scores;
}
