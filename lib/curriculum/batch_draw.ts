import * as v from "valibot";
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";
import { AgeTree } from "./age_tree.ts";
import { effectiveSize } from "./effective_size.ts";
import { fraction } from "./fraction.ts";
import { anyJson, restoreState } from "./saved_state.ts";
import type { ScoreDraw } from "./score_draw.ts";

/** How batches are drawn. */
export interface BatchDrawOptions {
  /** How slots are drawn by score: P_S. Belongs to these draws alone. */
  readonly byScore: ScoreDraw;
  /** ρ, how likely a slot is drawn by age instead. Default 0. */
  readonly staleness?: number;
  /** Whether a slot comes at most once in a batch, while there are enough. Default `false`. */
  readonly distinct?: boolean;
}

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const saved = v.strictObject({ batch: whole, lasts: v.array(whole), byScore: anyJson });

/**
 * Draws batches of slots from a store. Each draw follows P = (1 − ρ) P_S + ρ P_C (section 3 of arXiv 2010.03934): P_S goes
 * by the scores, and P_C is proportional to a slot's age, the batches since it was last drawn or scored. Both are exact
 * in O(log n). Where nothing is older than the batch itself, all is drawn by score.
 */
export class BatchDraw {
  readonly #byScore: ScoreDraw;
  readonly #staleness: number;
  readonly #distinct: boolean;
  #batch = 0;
  /** The batch in which a slot was last drawn or scored. */
  #lasts: number[] = [];
  #ages = new AgeTree();

  /** Draws from an empty store, to which `set` adds. */
  constructor({ byScore, staleness = 0, distinct = false }: BatchDrawOptions) {
    this.#byScore = byScore;
    this.#staleness = staleness;
    this.#distinct = distinct;
  }

  /** The slot of the highest score; −1 if there are none. */
  get best(): number {
    return this.#byScore.best;
  }

  /** Takes in a slot's score, new or changed. */
  set(slot: number, score: number): void {
    this.#touch(slot);
    this.#byScore.set(slot, score);
  }

  /** The slots of the next batch; also of one without any, which lets time pass. */
  draw(random: Random, count: number): number[] {
    this.#batch++;
    const drawn = new Set<number>();
    const slots = Array.from({ length: count }, () => {
      if (drawn.size === this.#lasts.length) this.#takeBack(drawn);
      const slot = this.#one(random);
      this.#touch(slot);
      if (this.#distinct) {
        this.#byScore.leaveOut(slot);
        drawn.add(slot);
      }
      return slot;
    });
    this.#takeBack(drawn);
    return slots;
  }

  /** The effective sample size of the next draw by P; 0 if there are no slots. In O(n). */
  effectiveSize(): number {
    if (this.#staleness === 0) return this.effectiveSizeByScore();
    const weights = Float64Array.from(this.#lasts, (_, slot) => this.#byScore.weight(slot));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const now = this.#batch + 1;
    const ages = this.#ages.total(now);
    return effectiveSize(this.#lasts.length, (slot) => {
      const byScore = (weights[slot] ?? 0) / total;
      const byAge = (now - (this.#lasts[slot] ?? 0)) / ages;
      return (1 - this.#staleness) * byScore + this.#staleness * byAge;
    });
  }

  /** The effective sample size of a draw by score alone. In O(n). */
  effectiveSizeByScore(): number {
    return effectiveSize(this.#lasts.length, (slot) => this.#byScore.weight(slot));
  }

  /** The mean age of slots in batches; 0 if there are none. In O(n). */
  meanAge(): number {
    const { length } = this.#lasts;
    return length === 0 ? 0 : this.#batch - this.#lasts.reduce((sum, last) => sum + last, 0) / length;
  }

  /** Everything that the future depends on, beside the scores. */
  state(): Json {
    return { batch: this.#batch, lasts: [...this.#lasts], byScore: this.#byScore.state() };
  }

  /**
   * Continues from a saved state with these scores, by slot.
   *
   * @throws {TypeError} If the state is not one that `state` gave; then nothing is changed.
   */
  restore(state: Json, scores: readonly number[]): void {
    const { batch, lasts, byScore } = restoreState(saved, state, "draws from the task space");
    if (lasts.length !== scores.length || lasts.some((last) => last > batch)) {
      throw new TypeError("Cannot restore the draws from the task space: they are not those of its starts");
    }
    this.#byScore.restore(byScore, scores);
    this.#batch = batch;
    this.#lasts = lasts;
    this.#ages = new AgeTree();
    for (const slot of lasts.keys()) this.#age(slot);
  }

  #one(random: Random): number {
    if (this.#staleness > 0 && random.chance(this.#staleness)) {
      const ages = this.#ages.total(this.#batch);
      if (ages > 0) return this.#ages.find(fraction(random) * ages, this.#batch);
    }
    return this.#byScore.draw(random);
  }

  #takeBack(drawn: Set<number>): void {
    for (const slot of drawn) this.#byScore.takeBack(slot);
    drawn.clear();
  }

  #touch(slot: number): void {
    if (this.#lasts[slot] === this.#batch) return;
    this.#lasts[slot] = this.#batch;
    this.#age(slot);
  }

  #age(slot: number): void {
    if (this.#staleness > 0) this.#ages.set(slot, this.#lasts[slot] ?? 0);
  }
}
