import { binRows } from "./boosting_bins.ts";
import { addTree, type Tree, TreeGrower } from "./boosting_tree.ts";
import { codeLabels, likeliest } from "./labels.ts";
import type { Matrix } from "./matrix.ts";
import type { Classifier, ClassifierRecipe, Label, RegressorRecipe } from "./model.ts";
import { amount, checkMatrix, checkTargets, whole, withDefaults } from "./model_input.ts";
import { softmax } from "./softmax.ts";

/** The options of `boostingRegressor` and `boostingClassifier`. */
export interface BoostingOptions {
  /** How many trees, for each class if there are more than two. Default 100. */
  readonly trees: number;
  /** What each tree's values are multiplied with: fewer trees want more. Default 0.1. */
  readonly rate: number;
  /** The most leaves of a tree, at least 2. Default 31. */
  readonly leaves: number;
  /** The most splits on the way to a leaf; `Infinity` for no limit. Default `Infinity`. */
  readonly depth: number;
  /** The most bins that a column is cut into, from 2 to 65535, beside one of missing values. Default 255. */
  readonly bins: number;
  /** The fewest rows of a leaf. Default 20. */
  readonly minLeaf: number;
  /** The penalty on the square of a leaf's value. Default 0. */
  readonly l2: number;
}

const defaults: BoostingOptions = {
  trees: 100,
  rate: 0.1,
  leaves: 31,
  depth: Infinity,
  bins: 255,
  minLeaf: 20,
  l2: 0,
};

/**
 * Gradient boosting of regression trees for the squared error, over histograms and leaf by leaf, after LightGBM
 * (Ke et al., 2017) and scikit-learn's HistGradientBoosting. `NaN` is a missing value: every split learns its side.
 *
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If an option is out of range.
 *
 * @example
 * ```ts
 * import { boostingRegressor } from "exitlab/domains/mle/mlkit/boosting.ts";
 * import { fromColumns } from "exitlab/domains/mle/mlkit/matrix.ts";
 * import assert from "node:assert/strict";
 *
 * const x = Array.from({ length: 200 }, (_, at) => at % 5 === 0 ? NaN : at);
 * const y = x.map((value) => Number.isNaN(value) ? 7 : value < 100 ? 1 : 2);
 * const model = boostingRegressor({ trees: 50, rate: 0.3 }).fit(fromColumns([x]), y);
 * const predictions = model.predict(fromColumns([[NaN, 20.5, 150]]));
 * assert.deepEqual([...predictions].map((value) => value.toFixed(3)), ["7.000", "1.000", "2.000"]);
 * ```
 */
export function boostingRegressor(options: Partial<BoostingOptions> = {}): RegressorRecipe {
  const rules = readOptions("boostingRegressor", options);
  return {
    fit(X, y) {
      checkMatrix("boostingRegressor().fit(X, y)", X, { missing: true });
      const targets = checkTargets("boostingRegressor().fit(X, y)", X, y);
      const base = targets.reduce((sum, value) => sum + value, 0) / targets.length;
      const scores = new Float64Array(X.rows).fill(base);
      const gradients = new Float64Array(X.rows);
      const grower = new TreeGrower(binRows(X, rules.bins), rules);
      const trees: Tree[] = [];
      while (trees.length < rules.trees) {
        for (let row = 0; row < X.rows; row++) gradients[row] = (scores[row] ?? 0) - (targets[row] ?? 0);
        trees.push(grower.grow({ gradients, hessians: null }, scores));
      }
      return {
        predict(unseen) {
          checkMatrix("The boosting regressor's predict(X)", unseen, { missing: true, columns: X.columns });
          const predictions = new Float64Array(unseen.rows).fill(base);
          for (const tree of trees) addTree(tree, unseen, predictions, 1, 0);
          return predictions;
        },
      };
    },
  };
}

/**
 * Gradient boosting of classification trees for the log loss, as `boostingRegressor`: one tree a round for two classes,
 * one a class for more.
 *
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If an option is out of range.
 *
 * @example
 * ```ts
 * import { boostingClassifier } from "exitlab/domains/mle/mlkit/boosting.ts";
 * import { fromColumns } from "exitlab/domains/mle/mlkit/matrix.ts";
 * import assert from "node:assert/strict";
 *
 * const x = Array.from({ length: 90 }, (_, at) => at);
 * const labels = x.map((value) => value < 30 ? "low" : value < 60 ? "middle" : "high");
 * const model = boostingClassifier({ trees: 20 }).fit(fromColumns([x]), labels);
 * assert.deepEqual(model.classes, ["high", "low", "middle"]);
 * assert.deepEqual(model.predict(fromColumns([[3, 45, 80]])), ["low", "middle", "high"]);
 * ```
 */
