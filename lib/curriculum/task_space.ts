import * as v from "valibot";
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";
import type { SpaceEntry } from "./curriculum.ts";
import { restoreState, savedStart } from "./saved_state.ts";
import type { Start } from "./start.ts";
import { SumTree } from "./sum_tree.ts";
import { Tournament } from "./tournament.ts";

/** A largest score below this counts as 0: what rounding leaves of equal rewards must not be blown up. */
const leastScore = 1e-12;

/** How far, in the exponent, the weights in force may be from the tree's before the tree is built anew. */
const mostSkew = 0.5;

/** How far, in the exponent, the largest weight in the tree may be from 1. */
const mostDrift = 30;

const savedSpace = v.strictObject({
  slope: v.pipe(v.number(), v.minValue(0)),
  anchor: v.pipe(v.number(), v.minValue(0)),
  clock: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  entries: v.array(v.strictObject({
    start: savedStart,
    score: v.pipe(v.number(), v.finite(), v.minValue(0)),
    visits: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    order: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  })),
});

/**
 * The task space: a bounded store of starts with scores, from which a start is drawn with a probability proportional
 * to `exp(κ · S / S_max)`, S_max being the largest score in the store *at that moment* (section 4.1 of
 * arXiv 2509.04575, with κ made independent of the scale of S). While all scores are 0, every start is equally likely.
 *
 * All of `draw`, `measure` and `offer` take O(log n), and the probabilities are exact. A change of S_max changes every
 * weight, so the tree holds weights for an S_max of the recent past, and a draw from it is accepted with a probability
 * that makes up for the difference (rejection sampling; at least e^-0.5). The tree is built anew, in O(n), only when
 * the difference grows too large.
 *
 * @example
 * ```ts
 * import { TaskSpace } from "exitlab/lib/curriculum/task_space.ts";
 * import { rootStart } from "exitlab/lib/curriculum/start.ts";
 * import { Random } from "exitlab/lib/random.ts";
 * import assert from "node:assert/strict";
 *
 * const space = new TaskSpace(2);
 * for (const [task, score] of [0.1, 0.2, 0.25].entries()) space.offer(rootStart(task, `task ${task}`, null), score);
 * assert.deepEqual(space.entries().map(({ learnability }) => learnability).toSorted(), [0.2, 0.25]);
 * assert.ok(space.draw(new Random(1), 4).task > 0);
 * ```
 */
export class TaskSpace {
  readonly #capacity: number;
  #starts: Start[] = [];
  #scores: number[] = [];
  #visits: number[] = [];
  #orders: number[] = [];
  #slots = new Map<string, number>();
  #clock = 0;
  #weights = new SumTree();
  #lowest = new Tournament();
  #highest = new Tournament();
  /** The weight of a score S in the tree is exp(slope · (S − anchor)). */
  #slope = 0;
  #anchor = 0;

  /** Holds at most `capacity` starts. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many starts it holds. */
  get size(): number {
    return this.#starts.length;
  }

  /** S_max, the largest score; 0 if there are no starts. */
  get largestScore(): number {
    return this.#scores[this.#highest.winner] ?? 0;
  }

  /** Whether a start of this id is in it. */
  has(id: string): boolean {
    return this.#slots.has(id);
  }

