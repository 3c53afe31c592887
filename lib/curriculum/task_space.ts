import * as v from "valibot";
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";
import { BatchDraw, type BatchDrawOptions } from "./batch_draw.ts";
import type { SpaceEntry } from "./curriculum.ts";
import { anyJson, restoreState, savedStart } from "./saved_state.ts";
import type { Start } from "./start.ts";
import { Tournament } from "./tournament.ts";

/** Which start makes room for another: the oldest of the lowest-scored, or whichever came in first. */
export type Eviction = "lowest" | "oldest";

/** What a task space is made with. */
export interface TaskSpaceOptions extends BatchDrawOptions {
  /** The most starts it holds. */
  readonly capacity: number;
  /** Which start makes room at capacity. Default `"lowest"`. */
  readonly eviction?: Eviction;
}

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const savedSpace = v.strictObject({
  entered: whole,
  draws: anyJson,
  entries: v.array(v.strictObject({
    start: savedStart,
    score: v.pipe(v.number(), v.finite(), v.minValue(0)),
    visits: whole,
    order: whole,
  })),
});

/**
 * The task space: a bounded store of starts with scores, from which batches are drawn by score and by age. `draw`,
 * `measure` and `offer` take O(log n) a start, and the probabilities are exact.
 *
 * @example
 * ```ts
 * import { ExponentialDraw } from "exitlab/lib/curriculum/exponential_draw.ts";
 * import { Softmax } from "exitlab/lib/curriculum/softmax.ts";
 * import { TaskSpace } from "exitlab/lib/curriculum/task_space.ts";
 * import { rootStart } from "exitlab/lib/curriculum/start.ts";
 * import { Random } from "exitlab/lib/random.ts";
 * import assert from "node:assert/strict";
 *
 * const byScore = new ExponentialDraw(new Softmax(4));
 * const space = new TaskSpace({ capacity: 2, byScore, distinct: true });
 * for (const [task, score] of [0.1, 0.2, 0.25].entries()) space.offer(rootStart(task, `task ${task}`, null), score);
 * assert.deepEqual(space.draw(new Random(1), 2).map(({ task }) => task).toSorted(), [1, 2]);
 * ```
 */
export class TaskSpace {
  readonly #capacity: number;
  readonly #eviction: Eviction;
  readonly #draws: BatchDraw;
  #starts: Start[] = [];
  #scores: number[] = [];
  #visits: number[] = [];
  /** How many starts had entered before, by slot. */
  #orders: number[] = [];
  #slots = new Map<string, number>();
  #entered = 0;
  #leaving = new Tournament();

  /** Makes an empty space. */
  constructor({ capacity, eviction = "lowest", ...draws }: TaskSpaceOptions) {
    this.#capacity = capacity;
    this.#eviction = eviction;
    this.#draws = new BatchDraw(draws);
  }

  /** How many starts it holds. */
  get size(): number {
    return this.#starts.length;
  }

  /** S_max, the largest score; 0 if there are no starts. */
  get largestScore(): number {
    return this.#scores[this.#draws.best] ?? 0;
  }

  /** Whether a start of this id is in it. */
  has(id: string): boolean {
    return this.#slots.has(id);
  }

