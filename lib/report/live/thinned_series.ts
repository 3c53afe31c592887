/** A point of a curve. */
export type SeriesPoint = {
  /** The last iteration that it stands for. */
  readonly x: number;
  /** The mean over the iterations that it stands for. */
  readonly y: number;
};

interface Bin {
  x: number;
  sum: number;
  /** How many values are in the sum. */
  known: number;
  /** How many iterations it stands for. */
  count: number;
}

/** A curve has at most so many points. */
const mostPoints = 256;

/**
 * A curve of any length in bounded memory: when it has too many points, each two neighbours become one, their mean. So a
 * short curve is exact, and each point of a long one stands for equally many iterations, the last perhaps for fewer.
 *
 * @example
 * ```ts
 * import { ThinnedSeries } from "exitlab/lib/report/live/thinned_series.ts";
 * import assert from "node:assert/strict";
 *
 * const curve = new ThinnedSeries(2);
 * for (const [x, y] of [[1, 0], [2, 1], [3, 1]] as const) curve.add(x, y);
 * assert.deepEqual(curve.points(), [{ x: 2, y: 0.5 }, { x: 3, y: 1 }]);
 * ```
 */
export class ThinnedSeries {
  readonly #most: number;
  #bins: Bin[] = [];
  #width = 1;

  /** A curve of at most so many points. */
  constructor(most: number = mostPoints) {
    this.#most = most;
  }

  /** Adds the value of the next iteration; `null` if it is not known. */
  add(x: number, y: number | null): void {
    const last = this.#bins.at(-1);
    const bin = { x, sum: y ?? 0, known: y === null ? 0 : 1, count: 1 };
    if (last !== undefined && last.count < this.#width) this.#bins.splice(-1, 1, merged(last, bin));
    else this.#bins.push(bin);
    if (this.#bins.length <= this.#most) return;
    this.#width *= 2;
    this.#bins = this.#bins.flatMap((each, at) => {
      const next = this.#bins[at + 1];
      return at % 2 === 1 ? [] : [next === undefined ? each : merged(each, next)];
    });
  }

  /** The points, in order. */
  points(): SeriesPoint[] {
    return this.#bins.flatMap(({ x, sum, known }) => known === 0 ? [] : [{ x, y: sum / known }]);
  }

  /** How many iterations a point stands for. */
  get width(): number {
    return this.#width;
  }
}

function merged(a: Bin, b: Bin): Bin {
  return { x: b.x, sum: a.sum + b.sum, known: a.known + b.known, count: a.count + b.count };
}
