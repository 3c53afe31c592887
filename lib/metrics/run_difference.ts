/**
 * Two runs side by side on the held-out tasks that both have.
 *
 * @module
 */
import { UserError } from "../errors.ts";
import { Random } from "../random.ts";
import { macroMean } from "./benchmarks.ts";
import { narrowRuns } from "./narrow_results.ts";
import { bootstrapDraws, type Interval, pairedBootstrap } from "./paired_bootstrap.ts";
import type { RunResults } from "./run_results.ts";
import { latest, type Measure, type TaskFigure } from "./task_figures.ts";

/** What each run reached after k steps, and the second minus the first. */
export type StepDifference = {
  /** k. */
  readonly step: number;
  /** The first run's mean over tasks, in [0, 1]. */
  readonly first: number;
  /** The second run's. */
  readonly second: number;
  /** The second minus the first, task by task; its interval is over tasks alone. */
  readonly difference: Interval;
};

/** Two runs side by side. */
export type RunDifference = {
  /** How many held-out tasks both have; only those count. */
  readonly tasks: number;
  /** How many each has. */
  readonly of: readonly [number, number];
  /** After k = 0 … K, the last that both reach; empty if they share no task. */
  readonly steps: readonly StepDifference[];
};

/** The coverage of intervals, and the number of resamples behind each. */
const [level, resamples] = [0.95, 2000];

/**
 * Sets the second run against the first at its last evaluation. Tasks are resampled and seeds are not: one run each says
 * nothing of what other seeds would have done.
 *
 * @throws {UserError} If qualities are asked for and a run has none.
 */
export function differRuns(
  first: RunResults,
  second: RunResults,
  { measure = "solved", seed = 0 }: { readonly measure?: Measure; readonly seed?: number } = {},
): RunDifference {
  const without = [first, second].find(({ chains }) => chains.quality.includes(null));
  if (measure === "quality" && without !== undefined) {
    throw new UserError(
      `Expected all answers to have a quality, but those of run "${without.run}" have none`,
    );
  }
  const of = [first.tasks.length, second.tasks.length] as const;
  const last = Math.min(first.steps, second.steps);
  const [a, b] = narrowRuns([first, second], last);
  if (a === undefined || b === undefined || a.tasks.length === 0) return { tasks: 0, of, steps: [] };
  const { tasks, benchmarks } = a;
  const draws = bootstrapDraws(
    1,
    benchmarks,
    new Random(seed, "bootstrap", 1, tasks.length),
    resamples,
  );
  const values = (run: RunResults, figure: TaskFigure): number[] => tasks.map((_, task) => figure(run, task));
  return {
    tasks: tasks.length,
    of,
    steps: Array.from({ length: last + 1 }, (_, step) => {
      const [before, after] = [values(a, latest(measure, step)), values(b, latest(measure, step))];
      return {
        step,
        first: macroMean(before, benchmarks),
        second: macroMean(after, benchmarks),
        difference: pairedBootstrap([after], [before], draws, level),
      };
    }),
  };
}