  /**
   * A start drawn with probability ∝ exp(κ · S / S_max).
   *
   * @param kappa κ, from 0 (uniform) to 100.
   * @throws {RangeError} If the space is empty.
   */
  draw(random: Random, kappa: number): Start {
    const slope = this.#slopeFor(kappa);
    const largest = this.largestScore;
    const skew = Math.abs(slope - this.#slope) * largest;
    const drift = this.#slope * Math.abs(largest - this.#anchor);
    if (skew > mostSkew || drift > mostDrift) this.#reweigh(slope, largest);
    const tilt = slope - this.#slope;
    const pivot = tilt > 0 ? largest : 0;
    for (;;) {
      const slot = this.#weights.find(fraction(random) * this.#weights.total);
      const start = this.#starts[slot];
      if (start === undefined) throw new RangeError("Cannot draw from an empty task space");
      if (tilt === 0 || fraction(random) < Math.exp(tilt * ((this.#scores[slot] ?? 0) - pivot))) return start;
    }
  }

  /**
   * Sets the measured score of a start that is in the space, and counts a visit.
   *
   * @throws {RangeError} If the start is not in the space, or the score is not a finite number of at least 0.
   */
  measure(id: string, score: number): void {
    checkScore(score);
    const slot = this.#slots.get(id);
    if (slot === undefined) throw new RangeError(`Cannot measure start "${id}": it is not in the task space`);
    this.#visits[slot] = (this.#visits[slot] ?? 0) + 1;
    this.#setScore(slot, score);
  }

  /**
   * Offers a start with an inherited score. Below capacity it is taken; at capacity it replaces the oldest of the
   * lowest-scored starts, unless its own score is lower still. A start that is there already stays, and takes the
   * score only if it has not been measured yet.
   *
   * @returns Whether the start is in the space now.
   * @throws {RangeError} If the score is not a finite number of at least 0.
   */
  offer(start: Start, score: number): boolean {
    checkScore(score);
    const known = this.#slots.get(start.id);
    if (known !== undefined) {
      if (this.#visits[known] === 0) this.#setScore(known, score);
      return true;
    }
    if (this.size < this.#capacity) {
      this.#put(this.size, start, score);
      return true;
    }
    const slot = this.#lowest.winner;
    if (score < (this.#scores[slot] ?? 0)) return false;
    this.#slots.delete(this.#starts[slot]?.id ?? "");
    this.#put(slot, start, score);
    return true;
  }

  /** All starts, in no particular order. */
  entries(): SpaceEntry[] {
    return this.#starts.map((start, slot) => ({
      start,
      learnability: this.#scores[slot] ?? 0,
      visits: this.#visits[slot] ?? 0,
    }));
  }

  /** The effective sample size (Σw)² / Σw² of a draw with this κ: from 1 to `size`; 0 if the space is empty. In O(n). */
  effectiveSize(kappa: number): number {
    const slope = this.#slopeFor(kappa);
    const largest = this.largestScore;
    let sum = 0;
    let squares = 0;
    for (const score of this.#scores) {
      const weight = Math.exp(slope * (score - largest));
      sum += weight;
      squares += weight * weight;
    }
    return squares === 0 ? 0 : sum * sum / squares;
  }

  /** Everything that the future depends on. */
  state(): Json {
    const entries = this.#starts.map((start, slot) => ({
      start,
      score: this.#scores[slot] ?? 0,
      visits: this.#visits[slot] ?? 0,
      order: this.#orders[slot] ?? 0,
    }));
    return { slope: this.#slope, anchor: this.#anchor, clock: this.#clock, entries };
  }

  /**
   * Continues from a saved state.
   *
   * @throws {TypeError} If the state is not one that `state` gave, or has more starts than there is room for.
   */
  restore(state: Json): void {
    const { slope, anchor, clock, entries } = restoreState(savedSpace, state, "task space");
    const slots = new Map(entries.map(({ start }, slot) => [start.id, slot]));
    if (entries.length > this.#capacity) {
      throw new TypeError(
        `Cannot restore the task space: ${entries.length} starts are more than its capacity of ${this.#capacity}`,
      );
    }
    if (slots.size < entries.length) {
      throw new TypeError("Cannot restore the task space: a start is in it twice");
    }
    this.#slots = slots;
    this.#clock = clock;
    this.#starts = entries.map(({ start }) => start);
    this.#scores = entries.map(({ score }) => score);
    this.#visits = entries.map(({ visits }) => visits);
    this.#orders = entries.map(({ order }) => order);
    this.#lowest = new Tournament();
    this.#highest = new Tournament();
    for (const slot of entries.keys()) this.#rank(slot);
    this.#reweigh(slope, anchor);
  }

  /** κ / S_max, or 0 while there is no score to speak of. */
  #slopeFor(kappa: number): number {
    return this.largestScore < leastScore ? 0 : kappa / this.largestScore;
  }

  #put(slot: number, start: Start, score: number): void {
    this.#starts[slot] = start;
    this.#visits[slot] = 0;
    this.#orders[slot] = this.#clock++;
    this.#slots.set(start.id, slot);
    this.#setScore(slot, score);
  }

  #setScore(slot: number, score: number): void {
    this.#scores[slot] = score;
    this.#rank(slot);
    this.#weights.set(slot, this.#weight(score));
  }

  #rank(slot: number): void {
    const score = this.#scores[slot] ?? 0;
    this.#lowest.update(slot, score, this.#orders[slot] ?? 0);
    this.#highest.update(slot, -score, slot);
  }

  #weight(score: number): number {
    return Math.exp(this.#slope * (score - this.#anchor));
  }

  #reweigh(slope: number, anchor: number): void {
    this.#slope = slope;
    this.#anchor = anchor;
    const weights = new Float64Array(this.size);
    for (const [slot, score] of this.#scores.entries()) weights[slot] = this.#weight(score);
    this.#weights.fill(weights);
  }
}

function checkScore(score: number): void {
  if (Number.isFinite(score) && score >= 0) return;
  throw new RangeError(`Expected a score to be a finite number of at least 0 but found ${score}`);
}

/** A number in [0, 1) with 53 random bits: 32 are too few for a million starts. */
function fraction(random: Random): number {
  return ((random.bits() >>> 5) * 2 ** 26 + (random.bits() >>> 6)) / 2 ** 53;
}
