/**
 * Everything that a comparison says of one arm.
 *
 * @module
 */
import type { JsonObject } from "../json.ts";
import type { ComparedArm } from "./compared_arms.ts";
import { type Benchmarks, overBenchmarks } from "./benchmarks.ts";
import { type CopyRates, copyRates } from "./copy_rates.ts";
import { type Corrections, corrections } from "./corrections.ts";
import type { Compute } from "./equal_compute.ts";
import { type Estimate, estimate, mean } from "./estimate.ts";
import { narrowRuns } from "./narrow_results.ts";
import type { Interval, SeedsByTasks } from "./paired_bootstrap.ts";
import type { ModeFigures, RunResults, TrainingFigures } from "./run_results.ts";
import { isSearched } from "./scaffold.ts";
import {
  area,
  bestOfDraws,
  bestSoFar,
  gain,
  latest,
  majorityOfDraws,
  type Measure,
  minus,
  pickedDraw,
  seedsByTasks,
  type TaskFigure,
} from "./task_figures.ts";

/** A mean over seeds and tasks with its standard error over seeds (over tasks if there is one seed) and interval. */
export type Figure = Estimate & Pick<Interval, "low" | "high" | "resampled">;

/** What a chain of k + 1 answers is worth beside k + 1 independent first attempts; all are solved shares. */
export type Controls = {
  /** k + 1, or the number of draws where that is less. */
  readonly attempts: number;
  /** The latest answer of the chain after as many answers. */
  readonly latest: Figure;
  /** The best answer of the chain so far; takes an oracle. */
  readonly bestSoFar: Figure;
  /** The best of the draws (pass@k); takes an oracle. */
  readonly bestOfDraws: Figure;
  /** The most common of the draws; takes none. */
  readonly majority: Figure;
  /** The latest answer minus the best of the draws, paired by task. */
  readonly latestMinusBest: Figure;
  /** The latest answer minus the most common of the draws, paired by task. */
  readonly latestMinusMajority: Figure;
  /** Generated tokens of such a chain; a mean over tasks like the others. */
  readonly chainTokens: number;
  /** Generated tokens of as many draws. */
  readonly drawTokens: number;
};

/** What a search of k + 1 responses found beside the best by validation of as many independent drafts. */
export type DraftControl = {
  /** k + 1, or the number of draws where that is less. */
  readonly attempts: number;
  /** What the search found. */
  readonly found: Figure;
  /** The best of the drafts by validation. */
  readonly drafts: Figure;
  /** The former minus the latter, paired by task. */
  readonly difference: Figure;
};

/** A run that counts. */
export type CountedRun = Pick<
  RunResults,
  "run" | "seed" | "status" | "iteration" | "planHash" | "jobHash" | "exitlabVersion" | "engine"
>;

/** An arm's figures. What is counted or a rate is a mean over seeds. */
export type ArmFigures = {
  /** Its name in this comparison. */
  readonly label: string;
  /** The experiment's name. */
  readonly experiment: string;
  /** The arm's name. */
  readonly arm: string;
  /** A short hash of its settings. */
  readonly variant: string;
  /** The seeds of its runs. */
  readonly seeds: readonly number[];
  /** Its runs, by seed. */
  readonly runs: readonly CountedRun[];
  /** Every option in force, the same in all its runs. */
  readonly settings: JsonObject;
  /** Held-out tasks that all its runs have. */
  readonly tasks: number;
  /** Chains a task. */
  readonly chains: number;
  /** Training compute of a run. */
  readonly compute: Compute;
  /** The latest answer after k = 0 … K steps. */
  readonly curve: readonly ({ readonly step: number } & Figure)[];
  /** Δ_K. */
  readonly gain: Figure;
  /** The area under the curve of gains, a step. */
  readonly area: Figure;
  /** After k = 1 … K steps. */
  readonly corrections: readonly Corrections[];
  /** At k = 1 … K steps. */
  readonly copies: readonly CopyRates[];
  /** `null` if not all runs drew first attempts anew. */
  readonly controls: Controls | null;
  /** `null` unless all runs were evaluated by search and drew first attempts anew, with what they scored on validation. */
  readonly drafts: DraftControl | null;
  /** Training. */
  readonly training: TrainingFigures;
};

/** Makes an interval of the mean of values of tasks that belong to benchmarks. */
export type MakeInterval = (values: SeedsByTasks, benchmarks: Benchmarks) => Interval;

/** Makes figures of runs that have the same tasks. */
export function figureMaker(runs: readonly RunResults[], interval: MakeInterval): (of: TaskFigure) => Figure {
  const benchmarks = runs[0]?.benchmarks ?? [];
  return (of) => {
    const values = seedsByTasks(runs, of);
    const { low, high, resampled } = interval(values, benchmarks);
    return { ...estimate(values, overBenchmarks(benchmarks)), low, high, resampled };
  };
}

/**
 * An arm's figures up to a step.
 *
 * @param steps K, which all its runs reach.
 * @param interval Makes an interval of a mean.
 */
