import type { BinnedRows } from "./boosting_bins.ts";
import type { Histogram, NodeSums } from "./histogram.ts";

/** What a split must keep to. */
export interface SplitRules {
  /** The fewest rows of a child. */
  readonly minLeaf: number;
  /** The penalty on the square of a leaf's value. */
  readonly l2: number;
}

/** A split of a node in two. */
export interface Split {
  /** By how much it lowers the loss, to second order, times 2. */
  readonly gain: number;
  /** The column that it looks at. */
  readonly column: number;
  /** The last of the column's own bins that goes left. */
  readonly bin: number;
  /** Whether missing values go left. */
  readonly missingLeft: boolean;
  /** What goes left. */
  readonly left: NodeSums;
}

/** The smallest sum of second derivatives of a child: below it a leaf's value is not to be trusted. */
export const leastHessian = 1e-3;

/** The value of a leaf, to second order the best for these sums. */
export function leafValue({ gradient, hessian }: NodeSums, l2: number): number {
  return -gradient / (hessian + l2 + 1e-15);
}

/**
 * The split with the largest gain, of equals the one of the first column and lowest bin, or `null` if none has a gain.
 * Where a column has missing values, it tries them on both sides.
 */
export function bestSplit(
  rows: BinnedRows,
  histogram: Histogram,
  stride: number,
  sums: NodeSums,
  rules: SplitRules,
): Split | null {
  const search = new SplitSearch(histogram, stride, sums, rules);
  for (let column = 0; column < rows.columns; column++) {
    const first = rows.offsets[column] ?? 0;
    const end = rows.offsets[column + 1] ?? 0;
    const missing = rows.missing[column] === 1;
    search.rightwards(column, first, end - 1);
    if (missing) search.leftwards(column, first, end - 1);
  }
  return search.best();
}

class SplitSearch {
  readonly #histogram: Histogram;
  readonly #stride: number;
  readonly #sums: NodeSums;
  readonly #minLeaf: number;
  readonly #l2: number;
  readonly #base: number;
  #gain = 0;
  #column = -1;
  #bin = 0;
  #missingLeft = false;
  #gradient = 0;
  #hessian = 0;
  #count = 0;

  constructor(histogram: Histogram, stride: number, sums: NodeSums, { minLeaf, l2 }: SplitRules) {
    this.#histogram = histogram;
    this.#stride = stride;
    this.#sums = sums;
    this.#minLeaf = minLeaf;
    this.#l2 = l2 + 1e-15;
    this.#base = sums.gradient ** 2 / (sums.hessian + this.#l2);
  }

  /** Bins up to each go left; those above it, and the missing values' as the last, go right. */
  rightwards(column: number, first: number, last: number): void {
    const histogram = this.#histogram;
    const stride = this.#stride;
    const minLeaf = this.#minLeaf;
    const l2 = this.#l2;
    const { gradient, hessian, count } = this.#sums;
    let [leftGradient, leftHessian, leftCount] = [0, 0, 0];
    for (let bin = first; bin < last; bin++) {
      const at = bin * stride;
      const here = histogram[at + stride - 1] ?? 0;
      if (here === 0) continue;
      leftCount += here;
      leftGradient += histogram[at] ?? 0;
      leftHessian += histogram[at + 1] ?? 0;
      if (leftCount < minLeaf) continue;
      if (count - leftCount < minLeaf) break;
      if (leftHessian < leastHessian) continue;
      const rightHessian = hessian - leftHessian;
      if (rightHessian < leastHessian) break;
      const rightGradient = gradient - leftGradient;
      const gain = leftGradient * leftGradient / (leftHessian + l2) +
        rightGradient * rightGradient / (rightHessian + l2) - this.#base;
      if (gain > this.#gain) {
        this.#take(gain, column, bin - first, false, leftGradient, leftHessian, leftCount);
      }
    }
  }

  /** Bins above each go right; those up to it, and the missing values', go left. */
  leftwards(column: number, first: number, missing: number): void {
    const { gradient, hessian, count } = this.#sums;
    const l2 = this.#l2;
    let [rightGradient, rightHessian, rightCount] = [0, 0, 0];
    for (let bin = missing - 1; bin > first; bin--) {
      const at = bin * this.#stride;
      rightCount += this.#histogram[at + this.#stride - 1] ?? 0;
      rightGradient += this.#histogram[at] ?? 0;
      rightHessian += this.#histogram[at + 1] ?? 0;
      if (rightCount < this.#minLeaf || rightHessian < leastHessian) continue;
      const leftHessian = hessian - rightHessian;
      if (count - rightCount < this.#minLeaf || leftHessian < leastHessian) break;
      const leftGradient = gradient - rightGradient;
      const gain = leftGradient * leftGradient / (leftHessian + l2) +
        rightGradient * rightGradient / (rightHessian + l2) - this.#base;
      if (gain > this.#gain) {
        this.#take(gain, column, bin - 1 - first, true, leftGradient, leftHessian, count - rightCount);
      }
    }
  }

  best(): Split | null {
    if (this.#column < 0) return null;
    return {
      gain: this.#gain,
      column: this.#column,
      bin: this.#bin,
      missingLeft: this.#missingLeft,
      left: { gradient: this.#gradient, hessian: this.#hessian, count: this.#count },
    };
  }

  #take(
    gain: number,
    column: number,
    bin: number,
    missingLeft: boolean,
    gradient: number,
    hessian: number,
    count: number,
  ): void {
    this.#gain = gain;
    this.#column = column;
    this.#bin = bin;
    this.#missingLeft = missingLeft;
    this.#gradient = gradient;
    this.#hessian = hessian;
    this.#count = count;
  }
}
