import type { Start } from "../../../lib/curriculum/start.ts";

/** An entry of the naive model. */
interface NaiveEntry {
  readonly start: Start;
  score: number;
  visits: number;
}

/** The rules of a task space, written down plainly: a list, oldest first. */
export class NaiveSpace {
  entries: NaiveEntry[] = [];

  constructor(readonly capacity: number) {}

  find(id: string): NaiveEntry | undefined {
    return this.entries.find(({ start }) => start.id === id);
  }

  offer(start: Start, score: number): boolean {
    const known = this.find(start.id);
    if (known !== undefined) {
      if (known.visits === 0) known.score = score;
      return true;
    }
    if (this.entries.length === this.capacity) {
      const lowest = Math.min(...this.entries.map((entry) => entry.score));
      if (score < lowest) return false;
      this.entries.splice(this.entries.findIndex((entry) => entry.score === lowest), 1);
    }
    this.entries.push({ start, score, visits: 0 });
    return true;
  }

  measure(id: string, score: number): void {
    const known = this.find(id);
    if (known === undefined) throw new RangeError(`no ${id}`);
    known.score = score;
    known.visits++;
  }

  /** The probability of each start by the formula. */
  probabilities(kappa: number): Map<string, number> {
    const largest = Math.max(...this.entries.map(({ score }) => score));
    const weights = this.entries.map(({ score }) =>
      largest === 0 ? 1 : Math.exp(kappa * (score / largest - 1))
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return new Map(this.entries.map(({ start }, index) => [start.id, (weights[index] ?? 0) / total]));
  }
}
