/**
 * The figures of one held-out task in one run, which intervals are made from.
 *
 * @module
 */
import { curveArea } from "./curve_area.ts";
import { majorityAtK } from "./majority_at_k.ts";
import type { SeedsByTasks } from "./paired_bootstrap.ts";
import { passAtK } from "./pass_at_k.ts";
import type { RunResults } from "./run_results.ts";

/** What of an answer is compared: whether it solves the task, or its graded quality. */
export type Measure = "solved" | "quality";

/** A figure of a task, by its place among the run's tasks: the mean over its chains or draws. */
export type TaskFigure = (run: RunResults, task: number) => number;

/** After k self-improvement steps: the latest answer, in [0, 1]. */
export function latest(measure: Measure, step: number): TaskFigure {
  return ({ chains, steps }, task) => {
    const at = task * (steps + 1) + step;
    return measure === "quality"
      ? chains.quality[at] ?? NaN
      : (chains.solved[at] ?? NaN) / (chains.chains[at] ?? NaN);
  };
}

/** Δ_k: the latest answer after k steps minus the first, in [-1, 1]. */
export function gain(measure: Measure, step: number): TaskFigure {
  const [last, first] = [latest(measure, step), latest(measure, 0)];
  return (run, task) => last(run, task) - first(run, task);
}

/** The area under the curve of gains up to step k, a step; in [-1, 1]. */
export function area(measure: Measure, step: number): TaskFigure {
  const curve = Array.from({ length: step + 1 }, (_, k) => latest(measure, k));
  return (run, task) => curveArea(curve.map((at) => at(run, task)));
}

/** Whether any answer up to step k is solved, as a share of chains. Which one that is takes an oracle. */
export function bestSoFar(step: number): TaskFigure {
  return ({ chains, steps }, task) => {
    const at = task * (steps + 1) + step;
    return (chains.solvedSoFar[at] ?? NaN) / (chains.chains[at] ?? NaN);
  };
}

/** The probability that one of k independent first attempts is solved. Which one that is takes an oracle. */
export function bestOfDraws(k: number): TaskFigure {
  return ({ drawn, draws }, task) =>
    passAtK(draws, drawn.solved.slice(task * draws, (task + 1) * draws).filter(Boolean).length, k);
}

/** The best by validation of the first k independent first attempts: what a search of drafts alone finds; takes no oracle. */
export function pickedDraw(measure: Measure, k: number): TaskFigure {
  return ({ drawn, draws }, task) => {
    const at = task * draws + k - 1;
    const picked = measure === "quality" ? drawn.pickedQuality[at] : drawn.pickedSolved[at];
    return picked === null || picked === undefined ? NaN : Number(picked);
  };
}

/** Whether the most common of the first k independent first attempts is solved; 0 or 1. */
export function majorityOfDraws(k: number): TaskFigure {
  return ({ drawn, draws }, task) => {
    const picked = majorityAtK(drawn.same.slice(task * draws, (task + 1) * draws), k);
    return Number(drawn.solved[task * draws + picked] ?? false);
  };
}

/** One figure minus another, task by task. */
export function minus(first: TaskFigure, second: TaskFigure): TaskFigure {
  return (run, task) => first(run, task) - second(run, task);
}

/** A figure for each run and each task; the runs have the same tasks. */
export function seedsByTasks(runs: readonly RunResults[], figure: TaskFigure): SeedsByTasks {
  return runs.map((run) => run.tasks.map((_, task) => figure(run, task)));
}
