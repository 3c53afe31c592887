/**
 * Intervals by resampling seeds and tasks, the same ones for both arms.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { type Benchmarks, defaultBenchmark, macroMean, taskWeights } from "./benchmarks.ts";
import { mean } from "./estimate.ts";
import { type DrawnItems, drawnItems, resampledSums } from "./resampled_means.ts";

/** A value for each seed (first index) and each task (second); tasks are the same ones in the same order. */
export type SeedsByTasks = readonly (readonly number[])[];

/** Which seeds and tasks each resample has; arms that share the draws are compared in pairs. */
export interface BootstrapDraws {
  /** Number of seeds. */
  readonly seeds: number;
  /** Number of tasks. */
  readonly tasks: number;
  /** The benchmark of each task: tasks are drawn within it, and means are macro-averages. */
  readonly benchmarks: Benchmarks;
  /** Number of resamples. */
  readonly resamples: number;
  /** How often resample r has seed s, at r × seeds + s. */
  readonly seedCounts: Uint16Array;
  /** How often resample r has task t, at r × tasks + t. */
  readonly taskCounts: Uint16Array;
  /** The same without the seeds that a resample lacks. */
  readonly drawnSeeds: DrawnItems;
  /** The same without the tasks that a resample lacks. */
  readonly drawnTasks: DrawnItems;
}

/** What an interval speaks of: would it hold for other seeds, other tasks, both or neither? */
export type Resampled = "seeds and tasks" | "seeds" | "tasks" | "nothing";

/** A mean with its bootstrap interval. */
export type Interval = {
  /** The mean over seeds and tasks. */
  readonly mean: number;
  /** The interval's lower end; `null` for one seed and one task. */
  readonly low: number | null;
  /** The interval's upper end; `null` for one seed and one task. */
  readonly high: number | null;
  /** The two-sided p-value for a mean of 0; `null` for one seed and one task. */
  readonly p: number | null;
  /** What was resampled: a single seed says nothing of another, and a single task nothing of another. */
  readonly resampled: Resampled;
};

/** A value closer to 0 than this is a rounding error. */
const rounding = 1e-12;

/**
 * Draws resamples: seeds with replacement, and independently of them tasks with replacement. Tasks are crossed with
 * seeds, not nested in them, so a drawn task counts in all drawn seeds (the pigeonhole bootstrap; Owen 2007,
 * doi:10.1214/07-AOAS122). Tasks of several benchmarks are drawn within each, as many as it has.
 *
 * @param tasks How many tasks of one benchmark, or the benchmark of each task.
 * @throws {RangeError} If there is no seed, no task or no resample.
 */
export function bootstrapDraws(
  seeds: number,
  tasks: number | Benchmarks,
  random: Random,
  resamples: number = 2000,
): BootstrapDraws {
  const benchmarks = typeof tasks === "number"
    ? Array.from({ length: tasks }, () => defaultBenchmark)
    : tasks;
  const count = benchmarks.length;
  if (seeds < 1 || count < 1 || resamples < 1) {
    throw new RangeError(
      `Expected at least one seed, task and resample but found ${seeds}, ${count} and ${resamples}`,
    );
  }
  const seedCounts = drawCounts(seeds, random, resamples);
  const taskCounts = drawWithin(benchmarks, random, resamples);
  return {
    ...{ seeds, tasks: count, benchmarks, resamples, seedCounts, taskCounts },
    drawnSeeds: drawnItems(seedCounts, seeds),
    drawnTasks: drawnItems(taskCounts, count),
  };
}

/** How often each task is drawn, benchmark by benchmark. */
function drawWithin(benchmarks: Benchmarks, random: Random, resamples: number): Uint16Array {
  const count = benchmarks.length;
  const counts = new Uint16Array(count * resamples);
  for (const places of Map.groupBy(benchmarks.keys(), (at) => benchmarks[at] ?? "").values()) {
    const within = drawCounts(places.length, random, resamples);
    for (let resample = 0; resample < resamples; resample++) {
      for (const [at, place] of places.entries()) {
        counts[resample * count + place] = within[resample * places.length + at] ?? 0;
      }
    }
  }
  return counts;
}