export function armFigures(
  arm: ComparedArm,
  steps: number,
  measure: Measure,
  interval: MakeInterval,
): ArmFigures {
  const { label, experiment, variant } = arm;
  const runs = narrowRuns(arm.runs, steps);
  const figure = figureMaker(runs, interval);
  return {
    label,
    experiment,
    arm: arm.arm,
    variant,
    seeds: runs.map(({ seed }) => seed),
    runs: runs.map(({ run, seed, status, iteration, planHash, jobHash, exitlabVersion, engine }) => ({
      ...{ run, seed, status, iteration, planHash, jobHash, exitlabVersion, engine },
    })),
    settings: runs[0]?.settings ?? {},
    tasks: runs[0]?.tasks.length ?? 0,
    chains: mean(runs.map(({ chains }) => mean(chains.chains))),
    compute: {
      tokens: meanOrNull(runs.map(({ training }) => training.tokens)),
      rollouts: meanOrNull(runs.map(({ training }) => training.rollouts)),
      iterations: meanOrNull(runs.map(({ training }) => training.iterations)),
    },
    curve: Array.from({ length: steps + 1 }, (_, step) => ({ step, ...figure(latest(measure, step)) })),
    gain: figure(gain(measure, steps)),
    area: figure(area(measure, steps)),
    corrections: meanCorrections(runs.map(({ chains }) => corrections(chains, steps))),
    copies: meanCopies(runs.map(({ chains }) => copyRates(chains, steps))),
    controls: controls(arm.runs, runs, steps, figure),
    drafts: draftControl(runs, steps, measure, figure),
    training: meanTraining(runs.map(({ training }) => training)),
  };
}

function controls(
  whole: readonly RunResults[],
  runs: readonly RunResults[],
  steps: number,
  figure: (of: TaskFigure) => Figure,
): Controls | null {
  const attempts = Math.min(steps + 1, ...runs.map(({ draws }) => draws));
  if (attempts < 1) return null;
  const last = latest("solved", attempts - 1);
  const [best, majority] = [bestOfDraws(attempts), majorityOfDraws(attempts)];
  return {
    attempts,
    latest: figure(last),
    bestSoFar: figure(bestSoFar(attempts - 1)),
    bestOfDraws: figure(best),
    majority: figure(majority),
    latestMinusBest: figure(minus(last, best)),
    latestMinusMajority: figure(minus(last, majority)),
    chainTokens: attempts * mean(whole.map(tokensPerAnswer)),
    drawTokens: attempts * mean(whole.map(tokensPerDraw)),
  };
}

function draftControl(
  runs: readonly RunResults[],
  steps: number,
  measure: Measure,
  figure: (of: TaskFigure) => Figure,
): DraftControl | null {
  const attempts = Math.min(steps + 1, ...runs.map(({ draws }) => draws));
  const known = runs.every(({ settings, drawn }) =>
    isSearched(settings) && !drawn.pickedSolved.includes(null)
  );
  if (attempts < 1 || !known) return null;
  const [found, drafts] = [latest(measure, attempts - 1), pickedDraw(measure, attempts)];
  return {
    attempts,
    found: figure(found),
    drafts: figure(drafts),
    difference: figure(minus(found, drafts)),
  };
}

/** Generated tokens of an answer of a chain, over all steps. */
function tokensPerAnswer(run: RunResults): number {
  return mean(
    run.tokens.map(({ benchmark, chains }) =>
      chains /
      total(
        run.chains.chains.filter((_, at) => run.benchmarks[Math.floor(at / (run.steps + 1))] === benchmark),
      )
    ),
  );
}

/** Generated tokens of a draw. */
function tokensPerDraw(run: RunResults): number {
  return mean(
    run.tokens.map(({ benchmark, draws }) =>
      draws / (run.draws * run.benchmarks.filter((name) => name === benchmark).length)
    ),
  );
}

function meanCorrections(runs: readonly (readonly Corrections[])[]): Corrections[] {
  return (runs[0] ?? []).map(({ step }, at) => {
    const of = (field: keyof Corrections): number => mean(runs.map((run) => run[at]?.[field] ?? NaN));
    return {
      step,
      gained: of("gained"),
      lost: of("lost"),
      net: of("net"),
      gainedStep: of("gainedStep"),
      lostStep: of("lostStep"),
      netStep: of("netStep"),
    };
  });
}

function meanCopies(runs: readonly (readonly CopyRates[])[]): CopyRates[] {
  return (runs[0] ?? []).map(({ step }, at) => ({
    step,
    all: meanOrNull(runs.map((run) => run[at]?.all ?? null)),
    solved: meanOrNull(runs.map((run) => run[at]?.solved ?? null)),
    unsolved: meanOrNull(runs.map((run) => run[at]?.unsolved ?? null)),
  }));
}

function meanTraining(runs: readonly TrainingFigures[]): TrainingFigures {
  const of = (field: Exclude<keyof TrainingFigures, "modes">): number | null =>
    meanOrNull(runs.map((run) => run[field]));
  return {
    iterations: of("iterations"),
    tokens: of("tokens"),
    rollouts: of("rollouts"),
    startDepth: of("startDepth"),
    promptDepth: of("promptDepth"),
    deepest: runs.reduce<number | null>((most, { deepest }) => larger(most, deepest), null),
    replayed: of("replayed"),
    starts: of("starts"),
    roots: of("roots"),
    staleness: of("staleness"),
    effectiveShare: of("effectiveShare"),
    modes: meanModes(runs.map(({ modes }) => modes)),
  };
}

function meanModes(runs: readonly (readonly ModeFigures[])[]): ModeFigures[] {
  const modes = new Set(runs.flat().map(({ mode }) => mode));
  return [...modes].toSorted().map((mode) => {
    const found = runs.map((run) => run.find((each) => each.mode === mode));
    return {
      mode,
      groups: mean(found.map((each) => each?.groups ?? 0)),
      zeroVariance: meanOrNull(found.map((each) => each?.zeroVariance ?? null)),
    };
  });
}

function larger(a: number | null, b: number | null): number | null {
  return a === null || b === null ? a ?? b : Math.max(a, b);
}

/** The mean of what is known; `null` if nothing is. */
function meanOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : mean(known);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
