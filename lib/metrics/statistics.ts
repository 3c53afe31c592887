/**
 * What the arms of an experiment reached at the last evaluation of their runs: curves and tables with standard errors.
 *
 * Every figure starts from one value a task: the mean over the task's chains. A mean over tasks is a macro-average over
 * their benchmarks. With at least two seeds, an arm's value is the mean over seeds of the mean over tasks, and its
 * standard error is over seeds; with one seed the standard error is over tasks. Gains are paired: the difference is
 * taken task by task, within a run, before anything else.
 *
 * @module
 */
import { isJsonArray, type Json } from "../json.ts";
import { benchmarkNames, overBenchmarks } from "./benchmarks.ts";
import { type Estimate, estimate } from "./estimate.ts";
import type { Reader } from "./reader.ts";

/** Which runs count. */
export type Selection = {
  /** Only this experiment. */
  readonly experiment?: string;
  /** Only these runs, by name. When left out: of runs with equal settings and seed, the newest. */
  readonly runs?: readonly string[];
};

/** What tells arms apart, and what their figures rest on. */
export type Arm = {
  /** The experiment's name. */
  readonly experiment: string;
  /** The arm's name. */
  readonly arm: string;
  /** A short hash of the arm's settings: the same arm with other settings is another variant. */
  readonly variant: string;
  /** How many runs count, one a seed. */
  readonly seeds: number;
  /** Held-out tasks. */
  readonly tasks: number;
  /** Training updates before the evaluation; the most of any run. */
  readonly iteration: number;
};

/** An arm's held-out figures after k self-improvement steps. */
export type CurveRow = Arm & {
  /** k. */
  readonly step: number;
  /** Solved share, in [0, 1]. */
  readonly solved: Estimate;
  /** Mean quality, in [0, 1]. */
  readonly quality: Estimate;
  /** Solved share minus that of the first attempt, paired by task; in [-1, 1]. */
  readonly gain: Estimate;
  /** Each benchmark by itself; empty if all tasks are of one. */
  readonly benchmarks: readonly BenchmarkRow[];
};

/** An arm's held-out figures on one benchmark after k self-improvement steps. */
export type BenchmarkRow = {
  /** The benchmark. */
  readonly benchmark: string;
  /** Its held-out tasks. */
  readonly tasks: number;
  /** Solved share, in [0, 1]. */
  readonly solved: Estimate;
  /** Solved share minus that of the first attempt, paired by task; in [-1, 1]. */
  readonly gain: Estimate;
};

/** An arm's held-out solved share, in [0, 1], after some numbers of self-improvement steps. */
export type ArmRow = Arm & {
  /** At the first attempt. */
  readonly k0: Estimate | null;
  /** After 1 step; `null`, here and below, where the evaluation was shorter. */
  readonly k1: Estimate | null;
  /** After 4 steps. */
  readonly k4: Estimate | null;
  /** After 16 steps. */
  readonly k16: Estimate | null;
  /** K, the last step that all runs have. */
  readonly steps: number;
  /** Δ: after K steps minus at the first attempt, paired by task; in [-1, 1]. */
  readonly delta: Estimate;
};

const curveSql = `
with gains as (
  select *, solved - first_value(solved) over (partition by run, task order by step) as gain
  from final_scores
  where split <> 'train' and ($experiment is null or experiment = $experiment)
    and if($runs is null, newest, list_contains(from_json($runs, '["varchar"]'), run))
), by_run as (
  select experiment, arm, variant, run, max(iteration) as iteration, step, list(solved order by task) as solved,
    list(quality order by task) as quality, list(gain order by task) as gain, list(split order by task) as benchmarks
  from gains group by all
)
select experiment, arm, variant, count(*) as seeds, max(len(solved)) as tasks, max(iteration), step,
  list(solved order by run), list(quality order by run), list(gain order by run), any_value(benchmarks)
from by_run group by experiment, arm, variant, step
qualify count(*) = max(count(*)) over (partition by experiment, arm, variant)
order by experiment, arm, variant, step`;

/** The curves of arms over self-improvement steps: one row an arm, variant and step that all its runs have. */
export async function curveRows(reader: Reader, selection: Selection = {}): Promise<CurveRow[]> {
  const { rows } = await reader.query(curveSql, {
    experiment: selection.experiment ?? null,
    runs: selection.runs === undefined ? null : JSON.stringify(selection.runs),
  });
  return rows.map(
    ([experiment, arm, variant, seeds, tasks, iteration, step, solved, quality, gain, split]) => {
      const benchmarks = listOf(split).map(String);
      const names = benchmarkNames(benchmarks);
      return {
        experiment: String(experiment),
        arm: String(arm),
        variant: String(variant),
        seeds: Number(seeds),
        tasks: Number(tasks),
        iteration: Number(iteration),
        step: Number(step),
        solved: macroEstimate(solved, benchmarks),
        quality: macroEstimate(quality, benchmarks),
        gain: macroEstimate(gain, benchmarks),
        benchmarks: names.length < 2 ? [] : names.map((benchmark) => ({
          benchmark,
          tasks: benchmarks.filter((name) => name === benchmark).length,
          solved: macroEstimate(solved, benchmarks, benchmark),
          gain: macroEstimate(gain, benchmarks, benchmark),
        })),
      };
    },
  );
}

/**
 * The estimate of a value a task, for each seed.
 *
 * @param lists For each seed, a list of values, `null` for none; a task that not all seeds have one of is left out.
 * @param only Of this benchmark alone.
 */
function macroEstimate(lists: Json | undefined, benchmarks: readonly string[], only?: string): Estimate {
  const seeds = listOf(lists).map(listOf);
  const kept = benchmarks.flatMap((benchmark, at) =>
    (only === undefined || benchmark === only) && seeds.every((values) => typeof values[at] === "number")
      ? [{ benchmark, at }]
      : []
  );
  return estimate(
    seeds.map((values) => kept.map(({ at }) => Number(values[at]))),
    overBenchmarks(kept.map(({ benchmark }) => benchmark)),
  );
}

function listOf(value: Json | undefined): readonly Json[] {
  return value !== undefined && isJsonArray(value) ? value : [];
}

/** The table of arms: one row an arm and variant, in the order of experiment, arm, variant. */
export async function armTable(reader: Reader, selection: Selection = {}): Promise<ArmRow[]> {
  const curves = Map.groupBy(
    await curveRows(reader, selection),
    ({ experiment, arm, variant }) => JSON.stringify([experiment, arm, variant]),
  );
  return [...curves.values()].flatMap((curve) => {
    const last = curve.at(-1);
    if (last === undefined) return [];
    const { step, solved: _solved, quality: _quality, gain, benchmarks: _benchmarks, ...arm } = last;
    const at = (k: number): Estimate | null => curve.find(({ step }) => step === k)?.solved ?? null;
    return [{ ...arm, k0: at(0), k1: at(1), k4: at(4), k16: at(16), steps: step, delta: gain }];
  });
}
