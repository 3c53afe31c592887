import type { Columns } from "../../metrics/columns.ts";
import { mean, standardError } from "../../metrics/estimate.ts";
import { cut, rowsOf } from "./cells.ts";

/** What held-out tasks came to after k steps, as in the view `curves`. */
export type HeldOutPoint = {
  /** k. */
  readonly step: number;
  /** How many tasks. */
  readonly tasks: number;
  /** Mean over tasks of the share of chains that are solved. */
  readonly solved: number;
  /** Its standard error over tasks; `null` of one task. */
  readonly solvedSe: number | null;
  /** Mean over tasks of the quality; `null` if not known. */
  readonly quality: number | null;
};

/** One evaluation of one benchmark. */
export type HeldOutCurve = {
  /** Training updates before it. */
  readonly iteration: number;
  /** The benchmark. */
  readonly split: string;
  /** By k. */
  readonly points: readonly HeldOutPoint[];
};

/** What the policy wrote at one step of a held-out chain. */
export type ChainStep = {
  /** The task's id. */
  readonly task: string;
  /** Training updates before the evaluation. */
  readonly iteration: number;
  /** k. */
  readonly step: number;
  /** What was asked. */
  readonly mode: string;
  /** Whether it is solved. */
  readonly solved: boolean;
  /** Quality, in [0, 1]. */
  readonly quality: number | null;
  /** The response. */
  readonly response: string;
};

interface Sums {
  count: number;
  solved: number;
  quality: number | null;
}

/** So many evaluations of a run are kept: the first, the latest, and of the others every second when they get too many. */
const mostEvaluations = 48;

/** Follows the evaluations of a run: curves of all, single tasks of the latest alone. */
export class HeldOutWatch {
  #past: HeldOutCurve[][] = [];
  #iteration = -1;
  /** By benchmark, k and task. */
  #tasks = new Map<string, Map<number, Map<string, Sums>>>();
  #chain: ChainStep[] = [];
  #followed: string | undefined;
  #curves: HeldOutCurve[] | undefined;

  /** Takes in rows of `evaluations`; an evaluation may come in several parts. */
  take(columns: Columns | undefined): void {
    for (const row of rowsOf(columns)) {
      const iteration = row.number("iteration") ?? 0;
      if (iteration !== this.#iteration) this.#next(iteration);
      this.#curves = undefined;
      const [split, task] = [row.text("split") ?? "", row.text("task") ?? ""];
      const step = row.number("step") ?? 0;
      const [solved, quality] = [row.flag("solved") === true, row.number("quality")];
      const bySplit = entry(this.#tasks, split, () => new Map<number, Map<string, Sums>>());
      const byStep = entry(bySplit, step, () => new Map<string, Sums>());
      const sums = entry(byStep, task, () => ({ count: 0, solved: 0, quality: 0 }));
      sums.count++;
      sums.solved += Number(solved);
      sums.quality = sums.quality === null || quality === null ? null : sums.quality + quality;
      const chain = JSON.stringify([split, task, row.number("sample")]);
      this.#followed ??= chain;
      const response = row.text("response");
      if (chain === this.#followed && response !== null) {
        this.#chain.push({
          ...{ task, iteration, step, solved, quality },
          mode: row.text("mode") ?? "",
          response: cut(response),
        });
      }
    }
  }

  /** Takes in whole evaluations, in order, in place of all that came before. */
  replace(curves: readonly HeldOutCurve[], chain: readonly ChainStep[]): void {
    this.#next(-1);
    this.#past = [...Map.groupBy(curves, ({ iteration }) => iteration).values()];
    while (this.#past.length > mostEvaluations) this.#past = thinned(this.#past);
    this.#chain = [...chain];
  }

  /** The evaluations that are kept, in order, each with its benchmarks. */
  curves(): HeldOutCurve[] {
    this.#curves ??= this.#latest();
    return [...this.#past.flat(), ...this.#curves];
  }

  /** One chain of the latest evaluation, by k. */
  chain(): ChainStep[] {
    return this.#chain.toSorted((a, b) => a.step - b.step);
  }

  #next(iteration: number): void {
    const done = this.#curves ?? this.#latest();
    if (done.length > 0) this.#past.push(done);
    if (this.#past.length > mostEvaluations) this.#past = thinned(this.#past);
    this.#iteration = iteration;
    this.#tasks = new Map();
    [this.#chain, this.#followed] = [[], undefined];
  }

  #latest(): HeldOutCurve[] {
    return [...this.#tasks].map(([split, bySplit]) => ({
      iteration: this.#iteration,
      split,
      points: [...bySplit].toSorted(([a], [b]) => a - b).map(([step, tasks]): HeldOutPoint => {
        const sums = [...tasks.values()];
        const solved = sums.map(({ solved, count }) => solved / count);
        const quality = sums.flatMap(({ quality, count }) => quality === null ? [] : [quality / count]);
        return {
          step,
          tasks: sums.length,
          solved: mean(solved),
          solvedSe: standardError(solved),
          quality: quality.length === sums.length ? mean(quality) : null,
        };
      }),
    }));
  }
}

/** Every second, and the last. */
function thinned<Item>(items: readonly Item[]): Item[] {
  return items.filter((_, at) => at % 2 === 0 || at === items.length - 1);
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
