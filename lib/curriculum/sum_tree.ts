/**
 * Weights that can be changed one by one, summed and drawn from in O(log n).
 *
 * A binary tree in an array: node i has the children 2i and 2i + 1, the leaves are the weights. A parent is always
 * *recomputed* from its two children, never adjusted by a difference, so that the sums depend on the weights alone:
 * rounding does not pile up, and a rebuilt tree equals the one it replaces bit for bit.
 */
export class SumTree {
  #leaves = 1;
  #sums = new Float64Array(2);

  /** The sum of all weights. */
  get total(): number {
    return this.#sums[1] ?? 0;
  }

  /** Changes the weight at an index; the tree grows as needed. */
  set(index: number, weight: number): void {
    if (index >= this.#leaves) this.#grow(index + 1);
    const sums = this.#sums;
    let node = this.#leaves + index;
    sums[node] = weight;
    for (node >>= 1; node >= 1; node >>= 1) sums[node] = (sums[2 * node] ?? 0) + (sums[2 * node + 1] ?? 0);
  }

  /** Replaces all weights, in O(n). */
  fill(weights: Float64Array): void {
    this.#leaves = powerOfTwo(weights.length);
    this.#sums = new Float64Array(2 * this.#leaves);
    this.#sums.set(weights, this.#leaves);
    this.#sumUp();
  }

  /**
   * The index at which the running sum of weights first exceeds `target`; never one of weight 0.
   *
   * @param target In [0, `total`).
   */
  find(target: number): number {
    const sums = this.#sums;
    let node = 1;
    let left = target;
    while (node < this.#leaves) {
      node *= 2;
      const weight = sums[node] ?? 0;
      if (left >= weight && (sums[node + 1] ?? 0) > 0) {
        left -= weight;
        node++;
      }
    }
    return node - this.#leaves;
  }

  #grow(length: number): void {
    const weights = this.#sums.subarray(this.#leaves);
    this.#leaves = powerOfTwo(length);
    this.#sums = new Float64Array(2 * this.#leaves);
    this.#sums.set(weights, this.#leaves);
    this.#sumUp();
  }

  #sumUp(): void {
    const sums = this.#sums;
    for (let node = this.#leaves - 1; node >= 1; node--) {
      sums[node] = (sums[2 * node] ?? 0) + (sums[2 * node + 1] ?? 0);
    }
  }
}

/** The least power of two that is at least n. */
function powerOfTwo(n: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, n)));
}
