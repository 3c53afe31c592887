import type { Comparison } from "../../metrics/comparison.ts";
import type { RunResults } from "../../metrics/run_results.ts";
import { Random } from "../../random.ts";
import type { ChosenTask } from "./parts.ts";

/** The run of each arm whose chains are shown: that of its first seed. */
export function shownRuns({ arms }: Comparison): string[] {
  return arms.flatMap(({ runs }) => runs.slice(0, 1).map(({ run }) => run));
}

/**
 * The held-out tasks whose answers are shown: one drawn at random, and those that most chains mended, that most chains
 * spoiled, and that fewest solved. Which are chosen follows from the results alone.
 *
 * @param results Those of the runs that are shown.
 */
export function chooseTasks(comparison: Comparison, results: readonly RunResults[]): ChosenTask[] {
  const shown = shownRuns(comparison).flatMap((run) => results.find((each) => each.run === run) ?? []);
  const common = shown.map(({ tasks }) => new Set(tasks)).reduce(
    (all, tasks) => all.intersection(tasks),
    new Set(shown[0]?.tasks),
  );
  const tasks = [...common].map((task) => ({ task, ...tally(shown, task, comparison.steps) }));
  if (tasks.length === 0) return [];
  const chosen = new Map<string, string>();
  const drawn = tasks[new Random(comparison.seed, "shown task").int(tasks.length)];
  if (drawn !== undefined) chosen.set(drawn.task, "drawn at random");
  const most = (figure: (each: typeof tasks[number]) => number, why: string): void => {
    const left = tasks.filter(({ task }) => !chosen.has(task)).toSorted((a, b) => figure(b) - figure(a));
    const [best] = left;
    if (best !== undefined && figure(best) > 0) chosen.set(best.task, why);
  };
  most(({ gained }) => gained, "chosen for the most chains that turn right");
  most(({ lost }) => lost, "chosen for the most chains that turn wrong");
  most(({ chains, solved }) => chains - solved, "chosen for the fewest chains that end right");
  return [...chosen].map(([task, why]) => ({ task, why }));
}

/** How the chains of a task went in some runs together. */
function tally(
  runs: readonly RunResults[],
  task: string,
  steps: number,
): { readonly gained: number; readonly lost: number; readonly solved: number; readonly chains: number } {
  const sum = { gained: 0, lost: 0, solved: 0, chains: 0 };
  for (const { tasks, steps: all, chains } of runs) {
    const first = tasks.indexOf(task) * (all + 1);
    const last = first + steps;
    const [before, after] = [chains.solved[first] ?? 0, chains.solved[last] ?? 0];
    const gained = chains.gained[last] ?? 0;
    sum.gained += gained;
    sum.lost += before + gained - after;
    sum.solved += after;
    sum.chains += chains.chains[last] ?? 0;
  }
  return sum;
}