export function boostingClassifier(options: Partial<BoostingOptions> = {}): ClassifierRecipe {
  const rules = readOptions("boostingClassifier", options);
  return {
    fit(X, labels) {
      checkMatrix("boostingClassifier().fit(X, labels)", X, { missing: true });
      const { classes, codes } = codeLabels("boostingClassifier().fit(X, labels)", X, labels);
      return classes.length === 2 ? fitTwo(X, classes, codes, rules) : fitMany(X, classes, codes, rules);
    },
  };
}

/** One score a row: the log of the odds of the second class. */
function fitTwo<L extends Label>(
  X: Matrix,
  classes: readonly L[],
  codes: Int32Array,
  rules: BoostingOptions,
): Classifier<L> {
  const share = codes.reduce((sum, code) => sum + code, 0) / codes.length;
  const base = Math.log(share / (1 - share));
  const scores = new Float64Array(X.rows).fill(base);
  const gradients = new Float64Array(X.rows);
  const hessians = new Float64Array(X.rows);
  const grower = new TreeGrower(binRows(X, rules.bins), rules);
  const trees: Tree[] = [];
  while (trees.length < rules.trees) {
    for (let row = 0; row < X.rows; row++) {
      const probability = 1 / (1 + Math.exp(-(scores[row] ?? 0)));
      gradients[row] = probability - (codes[row] ?? 0);
      hessians[row] = probability * (1 - probability);
    }
    trees.push(grower.grow({ gradients, hessians }, scores));
  }
  const probabilities = (unseen: Matrix): Matrix => {
    checkMatrix("The boosting classifier", unseen, { missing: true, columns: X.columns });
    const odds = new Float64Array(unseen.rows).fill(base);
    for (const tree of trees) addTree(tree, unseen, odds, 1, 0);
    const values = new Float64Array(2 * unseen.rows);
    for (const [row, score] of odds.entries()) {
      values[2 * row] = 1 / (1 + Math.exp(score));
      values[2 * row + 1] = 1 / (1 + Math.exp(-score));
    }
    return { rows: unseen.rows, columns: 2, values };
  };
  return { classes, probabilities, predict: (unseen) => likeliest(classes, probabilities(unseen)) };
}

/** One score a row and class. */
function fitMany<L extends Label>(
  X: Matrix,
  classes: readonly L[],
  codes: Int32Array,
  rules: BoostingOptions,
): Classifier<L> {
  const count = classes.length;
  const counts = new Float64Array(count);
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
  const bases = counts.map((rows) => Math.log(rows / codes.length));
  const scores = Array.from(bases, (base) => new Float64Array(X.rows).fill(base));
  const shares = new Float64Array(X.rows * count);
  const gradients = new Float64Array(X.rows);
  const hessians = new Float64Array(X.rows);
  const grower = new TreeGrower(binRows(X, rules.bins), rules);
  const trees: Tree[] = [];
  for (let round = 0; round < rules.trees; round++) {
    for (const [code, own] of scores.entries()) {
      for (let row = 0; row < X.rows; row++) shares[row * count + code] = own[row] ?? 0;
    }
    softmax(shares, count);
    for (const [code, own] of scores.entries()) {
      for (let row = 0; row < X.rows; row++) {
        const share = shares[row * count + code] ?? 0;
        gradients[row] = codes[row] === code ? share - 1 : share;
        hessians[row] = share * (1 - share);
      }
      trees.push(grower.grow({ gradients, hessians }, own));
    }
  }
  const probabilities = (unseen: Matrix): Matrix => {
    checkMatrix("The boosting classifier", unseen, { missing: true, columns: X.columns });
    const values = new Float64Array(unseen.rows * count);
    for (let cell = 0; cell < values.length; cell++) values[cell] = bases[cell % count] ?? 0;
    for (const [at, tree] of trees.entries()) addTree(tree, unseen, values, count, at % count);
    softmax(values, count);
    return { rows: unseen.rows, columns: count, values };
  };
  return { classes, probabilities, predict: (unseen) => likeliest(classes, probabilities(unseen)) };
}

function readOptions(model: string, options: Partial<BoostingOptions>): BoostingOptions {
  const all = withDefaults(model, options, defaults);
  whole(`${model}({ trees })`, all.trees, 1);
  amount(`${model}({ rate })`, all.rate, 0, true);
  whole(`${model}({ leaves })`, all.leaves, 2);
  if (all.depth !== Infinity) whole(`${model}({ depth })`, all.depth, 1);
  whole(`${model}({ bins })`, all.bins, 2, 65535);
  whole(`${model}({ minLeaf })`, all.minLeaf, 1);
  amount(`${model}({ l2 })`, all.l2, 0);
  return all;
}
