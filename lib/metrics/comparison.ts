/**
 * Arms side by side: what each reached on held-out tasks, and which differences are shown and which are not.
 *
 * @module
 */
import { UserError } from "../errors.ts";
import { Random } from "../random.ts";
import { type ArmFigures, armFigures, type MakeInterval } from "./arm_figures.ts";
import { benchmarkNames } from "./benchmarks.ts";
import { type BenchmarkFigures, benchmarkFigures } from "./benchmark_figures.ts";
import { type ComparedArm, defaultReference, groupArms, selectArms } from "./compared_arms.ts";
import { type Difference, differences } from "./differences.ts";
import { compareCompute, type ComputeComparison } from "./equal_compute.ts";
import { bootstrapDraws, bootstrapInterval } from "./paired_bootstrap.ts";
import type { RunResults } from "./run_results.ts";
import { isSearched, type Scaffold, scaffoldOf } from "./scaffold.ts";
import type { Measure } from "./task_figures.ts";

/** What to compare. */
export type ComparisonOptions = {
  /** These arms, in this order; all when left out. */
  readonly arms?: readonly string[];
  /** The arms that all others are compared with; when left out the first called `grpo`, or else the first. */
  readonly against?: readonly string[];
  /** K, the self-improvement step to compare at; when left out the last that all runs reach. */
  readonly step?: number;
  /** Of the resampling; default 0. */
  readonly seed?: number;
  /** Default `"solved"`. */
  readonly measure?: Measure;
};

/** Arms side by side. */
export type Comparison = {
  /** What of an answer is compared. */
  readonly measure: Measure;
  /** What an answer after k steps is. */
  readonly scaffold: Scaffold;
  /** K. */
  readonly steps: number;
  /** The coverage of all intervals. */
  readonly level: number;
  /** The number of resamples behind each. */
  readonly resamples: number;
  /** The seed of the resampling. */
  readonly seed: number;
  /** In which measure the arms' training compute is equal. */
  readonly compute: ComputeComparison;
  /** The arms. */
  readonly arms: readonly ArmFigures[];
  /** Each benchmark by itself; empty if all tasks are of one. */
  readonly benchmarks: readonly BenchmarkFigures[];
  /** Every other arm against each reference. */
  readonly differences: readonly Difference[];
  /** What the reader must know besides, a sentence each. */
  readonly notes: readonly string[];
};

/** The coverage of intervals. */
const level = 0.95;

/** Resamples: enough that the ends of an interval hold to its third decimal. */
const resamples = 2000;

/**
 * Compares runs.
 *
 * @throws {UserError} If there are no runs, an arm that was named is not there, or the step is not reached.
 */
export function compareRuns(results: readonly RunResults[], options: ComparisonOptions = {}): Comparison {
  const { step, seed = 0, measure = "solved" } = options;
  const grouped = groupArms(results);
  const references = options.against === undefined
    ? undefined
    : selectArms(grouped.arms, options.against, "--against");
  const chosen = options.arms === undefined
    ? grouped.arms
    : [...new Set([...selectArms(grouped.arms, options.arms, "--arms"), ...references ?? []])];
  const runs = chosen.flatMap((arm) => arm.runs);
  const steps = comparedStep(runs, step);
  checkMeasure(runs, measure);
  const interval = intervalMaker(seed);
  const arms = chosen.map((arm) => armFigures(arm, steps, measure, interval));
  return {
    measure,
    scaffold: scaffoldOf(arms.map(({ settings }) => settings)),
    steps,
    level,
    resamples,
    seed,
    compute: compareCompute(arms.map(({ compute }) => compute)),
    arms,
    benchmarks: benchmarkFigures(chosen, steps, measure, interval),
    differences: differences(chosen, references ?? defaultReference(chosen), steps, measure, interval),
    notes: [...grouped.notes, ...caveats(chosen, steps, step !== undefined)],
  };
}

/** Intervals whose resamples depend on the seed, the number of seeds and the benchmarks of the tasks alone. */
function intervalMaker(seed: number): MakeInterval {
  const known = new Map<string, ReturnType<typeof bootstrapDraws>>();
  return (values, benchmarks) => {
    const [seeds, tasks] = [values.length, benchmarks.length];
    const shape = JSON.stringify([seeds, benchmarks]);
    const draws = known.get(shape) ??
      bootstrapDraws(seeds, benchmarks, new Random(seed, "bootstrap", seeds, tasks), resamples);
    known.set(shape, draws);
    return bootstrapInterval(values, draws, level);
  };
}

function comparedStep(runs: readonly RunResults[], step: number | undefined): number {
  if (runs.length === 0) {
    throw new UserError("Expected runs with held-out evaluations to compare but found none");
  }
  const last = Math.min(...runs.map(({ steps }) => steps));
  if (step === undefined) return last;
  if (step <= last) return step;
  const short = runs.find(({ steps }) => steps === last);
  throw new UserError(
    `Expected --step to be at most ${last}, the last step of run "${short?.run ?? ""}", but found ${step}`,
  );
}

function checkMeasure(runs: readonly RunResults[], measure: Measure): void {
  const without = runs.find(({ chains }) => chains.quality.includes(null));
  if (measure === "quality" && without !== undefined) {
    throw new UserError(
      `Expected all answers to have a quality, but those of run "${without.run}" have none`,
    );
  }
}

/** What makes the arms less than comparable. */
function caveats(arms: readonly ComparedArm[], steps: number, asked: boolean): string[] {
  const runs = arms.flatMap((arm) => arm.runs);
  const experiments = new Set(runs.map(({ experiment }) => experiment));
  const searched = arms.filter((arm) => arm.runs.some(({ settings }) => isSearched(settings)));
  const variants = arms.filter(({ label, variant }) => label.endsWith(`@${variant}`));
  const unfinished = runs.filter(({ status }) => status !== "finished");
  const longest = Math.max(...runs.map((run) => run.steps));
  const common = runs.map(({ tasks }) => new Set(tasks)).reduce((all, tasks) => all.intersection(tasks));
  return [
    ...experiments.size > 1
      ? [`These are runs of ${experiments.size} experiments (${[...experiments].join(", ")})`]
      : [],
    ...variants.length > 0
      ? [
        `Arms of one name with different settings are kept apart as variants (${
          variants.map(({ label }) => label).join(", ")
        })`,
      ]
      : [],
    ...searched.length > 0 && searched.length < arms.length
      ? [
        `Evaluated by search are ${
          searched.map(({ label }) => label).join(", ")
        } alone: their answers are the best so far by validation, those of the others the latest`,
      ]
      : [],
    ...unfinished.map(({ run, status, iteration }) =>
      `Run "${run}" is ${status}: its evaluation after iteration ${iteration} counts`
    ),
    ...new Set(runs.map(({ benchmarks }) => benchmarkNames(benchmarks).toSorted().join(", "))).size > 1
      ? ["Not all runs have the same benchmarks, so that their macro-averages are of different things"]
      : [],
    ...longest > steps && !asked ? [`Figures stop at step ${steps} of up to ${longest}`] : [],
    ...runs.some(({ tasks }) => tasks.length !== common.size)
      ? [
        `Not all runs have the same held-out tasks; an arm's figures are of the tasks that all its runs have, and a ` +
        `difference is of the tasks that both arms have (${common.size} are in all runs)`,
      ]
      : [],
  ];
}
