import type { Json } from "../json.ts";
import type { Random } from "../random.ts";

/**
 * Draws from a store with probabilities that follow the scores in it. The store's places are *slots*: whole numbers
 * from 0 without gaps, each with one score that may change.
 */
export interface ScoreDraw {
  /** The slot of the highest score; −1 if there are none. */
  readonly best: number;
  /** Takes in a slot's score, new or changed. */
  set(slot: number, score: number): void;
  /** A slot, among those not left out; there must be one. */
  draw(random: Random): number;
  /** Leaves a slot out of draws until it is taken back; meanwhile no score may change. */
  leaveOut(slot: number): void;
  /** Ends `leaveOut`. */
  takeBack(slot: number): void;
  /** What the probability of a slot is proportional to if none is left out; the largest is 1. */
  weight(slot: number): number;
  /** What the future depends on, beside the scores. */
  state(): Json;
  /**
   * Continues from a saved state with these scores, by slot.
   *
   * @throws {TypeError} If the state is not one that `state` gave; then nothing is changed.
   */
  restore(state: Json, scores: readonly number[]): void;
}
