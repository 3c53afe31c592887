import { codeLabels, likeliest } from "./labels.ts";
import type { Matrix } from "./matrix.ts";
import type { ClassifierRecipe, RegressorRecipe } from "./model.ts";
import { checkMatrix, checkTargets, whole, withDefaults } from "./model_input.ts";

/** The options of `knnRegressor` and `knnClassifier`. */
export interface NearestOptions {
  /** How many nearest rows decide, at most as many as there are. Default 5. */
  readonly k: number;
  /** `"uniform"`: each counts alike; `"distance"`: by one over its distance. Default `"uniform"`. */
  readonly weights: "uniform" | "distance";
}

const defaults: NearestOptions = { k: 5, weights: "uniform" };

/**
 * The mean target of the k nearest rows by Euclidean distance; of rows equally far the earlier ones. Every row is
 * compared with every other. The columns should have like scales.
 *
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If an option is out of range.
 */
export function knnRegressor(options: Partial<NearestOptions> = {}): RegressorRecipe {
  const { k, weights } = readOptions("knnRegressor", options);
  return {
    fit(X, y) {
      checkFit("knnRegressor", X, k);
      const targets = checkTargets("knnRegressor().fit(X, y)", X, y);
      return {
        predict(unseen) {
          checkMatrix("The k-nearest regressor's predict(X)", unseen, { columns: X.columns });
          const predictions = new Float64Array(unseen.rows);
          eachNearest(X, unseen, k, weights, (row, near, share) => {
            predictions[row] = (predictions[row] ?? 0) + share * (targets[near] ?? 0);
          });
          return predictions;
        },
      };
    },
  };
}

/**
 * The classes of the k nearest rows by Euclidean distance; of rows equally far the earlier ones. The probability of a
 * class is its share of the k.
 *
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If an option is out of range.
 *
 * @example
 * ```ts
 * import { knnClassifier } from "exitlab/domains/mle/mlkit/k_nearest.ts";
 * import { fromColumns } from "exitlab/domains/mle/mlkit/matrix.ts";
 * import assert from "node:assert/strict";
 *
 * const X = fromColumns([[0, 1, 2, 10, 11, 12]]);
 * const model = knnClassifier({ k: 3 }).fit(X, ["low", "low", "low", "high", "high", "high"]);
 * assert.deepEqual(model.predict(fromColumns([[1.5, 7]])), ["low", "high"]);
 * ```
 */
export function knnClassifier(options: Partial<NearestOptions> = {}): ClassifierRecipe {
  const { k, weights } = readOptions("knnClassifier", options);
  return {
    fit(X, labels) {
      checkFit("knnClassifier", X, k);
      const { classes, codes } = codeLabels("knnClassifier().fit(X, labels)", X, labels);
      const probabilities = (unseen: Matrix): Matrix => {
        checkMatrix("The k-nearest classifier", unseen, { columns: X.columns });
        const values = new Float64Array(unseen.rows * classes.length);
        eachNearest(X, unseen, k, weights, (row, near, share) => {
          const cell = row * classes.length + (codes[near] ?? 0);
          values[cell] = (values[cell] ?? 0) + share;
        });
        return { rows: unseen.rows, columns: classes.length, values };
      };
      return { classes, probabilities, predict: (unseen) => likeliest(classes, probabilities(unseen)) };
    },
  };
}

function readOptions(model: string, options: Partial<NearestOptions>): NearestOptions {
  const all = withDefaults(model, options, defaults);
  whole(`${model}({ k })`, all.k, 1);
  if (all.weights !== "uniform" && all.weights !== "distance") {
    throw new RangeError(
      `${model}({ weights }) must be "uniform" or "distance", not ${String(all.weights)}.`,
    );
  }
  return all;
}

function checkFit(model: string, X: Matrix, k: number): void {
  checkMatrix(`${model}().fit()`, X);
  if (k > X.rows) throw new RangeError(`${model}({ k: ${k} }) needs at least k rows, but X has ${X.rows}.`);
}

/** Calls `visit` with the k nearest known rows of each unseen row and their shares, which sum to 1. */
function eachNearest(
  known: Matrix,
  unseen: Matrix,
  k: number,
  weights: NearestOptions["weights"],
  visit: (row: number, near: number, share: number) => void,
): void {
  const nearest = new Int32Array(k);
  const distances = new Float64Array(k);
  for (let row = 0; row < unseen.rows; row++) {
    findNearest(known, unseen, row, nearest, distances);
    const exact = distances[0] === 0;
    const weigh = (squared: number): number => {
      if (weights === "uniform") return 1;
      return exact ? (squared === 0 ? 1 : 0) : 1 / Math.sqrt(squared);
    };
    const total = distances.reduce((sum, squared) => sum + weigh(squared), 0);
    for (let at = 0; at < k; at++) visit(row, nearest[at] ?? 0, weigh(distances[at] ?? 0) / total);
  }
}

/** Fills in the nearest rows and their squared distances, ascending. */
function findNearest(
  known: Matrix,
  unseen: Matrix,
  row: number,
  nearest: Int32Array,
  distances: Float64Array,
): void {
  const { columns, values } = known;
  const last = nearest.length - 1;
  const from = row * columns;
  const own = unseen.values;
  distances.fill(Infinity);
  for (let other = 0; other < known.rows; other++) {
    const start = other * columns;
    const bound = distances[last] ?? 0;
    let squared = 0;
    for (let column = 0; column < columns; column++) {
      const difference = (values[start + column] ?? 0) - (own[from + column] ?? 0);
      squared += difference * difference;
    }
    if (!(squared < bound)) continue;
    let place = last;
    while (place > 0 && (distances[place - 1] ?? 0) > squared) {
      distances[place] = distances[place - 1] ?? 0;
      nearest[place] = nearest[place - 1] ?? 0;
      place--;
    }
    distances[place] = squared;
    nearest[place] = other;
  }
}
