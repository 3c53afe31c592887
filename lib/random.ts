/**
 * Seeded random numbers. One seed feeds every random choice of a run through *named streams*: a stream's numbers
 * depend on the seed and its names alone, never on how much another stream was used.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** The four 32-bit words of a stream's state; plain JSON, so that it can be stored in a checkpoint. */
export type RandomState = readonly [number, number, number, number];

/** A 32-bit seed from a seed and a path of names. */
export function deriveSeed(seed: number, ...names: readonly (string | number)[]): number {
  return words(seed, names)[0];
}

function words(seed: number, names: readonly (string | number)[]): RandomState {
  const digest = createHash("sha256").update(JSON.stringify([seed, ...names])).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8), digest.readUInt32LE(12)];
}

/**
 * A stream of random numbers: the generator sfc32 (Chris Doty-Humphrey, public domain), 128 bits of state.
 *
 * @example
 * ```ts
 * import { Random } from "exitlab/lib/random.ts";
 * import assert from "node:assert/strict";
 *
 * const stream = new Random(7, "curriculum");
 * const saved = stream.state();
 * const drawn = [stream.next(), stream.int(10)];
 * stream.restore(saved);
 * assert.deepEqual([stream.next(), stream.int(10)], drawn);
 * ```
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  /** Opens the stream with these names under a seed. */
  constructor(seed: number, ...names: readonly (string | number)[]) {
    [this.#a, this.#b, this.#c, this.#counter] = words(seed, names);
  }

  /** A number in [0, 1) with 32 random bits. */
  next(): number {
    return this.bits() / 2 ** 32;
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

  /** A whole number in [0, `bound`). */
  int(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** Whether an event of this probability happens. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /**
   * One of the items, each equally likely.
   *
   * @throws {RangeError} If there are none.
   */
  pick<T>(items: readonly T[]): T {
    const item = items[this.int(items.length)];
    if (item === undefined) throw new RangeError("Cannot pick from an empty list");
    return item;
  }

  /** The items in random order (Fisher-Yates); the input is left as it is. */
  shuffle<T>(items: readonly T[]): T[] {
    const keyed = items.map((item) => item);
    for (let last = keyed.length - 1; last > 0; last--) {
      const other = this.int(last + 1);
      const [a, b] = [keyed[last], keyed[other]];
      if (a !== undefined && b !== undefined) [keyed[last], keyed[other]] = [b, a];
    }
    return keyed;
  }

  /** The stream's state; `restore` continues from it. */
  state(): RandomState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#counter >>> 0];
  }

  /** Continues from a saved state. */
  restore(state: RandomState): void {
    [this.#a, this.#b, this.#c, this.#counter] = state;
  }
}
