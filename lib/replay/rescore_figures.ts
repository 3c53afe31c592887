/**
 * What arms come to under another verdict rule, beside what they came to under that of their training.
 *
 * @module
 */
import { type ComparedArm, groupArms } from "../metrics/compared_arms.ts";
import { compareRuns } from "../metrics/comparison.ts";
import type { Difference } from "../metrics/differences.ts";
import { type Estimate, mean, standardError } from "../metrics/estimate.ts";
import { narrowRuns } from "../metrics/narrow_results.ts";
import {
  bootstrapDraws,
  bootstrapInterval,
  type Interval,
  pairedDifferences,
} from "../metrics/paired_bootstrap.ts";
import type { RunResults } from "../metrics/run_results.ts";
import { latest, type Measure, seedsByTasks, type TaskFigure } from "../metrics/task_figures.ts";
import { macroMean } from "../metrics/benchmarks.ts";
import { Random } from "../random.ts";
import type { GradedGroup } from "./rescore_training.ts";

/** A figure of held-out tasks under both rules. */
export type OldAndNow = {
  /** Under the rule of the log. */
  readonly old: number;
  /** Under the new rule. */
  readonly now: number;
  /** The new minus the old, paired by seed and task, with its 95 % interval over both. */
  readonly difference: Interval;
};

/** A figure of training under both rules: a mean over runs. */
export type TrainingFigure = {
  /** Under the rule of the log. */
  readonly old: number;
  /** Under the new rule. */
  readonly now: number;
  /** The new minus the old, with its standard error over runs. */
  readonly difference: Estimate;
};

/** The groups of an arm's training, those that the new rule answers for as a whole. */
export type RescoredGroups = {
  /** How many there are, over all runs. */
  readonly groups: number;
  /** Of how many logged. */
  readonly of: number;
  /** Mean variance of the verdicts' rewards within a group. */
  readonly learnability: TrainingFigure;
  /** Share of groups whose verdicts all have the same reward. */
  readonly zeroVariance: TrainingFigure;
};

/** An arm under both rules. */
export type RescoredArm = {
  /** What it is called. */
  readonly label: string;
  /** Its runs, one a seed. */
  readonly runs: readonly string[];
  /** Held-out tasks; 0 if it was not evaluated. */
  readonly tasks: number;
  /** After k = 0 … K steps; empty if it was not evaluated. */
  readonly curve: readonly {
    /** k. */
    readonly step: number;
    /** Solved share. */
    readonly solved: OldAndNow;
    /** Mean quality; `null` if the log has none. */
    readonly quality: OldAndNow | null;
  }[];
  /** Its training; `null` if the log has no groups that the new rule answers for. */
  readonly training: RescoredGroups | null;
};

/** The arms by their solved share at the last step that all reach. */
export type Ranking = {
  /** That step, K. */
  readonly step: number;
  /** The labels under the rule of the log, the best first. */
  readonly old: readonly string[];
  /** Under the new rule. */
  readonly now: readonly string[];
};

/** The difference of an arm to the reference under both rules. */
export type RescoredDifference = {
  /** Under the rule of the log. */
  readonly old: Difference;
  /** Under the new rule. */
  readonly now: Difference;
};

/** What of a run its arm's figures are made of. */
export interface RunUnderBoth {
  /** The run. */
  readonly run: string;
  /** Its arm. */
  readonly arm: string;
  /** What it reached by its logged verdicts; `undefined` if it was not evaluated. */
  readonly old: RunResults | undefined;
  /** What it reached by the new ones. */
  readonly now: RunResults | undefined;
  /** Its groups. */
  readonly groups: readonly Pick<GradedGroup, "learnability" | "now">[];
}

/** The figures of all arms. */
export type RescoredFigures = {
  /** The arms, in the order in which they were begun; those that were not evaluated come last. */
  readonly arms: readonly RescoredArm[];
  /** `null` if fewer than two arms were evaluated. */
  readonly ranking: Ranking | null;
  /** The others against the first arm called `grpo`, or else the first. */
  readonly differences: readonly RescoredDifference[];
  /** One sentence for each run that does not count. */
  readonly notes: readonly string[];
};

/** The coverage of intervals, and the number of resamples behind each, as in `compare`. */
const [level, resamples] = [0.95, 2000];

