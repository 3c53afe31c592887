/**
 * Means and their standard errors.
 *
 * @module
 */

/**
 * The arithmetic mean; NaN of no values.
 *
 * @example
 * ```ts
 * import { mean } from "exitlab/lib/metrics/estimate.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(mean([1, 2, 6]), 3);
 * ```
 */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The standard error of the mean of n independent values: s / √n, with s² = Σ (x − x̄)² / (n − 1). `null` for fewer
 * than two values, which say nothing about their spread.
 *
 * @example
 * ```ts
 * import { standardError } from "exitlab/lib/metrics/estimate.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(standardError([1, 3]), 1);
 * assert.equal(standardError([5]), null);
 * ```
 */
export function standardError(values: readonly number[]): number | null {
  const n = values.length;
  if (n < 2) return null;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (n - 1) / n);
}

/**
 * The standard error of the mean over tasks when each task gave several values that are not independent (chains of
 * the same task): the values of a task are averaged first, so that only tasks count. `null` for fewer than two tasks.
 *
 * @param tasks For each task, its values; at least one each.
 *
 * @example
 * ```ts
 * import { clusteredStandardError } from "exitlab/lib/metrics/estimate.ts";
 * import assert from "node:assert/strict";
 *
 * // Two tasks, one always solved and one never: eight chains tell no more than two.
 * assert.equal(clusteredStandardError([[1, 1, 1, 1], [0, 0, 0, 0]]), 0.5);
 * ```
 */
export function clusteredStandardError(tasks: readonly (readonly number[])[]): number | null {
  return standardError(tasks.map(mean));
}

/** A mean with its standard error. */
export type Estimate = {
  /** The mean. */
  readonly mean: number;
  /** Its standard error; `null` if there is only one value. */
  readonly standardError: number | null;
};

/**
 * The mean over seeds, each seed's value being its mean over tasks. The standard error is over seeds when there are
 * at least two; with one seed it is over its tasks, and says nothing of how another seed would do.
 *
 * @param seeds For each seed, a value a task (its mean over chains); not empty.
 * @param over What a mean over tasks is, and its standard error; the plain ones when left out.
 *
 * @example
 * ```ts
 * import { estimate } from "exitlab/lib/metrics/estimate.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(estimate([[1, 0], [1, 1]]), { mean: 0.75, standardError: 0.25 });
 * assert.deepEqual(estimate([[1, 0]]), { mean: 0.5, standardError: 0.5 });
 * ```
 */
export function estimate(seeds: readonly (readonly number[])[], over: OverTasks = plain): Estimate {
  const [only] = seeds;
  const means = seeds.map((tasks) => over.mean(tasks));
  return {
    mean: mean(means),
    standardError: seeds.length === 1 && only !== undefined ? over.standardError(only) : standardError(means),
  };
}

/** How the values of tasks are summed up. */
export type OverTasks = {
  /** Their mean. */
  readonly mean: (values: readonly number[]) => number;
  /** Its standard error; `null` for too few. */
  readonly standardError: (values: readonly number[]) => number | null;
};

const plain: OverTasks = { mean, standardError };
