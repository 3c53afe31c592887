import type { Eviction } from "../../../lib/curriculum/task_space.ts";
import type { Start } from "../../../lib/curriculum/start.ts";

/** An entry of the naive model. */
export interface NaiveEntry {
  readonly start: Start;
  score: number;
  visits: number;
  /** The batch in which it was last drawn, scored or taken in. */
  last: number;
  /** How many scores had been set before its own. */
  turn: number;
}

/** P_S of entries, up to a factor. */
export type NaiveWeights = (entries: readonly NaiveEntry[]) => number[];

/** exp(κ · S / S_max). */
export function naiveSoftmax(kappa: number): NaiveWeights {
  return (entries) => {
    const largest = Math.max(...entries.map(({ score }) => score));
    return entries.map(({ score }) => largest === 0 ? 1 : Math.exp(kappa * (score / largest - 1)));
  };
}

/** S^exponent; among scores of 0, all alike. */
export function naivePower(exponent: number): NaiveWeights {
  return (entries) => {
    const largest = Math.max(...entries.map(({ score }) => score));
    return entries.map(({ score }) => largest === 0 ? 1 : Math.max((score / largest) ** exponent, 1e-299));
  };
}

/** rank^−exponent; of equals, that scored longest ago ranks first. */
export function naiveRank(exponent: number): NaiveWeights {
  return (entries) => {
    const ranked = entries.toSorted((a, b) => b.score - a.score || a.turn - b.turn);
    return entries.map((entry) => (1 + ranked.indexOf(entry)) ** -exponent);
  };
}

/** The rules of a task space, written down plainly: a list, oldest first. */
export class NaiveSpace {
  entries: NaiveEntry[] = [];
  #batch = 0;
  #turns = 0;
  #drawn = new Set<NaiveEntry>();

  constructor(
    readonly rules: {
      readonly capacity: number;
      readonly weights: NaiveWeights;
      readonly eviction?: Eviction;
      readonly staleness?: number;
      readonly distinct?: boolean;
    },
  ) {}

  find(id: string): NaiveEntry | undefined {
    return this.entries.find(({ start }) => start.id === id);
  }

  offer(start: Start, score: number): Start | null {
    const { capacity, eviction } = this.rules;
    const known = this.find(start.id);
    if (known !== undefined) {
      if (known.visits === 0) this.#score(known, score);
      return null;
    }
    let left: Start | null = null;
    if (this.entries.length === capacity) {
      const lowest = Math.min(...this.entries.map((entry) => entry.score));
      if (eviction !== "oldest" && score < lowest) return start;
      const at = eviction === "oldest" ? 0 : this.entries.findIndex((entry) => entry.score === lowest);
      left = this.entries.splice(at, 1)[0]?.start ?? null;
    }
    const entry = { start, score, visits: 0, last: 0, turn: 0 };
    this.entries.push(entry);
    this.#score(entry, score);
    return left;
  }

  measure(id: string, score: number): void {
    const known = this.find(id);
    if (known === undefined) throw new RangeError(`no ${id}`);
    this.#score(known, score);
    known.visits++;
  }

  beginBatch(): void {
    this.#batch++;
    this.#drawn.clear();
  }

  /** P of each entry for the next draw of the batch, by the formula. */
  probabilities(): number[] {
    const { weights, staleness = 0, distinct = false } = this.rules;
    if (this.#drawn.size === this.entries.length) this.#drawn.clear();
    const open = (entry: NaiveEntry): boolean => !distinct || !this.#drawn.has(entry);
    const byScore = normalised(
      weights(this.entries).map((weight, at) => {
        const entry = this.entries[at];
        return entry !== undefined && open(entry) ? weight : 0;
      }),
    );
    const ages = this.entries.map(({ last }) => this.#batch - last);
    if (ages.every((age) => age === 0)) return byScore;
    const byAge = normalised(ages);
    return byScore.map((weight, at) => (1 - staleness) * weight + staleness * (byAge[at] ?? 0));
  }

  /** Notes what was drawn. */
  take(entry: NaiveEntry): void {
    entry.last = this.#batch;
    this.#drawn.add(entry);
  }

  #score(entry: NaiveEntry, score: number): void {
    entry.score = score;
    entry.last = this.#batch;
    entry.turn = this.#turns++;
  }
}

function normalised(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
