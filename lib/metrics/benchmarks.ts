/**
 * Held-out tasks by the benchmark that they belong to. A mean over tasks is the mean over benchmarks of the means over
 * their tasks (the paper's "Math-All"; arXiv 2509.04575, §5.3), so that a benchmark of 30 tasks weighs as much as one of
 * 500. With one benchmark it is the mean over tasks, bit for bit.
 *
 * @module
 */
import { mean, type OverTasks, standardError } from "./estimate.ts";

/** The benchmark of held-out tasks that name none. */
export const defaultBenchmark = "test";

/** The benchmark of each task, in the order of the tasks. */
export type Benchmarks = readonly string[];

/** The names of the benchmarks, in the order in which they first occur. */
export function benchmarkNames(benchmarks: Benchmarks): string[] {
  return [...new Set(benchmarks)];
}

/**
 * The mean over benchmarks of the means over their tasks.
 *
 * @param values A value a task.
 *
 * @example
 * ```ts
 * import { macroMean } from "exitlab/lib/metrics/benchmarks.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(macroMean([1, 1, 1, 0], ["large", "large", "large", "small"]), 0.5);
 * ```
 */
export function macroMean(values: readonly number[], benchmarks: Benchmarks): number {
  return mean(byBenchmark(values, benchmarks).map(mean));
}

/**
 * The standard error over tasks of a macro-average: √(Σ s²) / S with the standard error s of each of S benchmarks. `null`
 * if one of them has fewer than two tasks.
 *
 * @param values A value a task.
 */
export function macroStandardError(values: readonly number[], benchmarks: Benchmarks): number | null {
  const errors = byBenchmark(values, benchmarks).map(standardError);
  const [only] = errors;
  if (errors.length === 1 && only !== undefined) return only;
  const known = errors.filter((error) => error !== null);
  if (known.length < errors.length || known.length === 0) return null;
  return Math.hypot(...known) / errors.length;
}

/** Macro-averages over these benchmarks, for `estimate`. */
export function overBenchmarks(benchmarks: Benchmarks): OverTasks {
  return {
    mean: (values) => macroMean(values, benchmarks),
    standardError: (values) => macroStandardError(values, benchmarks),
  };
}

/**
 * What a task counts in a sum over T tasks that is divided by T, to make it a macro-average: T / (S n) in a benchmark of
 * n of them, one of S; 1 where there is one benchmark.
 */
export function taskWeights(benchmarks: Benchmarks): number[] {
  const sizes = new Map<string, number>();
  for (const name of benchmarks) sizes.set(name, (sizes.get(name) ?? 0) + 1);
  return benchmarks.map((name) => benchmarks.length / (sizes.size * (sizes.get(name) ?? NaN)));
}

function byBenchmark(values: readonly number[], benchmarks: Benchmarks): number[][] {
  return [...Map.groupBy(values.entries(), ([at]) => benchmarks[at] ?? "").values()]
    .map((entries) => entries.map(([, value]) => value));
}
