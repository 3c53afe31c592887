import * as v from "valibot";
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";
import { fraction } from "./fraction.ts";
import { RankTree } from "./rank_tree.ts";
import { restoreState } from "./saved_state.ts";
import type { ScoreDraw } from "./score_draw.ts";
import { SumTree } from "./sum_tree.ts";

const saved = v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(0)));

/**
 * Draws slots with probabilities ∝ rank^−exponent, the highest score having rank 1, in O(log n). Of equal scores, the
 * one that was set longest ago ranks first, so that equals take turns.
 */
export class RankDraw implements ScoreDraw {
  readonly #exponent: number;
  #ranks = new RankTree();
  /** The weights of ranks, not of slots: a change of scores leaves them as they are. */
  #weights = new SumTree();
  /** The order in which the slots' scores were set. */
  #turns: number[] = [];
  #turn = 0;

  /** @param exponent From 0 (uniform) to 20; beyond, the weights of a large store would vanish. */
  constructor(exponent: number) {
    this.#exponent = exponent;
  }

  /** The slot of the highest score. */
  get best(): number {
    return this.#ranks.slotAt(0);
  }

  /** Takes in a slot's score. */
  set(slot: number, score: number): void {
    if (slot >= this.#ranks.size) this.#weights.set(slot, this.#weight(slot));
    this.#turns[slot] = this.#turn++;
    this.#ranks.set(slot, score, this.#turns[slot] ?? 0);
  }

  /** A slot, among those not left out. */
  draw(random: Random): number {
    return this.#ranks.slotAt(this.#weights.find(fraction(random) * this.#weights.total));
  }

  /** Leaves a slot out of draws. */
  leaveOut(slot: number): void {
    this.#weights.set(this.#ranks.placeOf(slot), 0);
  }

  /** Ends `leaveOut`. */
  takeBack(slot: number): void {
    const place = this.#ranks.placeOf(slot);
    this.#weights.set(place, this.#weight(place));
  }

  /** What the probability of a slot is proportional to. */
  weight(slot: number): number {
    return this.#weight(this.#ranks.placeOf(slot));
  }

  /** The order in which scores were set, by slot. */
  state(): Json {
    return this.#turns.map((turn) => turn);
  }

  /** Continues from a saved state. */
  restore(state: Json, scores: readonly number[]): void {
    const turns = restoreState(saved, state, "ranks of the task space");
    if (turns.length !== scores.length || new Set(turns).size < turns.length) {
      throw new TypeError("Cannot restore the ranks of the task space: they are not those of its starts");
    }
    this.#turns = turns;
    this.#turn = 1 + turns.reduce((latest, turn) => Math.max(latest, turn), -1);
    this.#ranks = new RankTree();
    for (const [slot, score] of scores.entries()) this.#ranks.set(slot, score, turns[slot] ?? 0);
    this.#weights = new SumTree();
    this.#weights.fill(Float64Array.from(scores, (_, place) => this.#weight(place)));
  }

  #weight(place: number): number {
    return (place + 1) ** -this.#exponent;
  }
}