  /**
   * The next batch; also one of none, which lets the starts grow older.
   *
   * @throws {RangeError} If starts are wanted from an empty space.
   */
  draw(random: Random, count: number): Start[] {
    if (count > 0 && this.size === 0) throw new RangeError("Cannot draw from an empty task space");
    return this.#draws.draw(random, count).map((slot) => this.#start(slot));
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
   * Offers a start with an inherited score. Below capacity it is taken; at capacity it takes the place of another, unless
   * it is the lowest-scored that leaves and its own score is lower still. A start that is there already stays, and takes
   * the score only if it has not been measured yet.
   *
   * @returns The start that has no place now: the one that left, or the offered itself; `null` if there is none.
   * @throws {RangeError} If the score is not a finite number of at least 0.
   */
  offer(start: Start, score: number): Start | null {
    checkScore(score);
    const known = this.#slots.get(start.id);
    if (known !== undefined) {
      if (this.#visits[known] === 0) this.#setScore(known, score);
      return null;
    }
    if (this.size < this.#capacity) {
      this.#put(this.size, start, score);
      return null;
    }
    const slot = this.#leaving.winner;
    if (this.#eviction === "lowest" && score < (this.#scores[slot] ?? 0)) return start;
    const left = this.#start(slot);
    this.#slots.delete(left.id);
    this.#put(slot, start, score);
    return left;
  }

  /** All starts, in no particular order. */
  entries(): SpaceEntry[] {
    return this.#starts.map((start, slot) => ({
      start,
      learnability: this.#scores[slot] ?? 0,
      visits: this.#visits[slot] ?? 0,
    }));
  }

  /** The effective sample size of the next draw, by score and age: from 1 to `size`; 0 if the space is empty. In O(n). */
  effectiveSize(): number {
    return this.#draws.effectiveSize();
  }

  /** The effective sample size of a draw by score alone. In O(n). */
  effectiveSizeByScore(): number {
    return this.#draws.effectiveSizeByScore();
  }

  /** The mean of the batches since a start was last drawn, scored or taken in; 0 if the space is empty. In O(n). */
  meanStaleness(): number {
    return this.#draws.meanAge();
  }

  /** Everything that the future depends on. */
  state(): Json {
    const entries = this.#starts.map((start, slot) => ({
      start,
      score: this.#scores[slot] ?? 0,
      visits: this.#visits[slot] ?? 0,
      order: this.#orders[slot] ?? 0,
    }));
    return { entered: this.#entered, draws: this.#draws.state(), entries };
  }

  /**
   * Continues from a saved state.
   *
   * @throws {TypeError} If the state is not one that `state` gave, or has more starts than there is room for.
   */
  restore(state: Json): void {
    const { entered, draws, entries } = restoreState(savedSpace, state, "task space");
    const slots = new Map(entries.map(({ start }, slot) => [start.id, slot]));
    if (entries.length > this.#capacity) {
      throw new TypeError(
        `Cannot restore the task space: ${entries.length} starts are more than its capacity of ${this.#capacity}`,
      );
    }
    if (slots.size < entries.length) {
      throw new TypeError("Cannot restore the task space: a start is in it twice");
    }
    this.#draws.restore(draws, entries.map(({ score }) => score));
    this.#slots = slots;
    this.#entered = entered;
    this.#starts = entries.map(({ start }) => start);
    this.#scores = entries.map(({ score }) => score);
    this.#visits = entries.map(({ visits }) => visits);
    this.#orders = entries.map(({ order }) => order);
    this.#leaving = new Tournament();
    for (const slot of entries.keys()) this.#rank(slot);
  }

  #start(slot: number): Start {
    const start = this.#starts[slot];
    if (start === undefined) throw new Error(`The task space has no slot ${slot}`);
    return start;
  }

  #put(slot: number, start: Start, score: number): void {
    this.#starts[slot] = start;
    this.#visits[slot] = 0;
    this.#orders[slot] = this.#entered++;
    this.#slots.set(start.id, slot);
    this.#setScore(slot, score);
  }

  #setScore(slot: number, score: number): void {
    this.#scores[slot] = score;
    this.#rank(slot);
    this.#draws.set(slot, score);
  }

  #rank(slot: number): void {
    const score = this.#eviction === "lowest" ? this.#scores[slot] ?? 0 : 0;
    this.#leaving.update(slot, score, this.#orders[slot] ?? 0);
  }
}

function checkScore(score: number): void {
  if (Number.isFinite(score) && score >= 0) return;
  throw new RangeError(`Expected a score to be a finite number of at least 0 but found ${score}`);
}
