import assert from "node:assert/strict";
import {
  boostingClassifier,
  type BoostingOptions,
  boostingRegressor,
  fromColumns,
  hstack,
  knnClassifier,
  knnRegressor,
  logistic,
  type LogisticOptions,
  type Matrix,
  matrix,
  type NearestOptions,
  ridge,
  type RidgeOptions,
  takeRows,
} from "../../../../domains/mle/mlkit/models.ts";

/** A table and what scikit-learn makes of it; numbers stand in texts with spaces between them. */
interface Group<Options> {
  readonly columns: number;
  readonly X: string;
  readonly cases: readonly {
    readonly y: string;
    readonly options: Partial<Options>;
    readonly expected: string;
  }[];
}

/** All that `mlkit_sklearn.py golden` prints. */
export interface SklearnModels {
  readonly ridge: readonly Group<RidgeOptions>[];
  readonly logistic: readonly Group<LogisticOptions>[];
  readonly nearest: readonly Group<NearestOptions>[];
  readonly boosting: readonly Group<BoostingOptions>[];
  readonly two: readonly Group<BoostingOptions>[];
  readonly three: readonly Group<BoostingOptions>[];
}

/**
 * How far the kit may be from scikit-learn's value: each value, or their mean where boosted classes have splits that gain
 * alike, of which either may come first.
 */
const margins = { ridge: 1e-8, logistic: 1e-6, nearest: 1e-9, boosting: 1e-6, two: 0.02, three: 0.02 };

/** The first rows, which nearest neighbours and boosting predict and were not fitted on. */
const heldOut = 40;

/** Compares the kit's models with each case. */
export function checkModels(golden: SklearnModels): void {
  check("ridge", golden.ridge, (X, y, options) => {
    const { weights, intercept } = ridge(options).fit(X, y);
    return fromColumns([[...weights, intercept]]);
  });
  check(
    "logistic",
    golden.logistic,
    (X, y, options) => logistic({ ...options, tolerance: 1e-10 }).fit(X, y).probabilities(X),
  );
  check("nearest", golden.nearest, (X, y, options) => {
    const { first, rest } = halves(X);
    const mean = knnRegressor(options).fit(rest, y.slice(heldOut)).predict(first);
    const three = knnClassifier(options).fit(rest, grouped(y, 3).slice(heldOut)).probabilities(first);
    return hstack(fromColumns([mean]), three);
  });
  check("boosting", golden.boosting, (X, y, options) => {
    const { first, rest } = halves(X);
    return fromColumns([boostingRegressor(options).fit(rest, y.slice(heldOut)).predict(first)]);
  });
  for (const [model, count] of [["two", 2], ["three", 3]] as const) {
    check(model, golden[model], (X, y, options) => {
      const { first, rest } = halves(X);
      return boostingClassifier(options).fit(rest, grouped(y, count).slice(heldOut)).probabilities(first);
    });
  }
}

function check<Options>(
  model: keyof SklearnModels,
  groups: readonly Group<Options>[],
  answer: (X: Matrix, y: Float64Array, options: Partial<Options>) => Matrix,
): void {
  for (const { X: text, columns, cases } of groups) {
    const values = numbers(text);
    const X = matrix(values.length / columns, columns, values);
    for (const { y: target, options, expected } of cases) {
      const name = `${model} ${JSON.stringify(options)}, ${X.rows} × ${columns}`;
      const y = numbers(target);
      const found = answer(X, y, options).values;
      const wanted = numbers(expected);
      assert.equal(found.length, wanted.length, name);
      const distances = wanted.map((value, at) =>
        Math.abs((found[at] ?? NaN) - value) / Math.max(1, Math.abs(value))
      );
      const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
      const distance = model === "two" || model === "three" ? mean : Math.max(...distances);
      assert.ok(distance <= margins[model], `${name}: ${distance} from scikit-learn`);
    }
  }
}

function numbers(text: string): Float64Array {
  return Float64Array.from(text.split(" "), Number);
}

/** Classes of equal size, by the order of the numbers: those of `grouped` in mlkit_sklearn.py. */
function grouped(y: Float64Array, classes: number): number[] {
  const sorted = y.toSorted();
  const limits = Array.from({ length: classes - 1 }, (_, at) => {
    const place = (at + 1) / classes * (sorted.length - 1);
    const low = sorted[Math.floor(place)] ?? NaN;
    return low + (place - Math.floor(place)) * ((sorted[Math.ceil(place)] ?? NaN) - low);
  });
  return Array.from(y, (value) => limits.filter((limit) => value >= limit).length);
}

function halves(X: Matrix): { readonly first: Matrix; readonly rest: Matrix } {
  const all = Array.from({ length: X.rows }, (_, at) => at);
  return { first: takeRows(X, all.slice(0, heldOut)), rest: takeRows(X, all.slice(heldOut)) };
}
