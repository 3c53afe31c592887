import * as v from "valibot";
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";
import { fraction } from "./fraction.ts";
import { restoreState } from "./saved_state.ts";
import type { ScoreDraw } from "./score_draw.ts";
import { SumTree } from "./sum_tree.ts";
import { Tournament } from "./tournament.ts";

/** How weights follow from scores: a score S weighs exp(slope · utility(S)). */
export interface Weighting {
  /** Rises with the score, and is finite. */
  utility(score: number): number;
  /** At least 0; may depend on the largest utility in the store. */
  slope(largest: number): number;
}

/** How far, in the exponent, the weights in force may be from the tree's before the tree is built anew. */
const mostSkew = 0.5;

/** How far, in the exponent, the largest weight in the tree may be from 1. */
const mostDrift = 30;

/**
 * No exponent is farther from 0. Slots of less weight are as good as never drawn beside others, but equally likely among
 * themselves; slots of more weight make the tree be built anew before a draw.
 */
const largestExponent = 690;

const saved = v.strictObject({
  slope: v.pipe(v.number(), v.finite(), v.minValue(0)),
  anchor: v.pipe(v.number(), v.finite()),
});

/**
 * Draws slots with probabilities ∝ exp(slope · utility(S)), exactly, in O(log n).
 *
 * A slope that depends on the largest score changes every weight whenever that score changes. So the tree holds weights
 * for a slope of the recent past, and a draw from it is accepted with a probability that makes up for the difference
 * (rejection sampling; at least e^-0.5). The tree is built anew, in O(n), only when the difference grows too large.
 */
export class ExponentialDraw implements ScoreDraw {
  readonly #weighting: Weighting;
  #utilities: number[] = [];
  #leftOut = new Set<number>();
  #tree = new SumTree();
  #highest = new Tournament();
  /** The weight of a utility u in the tree is exp(slope · (u − anchor)). */
  #slope: number;
  #anchor = 0;

  /** Draws by this weighting. */
  constructor(weighting: Weighting) {
    this.#weighting = weighting;
    this.#slope = weighting.slope(0);
  }

  /** The slot of the highest score. */
  get best(): number {
    return this.#highest.winner;
  }

  /** Takes in a slot's score. */
  set(slot: number, score: number): void {
    const utility = this.#weighting.utility(score);
    this.#utilities[slot] = utility;
    this.#highest.update(slot, -utility, slot);
    this.#tree.set(slot, this.#treeWeight(utility));
  }

  /** A slot, among those not left out. */
  draw(random: Random): number {
    const largest = this.#largest;
    const slope = this.#weighting.slope(largest);
    const skew = Math.abs(slope - this.#slope) * largest;
    const drift = this.#slope * Math.abs(largest - this.#anchor);
    if (skew > mostSkew || drift > mostDrift) this.#reweigh(slope, largest);
    const tilt = slope - this.#slope;
    const pivot = tilt > 0 ? largest : 0;
    for (;;) {
      const slot = this.#tree.find(fraction(random) * this.#tree.total);
      if (tilt === 0) return slot;
      if (fraction(random) < Math.exp(tilt * ((this.#utilities[slot] ?? 0) - pivot))) return slot;
    }
  }

  /** Leaves a slot out of draws. */
  leaveOut(slot: number): void {
    this.#leftOut.add(slot);
    this.#tree.set(slot, 0);
  }

  /** Ends `leaveOut`. */
  takeBack(slot: number): void {
    this.#leftOut.delete(slot);
    this.#tree.set(slot, this.#treeWeight(this.#utilities[slot] ?? 0));
  }

  /** What the probability of a slot is proportional to. */
  weight(slot: number): number {
    const largest = this.#largest;
    return weightOf(this.#utilities[slot] ?? 0, this.#weighting.slope(largest), largest);
  }

  /** Which weights the tree holds. */
  state(): Json {
    return { slope: this.#slope, anchor: this.#anchor };
  }

  /** Continues from a saved state. */
  restore(state: Json, scores: readonly number[]): void {
    const { slope, anchor } = restoreState(saved, state, "weights of the task space");
    this.#utilities = scores.map((score) => this.#weighting.utility(score));
    this.#leftOut.clear();
    this.#highest = new Tournament();
    for (const [slot, utility] of this.#utilities.entries()) this.#highest.update(slot, -utility, slot);
    this.#reweigh(slope, anchor);
  }

  get #largest(): number {
    return this.#utilities[this.#highest.winner] ?? 0;
  }

  #treeWeight(utility: number): number {
    return weightOf(utility, this.#slope, this.#anchor);
  }

  #reweigh(slope: number, anchor: number): void {
    this.#slope = slope;
    this.#anchor = anchor;
    const weights = new Float64Array(this.#utilities.length);
    for (const [slot, utility] of this.#utilities.entries()) weights[slot] = this.#treeWeight(utility);
    for (const slot of this.#leftOut) weights[slot] = 0;
    this.#tree.fill(weights);
  }
}

function weightOf(utility: number, slope: number, anchor: number): number {
  return Math.exp(Math.min(largestExponent, Math.max(-largestExponent, slope * (utility - anchor))));
}