function drawCounts(items: number, random: Random, resamples: number): Uint16Array {
  const counts = new Uint16Array(items * resamples);
  for (let resample = 0; resample < resamples; resample++) {
    for (let drawn = 0; drawn < items; drawn++) {
      const at = resample * items + random.int(items);
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  return counts;
}

/**
 * The percentile interval of the mean over seeds and tasks, and a p-value by its inversion:
 * 2 min(#{≤ 0} + 1, #{≥ 0} + 1) / (resamples + 1), at most 1.
 *
 * @param values As many seeds and tasks as were drawn.
 * @param level The interval's coverage, in (0, 1).
 * @throws {RangeError} If the values do not fit the draws.
 *
 * @example
 * ```ts
 * import { bootstrapDraws, bootstrapInterval } from "exitlab/lib/metrics/paired_bootstrap.ts";
 * import { Random } from "exitlab/lib/random.ts";
 * import assert from "node:assert/strict";
 *
 * const draws = bootstrapDraws(2, 3, new Random(1, "bootstrap"));
 * const { mean, low, high } = bootstrapInterval([[0, 1, 1], [0, 1, 1]], draws);
 * assert.equal(mean, 2 / 3);
 * assert.deepEqual([low, high], [0, 1]);
 * ```
 */
export function bootstrapInterval(
  values: SeedsByTasks,
  draws: BootstrapDraws,
  level: number = 0.95,
): Interval {
  if (values.length !== draws.seeds || values.some((tasks) => tasks.length !== draws.tasks)) {
    throw new RangeError(`Expected ${draws.seeds} seeds of ${draws.tasks} values each`);
  }
  const centre = mean(values.map((tasks) => macroMean(tasks, draws.benchmarks)));
  const resampled = whatVaries(draws);
  if (resampled === "nothing") return { mean: centre, low: null, high: null, p: null, resampled };
  const means = resampledMeans(values, draws);
  const atMost = means.reduce((count, value) => count + Number(value <= 0), 0);
  const atLeast = means.reduce((count, value) => count + Number(value >= 0), 0);
  means.sort();
  return {
    mean: centre,
    low: quantile(means, (1 - level) / 2),
    high: quantile(means, (1 + level) / 2),
    p: Math.min(1, 2 * (Math.min(atMost, atLeast) + 1) / (draws.resamples + 1)),
    resampled,
  };
}

/**
 * The interval of the difference between two arms, first minus second: each resample has the same seeds and the same
 * tasks of both, so that what a seed's warm start and a task's difficulty do to both arms cancels out.
 *
 * @param first For each seed and task, the first arm's value.
 * @param second The second arm's, of the same seeds and tasks in the same order.
 * @throws {RangeError} If the arms do not fit each other and the draws.
 *
 * @example
 * ```ts
 * import { bootstrapDraws, pairedBootstrap } from "exitlab/lib/metrics/paired_bootstrap.ts";
 * import { Random } from "exitlab/lib/random.ts";
 * import assert from "node:assert/strict";
 *
 * const draws = bootstrapDraws(2, 3, new Random(1, "bootstrap"));
 * // However much tasks and seeds differ, the second arm is always ahead by a half.
 * const { low, high } = pairedBootstrap([[0, 0.5, 0.25], [0, 0, 0.5]], [[0.5, 1, 0.75], [0.5, 0.5, 1]], draws);
 * assert.deepEqual([low, high], [-0.5, -0.5]);
 * ```
 */
export function pairedBootstrap(
  first: SeedsByTasks,
  second: SeedsByTasks,
  draws: BootstrapDraws,
  level: number = 0.95,
): Interval {
  return bootstrapInterval(pairedDifferences(first, second), draws, level);
}

/**
 * First minus second, seed by seed and task by task.
 *
 * @throws {RangeError} If the arms do not have as many seeds and tasks.
 */
export function pairedDifferences(first: SeedsByTasks, second: SeedsByTasks): number[][] {
  if (first.length !== second.length) {
    throw new RangeError(
      `Expected as many seeds in both arms but found ${first.length} and ${second.length}`,
    );
  }
  return first.map((tasks, seed) => {
    const others = second[seed] ?? [];
    if (others.length !== tasks.length) {
      throw new RangeError(
        `Expected as many tasks in both arms but found ${tasks.length} and ${others.length}`,
      );
    }
    return tasks.map((value, task) => value - (others[task] ?? NaN));
  });
}

function whatVaries({ seeds, tasks }: BootstrapDraws): Resampled {
  if (seeds > 1) return tasks > 1 ? "seeds and tasks" : "seeds";
  return tasks > 1 ? "tasks" : "nothing";
}

function resampledMeans(values: SeedsByTasks, draws: BootstrapDraws): Float64Array {
  const { seeds, tasks } = draws;
  const weights = taskWeights(draws.benchmarks);
  const weighed = new Float64Array(seeds * tasks);
  for (const [seed, own] of values.entries()) {
    for (const [task, value] of own.entries()) weighed[seed * tasks + task] = value * (weights[task] ?? NaN);
  }
  return resampledSums(weighed, draws.drawnSeeds, draws.drawnTasks, tasks).map((sum) => {
    const mean = sum / (seeds * tasks);
    return Math.abs(mean) < rounding ? 0 : mean;
  });
}

/** A quantile of sorted values, linear between two of them. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] ?? NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN;
  return low + (high - low) * (place - below);
}
