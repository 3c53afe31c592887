import type { Start } from "../curriculum/start.ts";
import { type IntervalEstimate, intervalEstimate } from "./interval.ts";
import type { LoggedRun, Measurement } from "./logged_run.ts";

/** The names of the figures of a curriculum's picks. */
export const figureNames = [
  "learnability",
  "freshLearnability",
  "sameLearnability",
  "least",
  "most",
  "flat",
  "depth",
  "replayed",
  "roots",
  "overlap",
  "same",
  "fresh",
  "other",
  "inherited",
  "unknown",
  "age",
  "distinct",
  "effective",
] as const;

/** The name of a figure. */
export type FigureName = (typeof figureNames)[number];

/**
 * What a curriculum's picks come to; `null` where there is nothing to take it of.
 *
 * - `learnability`: mean over measured picks, each by its nearest measurement; `freshLearnability`: by the nearest of the
 *   same iteration or a later one, which no curriculum had seen when it picked; `sameLearnability`: of the same iteration;
 * - `least` and `most`: the mean over all picks if those never measured had 0, or 0.25;
 * - `flat`: share of measured picks without any variance, which teach nothing; where several groups of a start were drawn
 *   in its nearest iteration, the share of these;
 * - `depth`: mean; `replayed`: share of partial histories; `roots`: different roots of a batch as a share of its picks;
 * - `overlap`: share of picks that are in the logged batch of the iteration;
 * - `same`, `other`, `inherited`, `unknown`: shares of picks that were measured in the same iteration, in another, that
 *   are logged partial histories without a group of their own, and of which the log knows nothing. They add up to 1;
 *   `fresh`: share of picks measured in the same iteration or a later one;
 * - `age`: of those measured in another iteration, how many iterations away, mean;
 * - `distinct`: different starts; `effective`: their number weighed by how often each is picked, 1 / Σ p².
 */
export type Figures = { readonly [name in FigureName]: number | null };

/** Figures with intervals; `null` where no replay has one. */
export type FigureEstimates = { readonly [name in FigureName]: IntervalEstimate | null };

/** The largest variance of rewards in [0, 1]. */
const largestVariance = 0.25;

/** Adds up picks, batch by batch. */
export class PickTally {
  readonly #log: Pick<LoggedRun, "measured">;
  readonly #picked = new Map<string, { readonly start: Start; picks: number }>();
  #picks = 0;
  #same = 0;
  #other = 0;
  #inherited = 0;
  #learnability = 0;
  #sameLearnability = 0;
  #fresh = 0;
  #freshLearnability = 0;
  #flat = 0;
  #depth = 0;
  #replayed = 0;
  #roots = 0;
  #overlap = 0;
  #age = 0;

  /** Counts nothing yet. */
  constructor(log: Pick<LoggedRun, "measured">) {
    this.#log = log;
  }

  /**
   * Takes in the picks of an iteration.
   *
   * @param logged The starts of the logged batch.
   */
  add(picks: readonly Start[], logged: readonly Start[], iteration: number): void {
    this.#picks += picks.length;
    this.#roots += new Set(picks.map(({ task }) => task)).size;
    this.#overlap += shared(picks, logged);
    for (const start of picks) {
      const { id, depth, attempt } = start;
      const picked = this.#picked.get(id) ?? { start, picks: 0 };
      picked.picks++;
      this.#picked.set(id, picked);
      this.#depth += depth;
      if (attempt !== null) this.#replayed++;
      const measured = this.#log.measured.get(id) ?? [];
      const fresh = measured.find((measurement) => measurement.iteration >= iteration);
      if (fresh !== undefined) {
        this.#fresh++;
        this.#freshLearnability += fresh.learnability;
      }
      const found = nearest(measured, iteration);
      if (found === undefined) {
        if (attempt !== null) this.#inherited++;
        continue;
      }
      const age = Math.abs(found.iteration - iteration);
      this.#learnability += found.learnability;
      this.#flat += found.flat;
      if (age > 0) this.#other++;
      else {
        this.#same++;
        this.#sameLearnability += found.learnability;
      }
      this.#age += age;
    }
  }

