import type { ComparedArm } from "./compared_arms.ts";
import type { MakeInterval } from "./arm_figures.ts";
import { macroMean } from "./benchmarks.ts";
import { standardError } from "./estimate.ts";
import { holm } from "./holm.ts";
import { narrowRuns } from "./narrow_results.ts";
import { type Interval, pairedDifferences } from "./paired_bootstrap.ts";
import type { RunResults } from "./run_results.ts";
import { gain, latest, type Measure, seedsByTasks, type TaskFigure } from "./task_figures.ts";

/** What an interval and its adjusted p-value show. */
export type Finding = "higher" | "lower" | "none";

/** An arm minus a reference, paired by seed and task. */
export type Difference = {
  /** The arm's label. */
  readonly arm: string;
  /** The reference's label. */
  readonly against: string;
  /** The seeds that both have. */
  readonly seeds: readonly number[];
  /** How many tasks both have. */
  readonly tasks: number;
  /** After K steps; `null` if they share no seed or no task. */
  readonly value: Interval | null;
  /** The standard error of that over seeds; `null` for fewer than two. */
  readonly standardError: number | null;
  /** The p-value of `value`, adjusted for the number of differences by Holm's method. */
  readonly holm: number | null;
  /** Of Δ_K; its interval is not adjusted. */
  readonly gain: Interval | null;
  /** On which side of 0 the interval lies; `"none"` if it includes 0. */
  readonly finding: Finding;
  /** Whether that also holds after the adjustment, at 5 %. */
  readonly holds: boolean;
};

/** The level of adjusted p-values. */
const significance = 0.05;

/** Every arm against each reference but itself; a pair of two references counts once. */
export function differences(
  arms: readonly ComparedArm[],
  references: readonly ComparedArm[],
  steps: number,
  measure: Measure,
  interval: MakeInterval,
): Difference[] {
  const pairs = references.flatMap((reference, at) => {
    const done = references.slice(0, at + 1);
    return arms.filter((arm) => !done.includes(arm)).map((arm) => ({ arm, reference }));
  });
  const compared = pairs.map(({ arm, reference }) => ({
    arm: arm.label,
    against: reference.label,
    ...difference(arm, reference, steps, measure, interval),
  }));
  const tested = compared.flatMap(({ value }, at) => {
    const p = value?.p ?? null;
    return p === null ? [] : [{ at, p }];
  });
  const adjusted = new Map(
    holm(tested.map(({ p }) => p)).map((value, rank) => [tested[rank]?.at ?? -1, value]),
  );
  return compared.map((each, at) => {
    const finding = findingOf(each.value);
    const p = adjusted.get(at) ?? null;
    return { ...each, holm: p, finding, holds: finding !== "none" && p !== null && p <= significance };
  });
}

function difference(
  arm: ComparedArm,
  reference: ComparedArm,
  steps: number,
  measure: Measure,
  interval: MakeInterval,
): Pick<Difference, "seeds" | "tasks" | "value" | "standardError" | "gain"> {
  const seeds = arm.runs.map(({ seed }) => seed).filter((seed) =>
    reference.runs.some((other) => other.seed === seed)
  );
  const of = ({ runs }: ComparedArm): RunResults[] => runs.filter(({ seed }) => seeds.includes(seed));
  const runs = narrowRuns([...of(arm), ...of(reference)], steps);
  const tasks = runs[0]?.tasks.length ?? 0;
  const benchmarks = runs[0]?.benchmarks ?? [];
  if (tasks === 0) return { seeds, tasks, value: null, standardError: null, gain: null };
  const [first, second] = [runs.slice(0, seeds.length), runs.slice(seeds.length)];
  const paired = (figure: TaskFigure): number[][] =>
    pairedDifferences(seedsByTasks(first, figure), seedsByTasks(second, figure));
  const values = paired(latest(measure, steps));
  return {
    seeds,
    tasks,
    value: interval(values, benchmarks),
    standardError: standardError(values.map((own) => macroMean(own, benchmarks))),
    gain: interval(paired(gain(measure, steps)), benchmarks),
  };
}

function findingOf(value: Interval | null): Finding {
  if (value === null || value.low === null || value.high === null) return "none";
  if (value.low > 0) return "higher";
  return value.high < 0 ? "lower" : "none";
}