/** Sets arms under both rules side by side. */
export function rescoredFigures(runs: readonly RunUnderBoth[]): RescoredFigures {
  const known = new Map(runs.map((run) => [run.run, run]));
  const evaluated = runs.flatMap(({ old, now }) => old === undefined || now === undefined ? [] : [old]);
  const { arms: grouped, notes } = groupArms(evaluated);
  const left = runs.filter(({ run }) => !evaluated.some((each) => each.run === run));
  const arms = [
    ...grouped.map((arm) => rescoredArm(arm, known)),
    ...[...Map.groupBy(left, ({ arm }) => arm)].map(([label, own]): RescoredArm => ({
      ...{ label, runs: own.map(({ run }) => run), tasks: 0, curve: [] },
      training: trainingOf(own),
    })),
  ];
  if (grouped.length < 2) return { arms, ranking: null, differences: [], notes };
  const chosen = grouped.flatMap((arm) => arm.runs);
  const old = compareRuns(chosen);
  const now = compareRuns(chosen.flatMap(({ run }) => known.get(run)?.now ?? []));
  return {
    arms,
    ranking: rank(arms.filter(({ curve }) => curve.length > 0)),
    differences: old.differences.flatMap((difference, at) => {
      const other = now.differences[at];
      return other === undefined ? [] : [{ old: difference, now: other }];
    }),
    notes,
  };
}

function rescoredArm({ label, runs }: ComparedArm, known: ReadonlyMap<string, RunUnderBoth>): RescoredArm {
  const own = runs.flatMap(({ run }) => known.get(run) ?? []);
  const after = own.flatMap(({ now }) => now ?? []);
  const steps = Math.min(...[...runs, ...after].map((run) => run.steps));
  const narrowed = narrowRuns([...runs, ...after], steps);
  const [old, now] = [narrowed.slice(0, runs.length), narrowed.slice(runs.length)];
  const benchmarks = old[0]?.benchmarks ?? [];
  const base = {
    label,
    runs: runs.map(({ run }) => run),
    tasks: benchmarks.length,
    training: trainingOf(own),
  };
  if (benchmarks.length === 0) return { ...base, curve: [] };
  const draws = bootstrapDraws(
    old.length,
    benchmarks,
    new Random(0, "bootstrap", old.length, benchmarks.length),
    resamples,
  );
  const both = (figure: TaskFigure): OldAndNow => {
    const [before, after] = [seedsByTasks(old, figure), seedsByTasks(now, figure)];
    const over = (seeds: typeof before): number => mean(seeds.map((own) => macroMean(own, benchmarks)));
    return {
      old: over(before),
      now: over(after),
      difference: bootstrapInterval(pairedDifferences(after, before), draws, level),
    };
  };
  const graded = [...old, ...now].every(({ chains }) => !chains.quality.includes(null));
  return {
    ...base,
    curve: Array.from({ length: steps + 1 }, (_, step) => {
      const of = (measure: Measure): OldAndNow => both(latest(measure, step));
      return { step, solved: of("solved"), quality: graded ? of("quality") : null };
    }),
  };
}

/** The arms in order; of equal ones the first begun comes first. */
function rank(arms: readonly RescoredArm[]): Ranking {
  const step = Math.min(...arms.map(({ curve }) => curve.length - 1));
  const by = (rule: "old" | "now"): string[] =>
    arms.toSorted((a, b) => (b.curve[step]?.solved[rule] ?? 0) - (a.curve[step]?.solved[rule] ?? 0))
      .map(({ label }) => label);
  return { step, old: by("old"), now: by("now") };
}

function trainingOf(runs: readonly RunUnderBoth[]): RescoredGroups | null {
  const perRun = runs.flatMap(({ groups }) => {
    const whole = groups.flatMap(({ learnability, now }) =>
      learnability === null || now === null ? [] : [{ old: learnability, now: now.learnability }]
    );
    return whole.length === 0 ? [] : [whole];
  });
  if (perRun.length === 0) return null;
  const figure = (of: (learnability: number) => number): TrainingFigure => {
    const old = perRun.map((groups) => mean(groups.map((group) => of(group.old))));
    const now = perRun.map((groups) => mean(groups.map((group) => of(group.now))));
    const changes = now.map((value, at) => value - (old[at] ?? NaN));
    return {
      old: mean(old),
      now: mean(now),
      difference: { mean: mean(changes), standardError: standardError(changes) },
    };
  };
  return {
    groups: perRun.flat().length,
    of: runs.reduce((sum, { groups }) => sum + groups.length, 0),
    learnability: figure((learnability) => learnability),
    zeroVariance: figure((learnability) => Number(learnability === 0)),
  };
}
