/**
 * Random numbers that follow from a seed alone: the generator sfc32 (Chris Doty-Humphrey, public domain).
 *
 * @example
 * ```ts
 * import { SeededRandom } from "exitlab/domains/mle/mlkit/seeded_random.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(new SeededRandom(7).permutation(20), new SeededRandom(7).permutation(20));
 * assert.equal(new SeededRandom(7).next() === new SeededRandom(8).next(), false);
 * ```
 */
export class SeededRandom {
  #a: number;
  #b: number;
  #c = 0x9e3779b9;
  #counter = 1;

  /** Opens the stream of a seed: any finite number. */
  constructor(seed: number) {
    const low = Math.trunc(seed) >>> 0;
    this.#a = low ^ 0x6a09e667;
    this.#b = (Math.floor(Math.trunc(seed) / 2 ** 32) ^ 0xbb67ae85) | 0;
    for (let round = 0; round < 15; round++) this.bits();
  }

  /** A whole number in [0, 2³²). */
  bits(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    return this.bits() / 2 ** 32;
  }

  /** A whole number in [0, `bound`). */
  int(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** A standard normal number (Box and Muller, one of each pair). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** The whole numbers below `count` in random order. */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last > 0; last--) {
      const other = this.int(last + 1);
      const moved = order[last] ?? 0;
      order[last] = order[other] ?? 0;
      order[other] = moved;
    }
    return order;
  }
}
