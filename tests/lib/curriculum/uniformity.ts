import assert from "node:assert/strict";

const bins = 20;

/**
 * Collects draws from distributions that differ from draw to draw. Each falls on an interval of [0, 1], as long as it
 * was likely; a point taken at random from it is uniform if the draws follow the distributions.
 */
export class Uniformity {
  readonly #counts: number[] = Array(bins).fill(0);
  #total = 0;

  /** Notes a draw: the probabilities of what comes before it in some fixed order, and its own. */
  note(before: number, own: number, at: number): void {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(bins * (before + at * own))));
    this.#counts[bin] = (this.#counts[bin] ?? 0) + 1;
    this.#total++;
  }

  /** The statistic has mean 19 and standard deviation 6.2 if all bins are equally likely. */
  check(label: string): void {
    const mean = this.#total / bins;
    const statistic = this.#counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
    assert.ok(this.#total > 1000 && statistic < 50, `${label}: ${statistic} over ${this.#counts}`);
  }
}
