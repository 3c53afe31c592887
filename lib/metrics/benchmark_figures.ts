import { type Figure, figureMaker, type MakeInterval } from "./arm_figures.ts";
import { benchmarkNames } from "./benchmarks.ts";
import type { ComparedArm } from "./compared_arms.ts";
import { narrowRuns, onlyBenchmark } from "./narrow_results.ts";
import { gain, latest, type Measure } from "./task_figures.ts";

/** An arm on one benchmark; all are means over seeds and tasks. */
export type BenchmarkArm = {
  /** The arm's label. */
  readonly label: string;
  /** The first answer. */
  readonly first: Figure;
  /** The latest answer after K steps. */
  readonly last: Figure;
  /** Δ_K, paired by task. */
  readonly gain: Figure;
};

/** A benchmark by itself. */
export type BenchmarkFigures = {
  /** Its name. */
  readonly benchmark: string;
  /** Its held-out tasks that an arm's runs have; the most of any arm. */
  readonly tasks: number;
  /** The arms that have tasks of it. */
  readonly arms: readonly BenchmarkArm[];
};

/** Each benchmark by itself, in the order of the first run's tasks; none if all tasks are of one. */
export function benchmarkFigures(
  arms: readonly ComparedArm[],
  steps: number,
  measure: Measure,
  interval: MakeInterval,
): BenchmarkFigures[] {
  const names = benchmarkNames(arms.flatMap(({ runs }) => runs.flatMap(({ benchmarks }) => benchmarks)));
  if (names.length < 2) return [];
  return names.flatMap((benchmark): BenchmarkFigures[] => {
    const found = arms.map(({ label, runs }) => ({
      label,
      runs: narrowRuns(runs.map((run) => onlyBenchmark(run, benchmark)), steps),
    })).filter(({ runs }) => (runs[0]?.tasks.length ?? 0) > 0);
    return found.length === 0 ? [] : [{
      benchmark,
      tasks: Math.max(...found.map(({ runs }) => runs[0]?.tasks.length ?? 0)),
      arms: found.map(({ label, runs }) => {
        const figure = figureMaker(runs, interval);
        return {
          label,
          first: figure(latest(measure, 0)),
          last: figure(latest(measure, steps)),
          gain: figure(gain(measure, steps)),
        };
      }),
    }];
  });
}
