/**
 * Splitting rows into those to learn from and those to check on.
 *
 * @module
 */
import type { Labels } from "./metric_input.ts";
import { withDefaults } from "./model_input.ts";
import { SeededRandom } from "./seeded_random.ts";

/** Two sets of row indices that share none; each rises. */
export interface RowSplit {
  /** The rows to learn from. */
  readonly train: number[];
  /** The rows to check on. */
  readonly test: number[];
}

/** How `splitRows` splits. */
export interface SplitOptions {
  /** The share of rows in `test`, between 0 and 1; at least one row stays on each side. Default 0.2. */
  readonly test: number;
  /** Another seed gives another split. Default 0. */
  readonly seed: number;
  /** The class of each row: both sides then have each class in the same share, as far as whole rows allow. Default null. */
  readonly stratify: Labels | null;
}

/** How `kFold` splits. */
export interface FoldOptions {
  /** How many folds, from 2 to the number of rows. Default 5. */
  readonly folds: number;
  /** Another seed gives other folds. Default 0. */
  readonly seed: number;
  /** The class of each row: each fold then has each class in the same share, as far as whole rows allow. Default null. */
  readonly stratify: Labels | null;
}

/**
 * Splits the rows 0 … `rows` − 1 in two at random.
 *
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If there are fewer than two rows, the share is not between 0 and 1, or `stratify` has another length.
 *
 * @example
 * ```ts
 * import { splitRows } from "exitlab/domains/mle/mlkit/split.ts";
 * import assert from "node:assert/strict";
 *
 * const { train, test } = splitRows(10, { test: 0.3, seed: 1 });
 * assert.deepEqual([train.length, test.length], [7, 3]);
 * assert.deepEqual([...train, ...test].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
 * ```
 */
export function splitRows(rows: number, options: Partial<SplitOptions> = {}): RowSplit {
  const { test, seed, stratify } = withDefaults("splitRows", options, { test: 0.2, seed: 0, stratify: null });
  if (!(test > 0 && test < 1)) {
    throw new RangeError(`Expected a test share between 0 and 1 but found ${test} (splitRows)`);
  }
  const order = shuffled(rows, seed, stratify, "splitRows");
  const count = Math.min(Math.max(Math.round(rows * test), 1), rows - 1);
  // evenly spaced places of an order by class take about the same share of each class
  return split(order, (place) => Math.floor((place + 1) * count / rows) > Math.floor(place * count / rows));
}

/**
 * Splits the rows 0 … `rows` − 1 in `folds` parts at random. Each part is the `test` of one split, and all other rows are
 * its `train`.
 *
 * @throws {TypeError} If an option is unknown.
 * @throws {RangeError} If there are fewer rows than folds, fewer than two folds, or `stratify` has another length.
 *
 * @example
 * ```ts
 * import { kFold } from "exitlab/domains/mle/mlkit/split.ts";
 * import assert from "node:assert/strict";
 *
 * const folds = kFold(6, { folds: 3, stratify: ["a", "a", "a", "b", "b", "b"] });
 * assert.deepEqual(folds.map(({ test }) => test.filter((row) => row < 3).length), [1, 1, 1]);
 * ```
 */
export function kFold(rows: number, options: Partial<FoldOptions> = {}): RowSplit[] {
  const { folds, seed, stratify } = withDefaults("kFold", options, { folds: 5, seed: 0, stratify: null });
  if (!Number.isInteger(folds) || folds < 2 || folds > rows) {
    throw new RangeError(`Expected from 2 to ${rows} folds, the number of rows, but found ${folds} (kFold)`);
  }
  const order = shuffled(rows, seed, stratify, "kFold");
  return Array.from({ length: folds }, (_, fold) => split(order, (place) => place % folds === fold));
}

/**
 * The values of some rows, in the order given.
 *
 * @throws {RangeError} If there is no such row.
 *
 * @example
 * ```ts
 * import { take } from "exitlab/domains/mle/mlkit/split.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(take(["a", "b", "c"], [2, 0]), ["c", "a"]);
 * assert.deepEqual(take(Float64Array.of(0.5, 1.5), [1]), [1.5]);
 * ```
 */
export function take<T>(values: ArrayLike<T>, rows: ArrayLike<number>): T[] {
  return Array.from(rows, (row) => {
    const value = values[row];
    if (value === undefined) {
      throw new RangeError(`Expected a row from 0 to ${values.length - 1} but found ${row} (take)`);
    }
    return value;
  });
}

/** The rows in random order; with `stratify`, those of each class together. */
function shuffled(rows: number, seed: number, stratify: Labels | null, where: string): number[] {
  if (!Number.isInteger(rows) || rows < 2) {
    throw new RangeError(`Expected at least two rows to split but found ${rows} (${where})`);
  }
  const order = Array.from(new SeededRandom(seed).permutation(rows));
  if (stratify === null) return order;
  if (stratify.length !== rows) {
    throw new RangeError(
      `Expected the class of each of the ${rows} rows to stratify by but found ${stratify.length} (${where})`,
    );
  }
  const classes = new Map<string | number | undefined, number[]>();
  for (const row of order) {
    const members = classes.get(stratify[row]);
    if (members === undefined) classes.set(stratify[row], [row]);
    else members.push(row);
  }
  return [...classes.values()].flat();
}

function split(order: readonly number[], isTest: (place: number) => boolean): RowSplit {
  const rising = (left: number, right: number) => left - right;
  return {
    train: order.filter((_, place) => !isTest(place)).sort(rising),
    test: order.filter((_, place) => isTest(place)).sort(rising),
  };
}
