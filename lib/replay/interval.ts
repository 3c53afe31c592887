import { mean, standardError } from "../metrics/estimate.ts";

/** A mean with its standard error and its 95 % interval. */
export type IntervalEstimate = {
  /** The mean. */
  readonly mean: number;
  /** Its standard error; `null` for fewer than two values. */
  readonly error: number | null;
  /** The lower end of the interval; `null` for fewer than two values. */
  readonly low: number | null;
  /** The upper end. */
  readonly high: number | null;
};

/** The 97.5 % quantiles of Student's t for 1, 2, … degrees of freedom. */
const quantiles = [
  ...[12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281],
  ...[2.201, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.093, 2.086],
];

/** That of the normal distribution. */
const limit = 1.959964;

/**
 * The mean of independent values with its 95 % interval by Student's t; `null` of no values.
 *
 * @example
 * ```ts
 * import { intervalEstimate } from "exitlab/lib/replay/interval.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(intervalEstimate([0.5]), { mean: 0.5, error: null, low: null, high: null });
 * const { low, high } = intervalEstimate([1, 2, 3]) ?? assert.fail();
 * assert(Math.abs((low ?? 0) + 0.484) < 0.001 && Math.abs((high ?? 0) - 4.484) < 0.001);
 * ```
 */
export function intervalEstimate(values: readonly number[]): IntervalEstimate | null {
  if (values.length === 0) return null;
  const centre = mean(values);
  const error = standardError(values);
  if (error === null) return { mean: centre, error: null, low: null, high: null };
  const half = error * quantile(values.length - 1);
  return { mean: centre, error, low: centre - half, high: centre + half };
}

/** Beyond the table: the first terms of Fisher's expansion in 1 / ν, right to three decimals. */
function quantile(freedom: number): number {
  return quantiles[freedom - 1] ??
    limit + (limit ** 3 + limit) / (4 * freedom) +
      (5 * limit ** 5 + 16 * limit ** 3 + 3 * limit) / (96 * freedom ** 2);
}
