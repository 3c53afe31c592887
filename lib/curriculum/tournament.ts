/**
 * Keeps track of the entrant with the lowest score, and of equals the one with the lowest order, in O(log n) a change.
 *
 * A binary tree in an array: each node holds the winner of its two children, with its score and order at hand, so that
 * a match looks at two neighbouring cells and no others. A change plays only the matches on the way up, and stops as
 * soon as a match's outcome is not affected.
 */
export class Tournament {
  #leaves = 1;
  #entrants = new Int32Array(2).fill(-1);
  #scores = new Float64Array(2).fill(Infinity);
  #orders = new Float64Array(2);

  /** The entrant that beats all others; −1 if there are none. */
  get winner(): number {
    return this.#entrants[1] ?? -1;
  }

  /**
   * Enters an entrant, a whole number from 0, or changes its standing.
   *
   * @param score Finite.
   * @param order Different for each entrant of the same score.
   */
  update(entrant: number, score: number, order: number): void {
    if (entrant >= this.#leaves) this.#grow(entrant + 1);
    let node = this.#leaves + entrant;
    this.#entrants[node] = entrant;
    this.#scores[node] = score;
    this.#orders[node] = order;
    for (node >>= 1; node >= 1; node >>= 1) {
      const before = this.#entrants[node];
      this.#match(node);
      if (before === this.#entrants[node] && before !== entrant) return;
    }
  }

  #match(node: number): void {
    const winner = this.#beats(2 * node, 2 * node + 1) ? 2 * node : 2 * node + 1;
    this.#entrants[node] = this.#entrants[winner] ?? -1;
    this.#scores[node] = this.#scores[winner] ?? Infinity;
    this.#orders[node] = this.#orders[winner] ?? 0;
  }

  #beats(a: number, b: number): boolean {
    const [first, second] = [this.#scores[a] ?? Infinity, this.#scores[b] ?? Infinity];
    return first === second ? (this.#orders[a] ?? 0) < (this.#orders[b] ?? 0) : first < second;
  }

  #grow(length: number): void {
    const before = this.#leaves;
    const [entrants, scores, orders] = [this.#entrants, this.#scores, this.#orders];
    this.#leaves = 2 ** Math.ceil(Math.log2(length));
    this.#entrants = new Int32Array(2 * this.#leaves).fill(-1);
    this.#scores = new Float64Array(2 * this.#leaves).fill(Infinity);
    this.#orders = new Float64Array(2 * this.#leaves);
    this.#entrants.set(entrants.subarray(before), this.#leaves);
    this.#scores.set(scores.subarray(before), this.#leaves);
    this.#orders.set(orders.subarray(before), this.#leaves);
    for (let node = this.#leaves - 1; node >= 1; node--) this.#match(node);
  }
}