  /** Each start that was picked, and how often. */
  picked(): IterableIterator<{ readonly start: Start; readonly picks: number }> {
    return this.#picked.values();
  }

  /** What they come to. */
  figures(): Figures {
    const measured = this.#same + this.#other;
    const unmeasured = this.#picks - measured;
    const counts = [...this.#picked.values()].map(({ picks }) => picks);
    return {
      learnability: ratio(this.#learnability, measured),
      freshLearnability: ratio(this.#freshLearnability, this.#fresh),
      sameLearnability: ratio(this.#sameLearnability, this.#same),
      least: ratio(this.#learnability, this.#picks),
      most: ratio(this.#learnability + largestVariance * unmeasured, this.#picks),
      flat: ratio(this.#flat, measured),
      depth: ratio(this.#depth, this.#picks),
      replayed: ratio(this.#replayed, this.#picks),
      roots: ratio(this.#roots, this.#picks),
      overlap: ratio(this.#overlap, this.#picks),
      same: ratio(this.#same, this.#picks),
      fresh: ratio(this.#fresh, this.#picks),
      other: ratio(this.#other, this.#picks),
      inherited: ratio(this.#inherited, this.#picks),
      unknown: ratio(unmeasured - this.#inherited, this.#picks),
      age: ratio(this.#age, this.#other),
      distinct: counts.length,
      effective: ratio(this.#picks ** 2, counts.reduce((sum, count) => sum + count ** 2, 0)),
    };
  }
}

/** Each figure's mean over replays that have it, with its interval. */
export function figureEstimates(replays: readonly Figures[]): FigureEstimates {
  const of = (name: FigureName): IntervalEstimate | null =>
    intervalEstimate(replays.flatMap((figures) => figures[name] ?? []));
  return byName(of);
}

/** What each figure is less than another's; `null` where one of them has none. */
export function figureDifferences(figures: Figures, less: Figures): Figures {
  return byName((name) => {
    const [value, other] = [figures[name], less[name]];
    return value === null || other === null ? null : value - other;
  });
}

/** The means alone. */
export function figureMeans(estimates: FigureEstimates): Figures {
  return byName((name) => estimates[name]?.mean ?? null);
}

function byName<Value>(of: (name: FigureName) => Value): { readonly [name in FigureName]: Value } {
  return {
    ...{ learnability: of("learnability"), freshLearnability: of("freshLearnability") },
    ...{ sameLearnability: of("sameLearnability"), least: of("least"), most: of("most"), flat: of("flat") },
    ...{ depth: of("depth"), replayed: of("replayed"), roots: of("roots"), overlap: of("overlap") },
    ...{ same: of("same"), fresh: of("fresh"), other: of("other"), inherited: of("inherited") },
    ...{ unknown: of("unknown"), age: of("age"), distinct: of("distinct"), effective: of("effective") },
  };
}

/**
 * The measurement that is nearest to an iteration; of two as near, the earlier.
 *
 * @param measured In the order of iterations.
 */
export function nearest(measured: readonly Measurement[], iteration: number): Measurement | undefined {
  const at = measured.findIndex((measurement) => measurement.iteration >= iteration);
  const [before, after] = at < 0 ? [measured.at(-1), undefined] : [measured[at - 1], measured[at]];
  if (before === undefined || after === undefined) return before ?? after;
  return iteration - before.iteration <= after.iteration - iteration ? before : after;
}

/** How many picks are among the logged starts, each of which counts once. */
function shared(picks: readonly Start[], logged: readonly Start[]): number {
  const left = new Map<string, number>();
  for (const { id } of logged) left.set(id, 1 + (left.get(id) ?? 0));
  let found = 0;
  for (const { id } of picks) {
    const rest = left.get(id) ?? 0;
    if (rest === 0) continue;
    left.set(id, rest - 1);
    found++;
  }
  return found;
}

function ratio(sum: number, count: number): number | null {
  return count === 0 ? null : sum / count;
}
