import * as v from "valibot";
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";
import type { RootSource } from "./curriculum.ts";
import { restoreState } from "./saved_state.ts";
import type { Start } from "./start.ts";

/**
 * Draws root tasks uniformly. From a finite source each draw is independent of earlier batches, but no root comes
 * twice within a batch unless the batch is larger than the source. From an endless source every draw is the next
 * index, from 0, so that no task is ever seen twice.
 */
export class RootSampler {
  readonly #roots: RootSource;
  readonly #random: Random;
  #fresh = 0;

  /**
   * Draws from these roots with this stream. The stream stays its owner's: its state is not part of this state.
   *
   * @throws {RangeError} If there are no roots.
   */
  constructor(roots: RootSource, random: Random) {
    if (roots.size === 0) throw new RangeError("Cannot draw from a source without training tasks");
    this.#roots = roots;
    this.#random = random;
  }

  /**
   * The next batch of `count` roots.
   *
   * @param taken Indices of roots that are in the batch already.
   */
  draw(count: number, taken: readonly number[] = []): Start[] {
    const drawn = new Set(taken);
    return Array.from({ length: count }, () => this.#roots.at(this.#index(drawn)));
  }

  #index(drawn: Set<number>): number {
    const { size } = this.#roots;
    if (size === null) return this.#fresh++;
    if (drawn.size === size) drawn.clear();
    let index = this.#random.int(size);
    while (drawn.has(index)) index = this.#random.int(size);
    drawn.add(index);
    return index;
  }

  /** How many roots of an endless source were drawn; 0 for a finite one. */
  state(): Json {
    return this.#fresh;
  }

  /**
   * Continues from a saved state.
   *
   * @throws {TypeError} If the state is not one that `state` gave.
   */
  restore(state: Json): void {
    this.#fresh = restoreState(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), state, "root sampler");
  }
}

/**
 * Refuses a number of starts that cannot be asked for.
 *
 * @throws {RangeError} If it is not a whole number of at least 1.
 */
export function checkCount(count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new RangeError(`Expected the number of starts to be a whole number of at least 1 but found ${count}`);
}
