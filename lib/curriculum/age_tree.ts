/**
 * Draws slots with probabilities ∝ age, the time since something last happened to them, in O(log n).
 *
 * Time passes for all of them alike. So the tree need not hold ages: those of a subtree sum to (number of its slots) ·
 * now − (sum of their times), and the sums of times change only where something happens. All are whole numbers, and
 * exact up to 2⁵³.
 */
export class AgeTree {
  #size = 0;
  #leaves = 1;
  #sums = new Float64Array(2);

  /**
   * Notes when something last happened to a slot, a whole number from 0 without gaps.
   *
   * @param time Whole, and not later than now.
   */
  set(slot: number, time: number): void {
    if (slot >= this.#leaves) this.#grow();
    this.#size = Math.max(this.#size, slot + 1);
    const sums = this.#sums;
    let node = this.#leaves + slot;
    const difference = time - (sums[node] ?? 0);
    for (; node >= 1; node >>= 1) sums[node] = (sums[node] ?? 0) + difference;
  }

  /** The sum of all ages. */
  total(now: number): number {
    return this.#size * now - (this.#sums[1] ?? 0);
  }

  /**
   * The slot at which the running sum of ages first exceeds `target`; never one of age 0.
   *
   * @param target In [0, `total(now)`).
   */
  find(target: number, now: number): number {
    let [node, first, width, left] = [1, 0, this.#leaves, target];
    while (width > 1) {
      node *= 2;
      width /= 2;
      const age = this.#age(node, first, width, now);
      if (left >= age && this.#age(node + 1, first + width, width, now) > 0) {
        left -= age;
        node++;
        first += width;
      }
    }
    return first;
  }

  /** The sum of ages of the slots from `first` on, `width` at most, which are those below a node. */
  #age(node: number, first: number, width: number, now: number): number {
    return Math.max(0, Math.min(width, this.#size - first)) * now - (this.#sums[node] ?? 0);
  }

  #grow(): void {
    const before = this.#sums;
    const half = this.#leaves;
    this.#leaves = 2 * half;
    this.#sums = new Float64Array(2 * this.#leaves);
    this.#sums[1] = before[1] ?? 0;
    for (let level = 1; level <= half; level *= 2) {
      this.#sums.set(before.subarray(level, 2 * level), 2 * level);
    }
  }
}
