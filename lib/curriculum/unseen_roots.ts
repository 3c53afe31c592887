import * as v from "valibot";
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";
import type { RootSource } from "./curriculum.ts";
import { fraction } from "./fraction.ts";
import { restoreState } from "./saved_state.ts";
import type { Start } from "./start.ts";
import { SumTree } from "./sum_tree.ts";

/**
 * Draws root tasks that a bounded store does not hold, each equally likely, in O(log n) a draw. From an endless source
 * every draw is the next index, from 0.
 */
export class UnseenRoots {
  readonly #roots: RootSource;
  readonly #random: Random;
  /** A weight of 1 for each root that is not held; not needed where at most half of the roots can be. */
  readonly #free: SumTree | null;
  readonly #held = new Set<number>();
  #fresh = 0;

  /**
   * Draws from these roots with this stream, which stays its owner's.
   *
   * @param capacity The most roots that are held at a time.
   * @throws {RangeError} If there are no roots.
   */
  constructor(roots: RootSource, random: Random, capacity: number) {
    if (roots.size === 0) throw new RangeError("Cannot draw from a source without training tasks");
    this.#roots = roots;
    this.#random = random;
    this.#free = roots.size === null || roots.size > 2 * capacity ? null : new SumTree();
    this.#free?.fill(new Float64Array(roots.size ?? 0).fill(1));
  }

  /** How many roots are not held; `Infinity` for an endless source. */
  get left(): number {
    return (this.#roots.size ?? Infinity) - this.#held.size;
  }

  /** Notes that a root is held. */
  hold(index: number): void {
    this.#held.add(index);
    this.#free?.set(index, 0);
  }

  /** Notes that a root is no longer held. */
  release(index: number): void {
    this.#held.delete(index);
    this.#free?.set(index, 1);
  }

  /**
   * The next batch of `count` roots, of which none comes twice while there are enough.
   *
   * @throws {RangeError} If roots are wanted and all are held.
   */
  draw(count: number): Start[] {
    if (count > 0 && this.left === 0) throw new RangeError("Cannot draw from roots that are all held");
    if (this.#roots.size === null) {
      return Array.from({ length: count }, () => this.#roots.at(this.#fresh++));
    }
    const drawn = new Set<number>();
    const starts = Array.from({ length: count }, () => {
      if (drawn.size === this.left) this.#takeBack(drawn);
      const index = this.#index(drawn, this.#roots.size ?? 0);
      drawn.add(index);
      this.#free?.set(index, 0);
      return this.#roots.at(index);
    });
    this.#takeBack(drawn);
    return starts;
  }

  /** How many roots of an endless source were drawn; 0 for a finite one. Which are held is the store's to say. */
  state(): Json {
    return this.#fresh;
  }

  /**
   * Continues from a saved state.
   *
   * @param held Indices of the roots that are held.
   * @throws {TypeError} If the state is not one that `state` gave.
   */
  restore(state: Json, held: readonly number[]): void {
    this.#fresh = restoreState(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), state, "unseen roots");
    for (const index of [...this.#held]) this.release(index);
    for (const index of held) this.hold(index);
  }

  #index(drawn: ReadonlySet<number>, size: number): number {
    if (this.#free !== null) return this.#free.find(fraction(this.#random) * this.#free.total);
    let index = Math.floor(fraction(this.#random) * size);
    while (this.#held.has(index) || drawn.has(index)) index = Math.floor(fraction(this.#random) * size);
    return index;
  }

  #takeBack(drawn: Set<number>): void {
    for (const index of drawn) this.#free?.set(index, 1);
    drawn.clear();
  }
}
