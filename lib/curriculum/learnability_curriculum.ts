import * as v from "valibot";
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";
import type { Curriculum, CurriculumContext, GroupOutcome, SpaceEntry } from "./curriculum.ts";
import { groupVariance } from "./group_variance.ts";
import type { LearnabilityOptions } from "./learnability.ts";
import { checkCount, RootSampler } from "./root_sampler.ts";
import { anyJson, randomState, restoreState, savedStart } from "./saved_state.ts";
import { ScoredPool } from "./scored_pool.ts";
import type { Start } from "./start.ts";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const savedLearnability = v.strictObject({
  random: randomState,
  roots: count,
  pool: anyJson,
  set: v.array(savedStart),
  batch: count,
  replayShare: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
});

/** The curriculum that `learnability` makes. */
export class LearnabilityCurriculum implements Curriculum {
  readonly #options: LearnabilityOptions;
  readonly #random: Random;
  readonly #roots: RootSampler;
  readonly #pool: ScoredPool;
  #set: Start[] = [];
  #batch = 0;
  #replayShare = 0;

  /** Makes one that knows no scores yet. */
  constructor(options: LearnabilityOptions, { roots, random }: CurriculumContext) {
    this.#options = options;
    this.#random = random;
    this.#roots = new RootSampler(roots, random);
    this.#pool = new ScoredPool(options.poolSize);
  }

  /**
   * The next starts in random order. Each comes from the set with the given probability, independently, but none of the
   * set twice; the others are random roots. No root comes twice while there are enough.
   */
  next(count: number): Start[] {
    checkCount(count);
    const { share, keep, refreshEvery } = this.#options;
    if (this.#batch++ % refreshEvery === 0) this.#set = this.#pool.best(keep);
    let wanted = 0;
    for (let start = 0; start < count; start++) if (this.#random.chance(share)) wanted++;
    const replayed = this.#fromSet(Math.min(wanted, this.#set.length));
    this.#replayShare = replayed.length / count;
    return this.#random.shuffle([
      ...replayed,
      ...this.#roots.draw(count - replayed.length, replayed.map(({ task }) => task)),
    ]);
  }

  /** Scores each group's root; its latest group counts. */
  observe(outcomes: readonly GroupOutcome[]): void {
    const scored = outcomes.map(({ start, rollouts }) => ({
      start,
      score: groupVariance(rollouts, "reward"),
    }));
    for (const { start, score } of scored) if (start.parent === null) this.#pool.score(start, score);
  }

  /** The roots whose scores are held. */
  space(): SpaceEntry[] {
    return this.#pool.entries();
  }

  /** Everything that the future depends on, the random stream included. */
  state(): Json {
    return {
      random: this.#random.state(),
      roots: this.#roots.state(),
      pool: this.#pool.state(),
      set: [...this.#set],
      batch: this.#batch,
      replayShare: this.#replayShare,
    };
  }

  /** Continues from a saved state. */
  restore(state: Json): void {
    const saved = restoreState(savedLearnability, state, "curriculum");
    this.#pool.restore(saved.pool);
    this.#roots.restore(saved.roots);
    this.#random.restore(saved.random);
    this.#set = saved.set;
    this.#batch = saved.batch;
    this.#replayShare = saved.replayShare;
  }

  /** Figures of the scores and of the set. */
  metrics(): Record<string, number> {
    const space = this.#pool.size;
    const sum = this.#pool.entries().reduce((sum, { learnability }) => sum + learnability, 0);
    return {
      space,
      kept: this.#set.length,
      score_mean: space === 0 ? 0 : sum / space,
      score_max: this.#pool.largestScore,
      replay_share: this.#replayShare,
    };
  }

  /** As many different starts of the set, each as likely as any other (Floyd's algorithm). */
  #fromSet(count: number): Start[] {
    const indices = new Set<number>();
    for (let last = this.#set.length - count; last < this.#set.length; last++) {
      const index = this.#random.int(last + 1);
      indices.add(indices.has(index) ? last : index);
    }
    return [...indices].flatMap((index) => this.#set[index] ?? []);
  }
}
