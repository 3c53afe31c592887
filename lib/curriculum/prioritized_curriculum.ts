import * as v from "valibot";
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";
import type { Curriculum, CurriculumContext, GroupOutcome, SpaceEntry } from "./curriculum.ts";
import { ExponentialDraw } from "./exponential_draw.ts";
import { groupDeviation } from "./group_deviation.ts";
import { groupVariance } from "./group_variance.ts";
import { power } from "./power.ts";
import type { PrioritizedOptions } from "./prioritized.ts";
import { RankDraw } from "./rank_draw.ts";
import { checkCount } from "./root_sampler.ts";
import { anyJson, randomState, restoreState } from "./saved_state.ts";
import type { Start } from "./start.ts";
import { TaskSpace } from "./task_space.ts";
import { UnseenRoots } from "./unseen_roots.ts";

const savedPrioritized = v.strictObject({
  random: randomState,
  fresh: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  space: anyJson,
  replayShare: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
});

/** The curriculum that `prioritized` makes. */
export class PrioritizedCurriculum implements Curriculum {
  readonly #options: PrioritizedOptions;
  readonly #random: Random;
  readonly #unseen: UnseenRoots;
  readonly #space: TaskSpace;
  readonly #fill: number;
  #replayShare = 0;

  /** Makes one that knows no scores yet. */
  constructor(options: PrioritizedOptions, { roots, random }: CurriculumContext) {
    const { prioritization, temperature, capacity, staleness, minimumFill } = options;
    this.#options = options;
    this.#random = random;
    this.#unseen = new UnseenRoots(roots, random, capacity);
    const exponent = 1 / temperature;
    const byScore = prioritization === "rank" ? new RankDraw(exponent) : new ExponentialDraw(power(exponent));
    this.#space = new TaskSpace({ capacity, byScore, staleness, distinct: true });
    this.#fill = Math.min(minimumFill, roots.size ?? Infinity);
  }

  /**
   * The next starts in random order. Each is a replay with the given probability, independently, once enough roots have
   * scores; else it is a root without one, as long as there are any. No root comes twice while there are enough.
   */
  next(count: number): Start[] {
    checkCount(count);
    const filled = this.#space.size >= this.#fill;
    let wanted = 0;
    for (let start = 0; start < count; start++) {
      if (!filled || (this.#unseen.left > 0 && !this.#random.chance(this.#options.probability))) wanted++;
    }
    const fresh = this.#space.size === 0 ? count : Math.min(wanted, this.#unseen.left);
    this.#replayShare = (count - fresh) / count;
    return this.#random.shuffle([
      ...this.#space.draw(this.#random, count - fresh),
      ...this.#unseen.draw(fresh),
    ]);
  }

  /** Scores each group's root; at capacity, one with a new score takes the place of the lowest, unless it is lower. */
  observe(outcomes: readonly GroupOutcome[]): void {
    const scored = outcomes.map(({ start, rollouts }) => ({
      start,
      score: this.#options.score === "variance"
        ? groupVariance(rollouts, "reward")
        : groupDeviation(rollouts),
    }));
    for (const { start, score } of scored) {
      if (start.parent === null) this.#measure(start, score);
    }
  }

  /** The roots that have a score. */
  space(): SpaceEntry[] {
    return this.#space.entries();
  }

  /** Everything that the future depends on, the random stream included. */
  state(): Json {
    return {
      random: this.#random.state(),
      fresh: this.#unseen.state(),
      space: this.#space.state(),
      replayShare: this.#replayShare,
    };
  }

  /** Continues from a saved state. */
  restore(state: Json): void {
    const saved = restoreState(savedPrioritized, state, "curriculum");
    this.#space.restore(saved.space);
    this.#unseen.restore(saved.fresh, this.#space.entries().map(({ start }) => start.task));
    this.#random.restore(saved.random);
    this.#replayShare = saved.replayShare;
  }

  /** Figures of the scores; staleness in batches. */
  metrics(): Record<string, number> {
    const { size } = this.#space;
    const sum = this.#space.entries().reduce((sum, { learnability }) => sum + learnability, 0);
    return {
      space: size,
      single_draw_size: this.#space.effectiveSize(),
      score_mean: size === 0 ? 0 : sum / size,
      score_max: this.#space.largestScore,
      staleness_mean: this.#space.meanStaleness(),
      replay_share: this.#replayShare,
    };
  }

  #measure(start: Start, score: number): void {
    if (!this.#space.has(start.id)) {
      const out = this.#space.offer(start, score);
      if (out === start) return;
      if (out !== null) this.#unseen.release(out.task);
      this.#unseen.hold(start.task);
    }
    this.#space.measure(start.id, score);
  }
}
