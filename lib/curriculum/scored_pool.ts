import * as v from "valibot";
import type { Json } from "../json.ts";
import type { SpaceEntry } from "./curriculum.ts";
import { RankTree } from "./rank_tree.ts";
import { restoreState, savedStart } from "./saved_state.ts";
import type { Start } from "./start.ts";
import { Tournament } from "./tournament.ts";

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const savedPool = v.array(v.strictObject({
  start: savedStart,
  score: v.pipe(v.number(), v.finite(), v.minValue(0)),
  visits: whole,
  turn: whole,
}));

/** A scored start; `turn` tells when it was scored. */
type Scored = {
  readonly start: Start;
  readonly score: number;
  readonly visits: number;
  readonly turn: number;
};

/**
 * The starts that were scored last, each with its latest score: at capacity, a new one takes the place of that scored
 * longest ago. `score` takes O(log n), and the k best are found in O(k log n).
 */
export class ScoredPool {
  readonly #capacity: number;
  #scored: Scored[] = [];
  #slots = new Map<string, number>();
  #ranks = new RankTree();
  #oldest = new Tournament();
  #turn = 0;

  /** Holds at most `capacity` starts. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many starts it holds. */
  get size(): number {
    return this.#scored.length;
  }

  /** The largest score; 0 if there are no starts. */
  get largestScore(): number {
    return this.#scored[this.#ranks.slotAt(0)]?.score ?? 0;
  }

  /**
   * Takes in a start's latest score.
   *
   * @throws {RangeError} If the score is not a finite number of at least 0.
   */
  score(start: Start, score: number): void {
    if (!Number.isFinite(score) || score < 0) {
      throw new RangeError(`Expected a score to be a finite number of at least 0 but found ${score}`);
    }
    const known = this.#slots.get(start.id);
    const visits = known === undefined ? 0 : this.#scored[known]?.visits ?? 0;
    this.#put(known ?? this.#room(), { start, score, visits: visits + 1, turn: this.#turn++ });
  }

  /** The starts of the highest scores, best first and `count` at most; none that scores 0. Of equals, the latest. */
  best(count: number): Start[] {
    const starts: Start[] = [];
    while (starts.length < count) {
      const next = this.#scored[this.#ranks.slotAt(starts.length)];
      if (next === undefined || next.score === 0) break;
      starts.push(next.start);
    }
    return starts;
  }

  /** All starts, in no particular order. */
  entries(): SpaceEntry[] {
    return this.#scored.map(({ start, score, visits }) => ({ start, learnability: score, visits }));
  }

  /** Everything that the future depends on. */
  state(): Json {
    return [...this.#scored];
  }

  /**
   * Continues from a saved state.
   *
   * @throws {TypeError} If the state is not one that `state` gave, or has more starts than there is room for.
   */
  restore(state: Json): void {
    const scored = restoreState(savedPool, state, "pool of scores");
    if (scored.length > this.#capacity) {
      throw new TypeError(
        `Cannot restore the pool of scores: ${scored.length} starts are more than its capacity of ${this.#capacity}`,
      );
    }
    if (new Set(scored.map(({ start }) => start.id)).size < scored.length) {
      throw new TypeError("Cannot restore the pool of scores: a start is in it twice");
    }
    this.#scored = [];
    this.#slots = new Map();
    this.#ranks = new RankTree();
    this.#oldest = new Tournament();
    this.#turn = 1 + scored.reduce((latest, { turn }) => Math.max(latest, turn), -1);
    for (const [slot, entry] of scored.entries()) this.#put(slot, entry);
  }

  /** The slot for a start that is new: the next, or that of the start scored longest ago. */
  #room(): number {
    if (this.size < this.#capacity) return this.size;
    const slot = this.#oldest.winner;
    this.#slots.delete(this.#scored[slot]?.start.id ?? "");
    return slot;
  }

  #put(slot: number, scored: Scored): void {
    this.#scored[slot] = scored;
    this.#slots.set(scored.start.id, slot);
    this.#ranks.set(slot, scored.score, -scored.turn);
    this.#oldest.update(slot, 0, scored.turn);
  }
}
