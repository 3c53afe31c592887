import * as v from "valibot";
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";
import type {
  Curriculum,
  CurriculumContext,
  GroupOutcome,
  RolloutOutcome,
  SpaceEntry,
} from "./curriculum.ts";
import type { ExitOptions } from "./exit.ts";
import { ExponentialDraw } from "./exponential_draw.ts";
import { groupVariance } from "./group_variance.ts";
import { keptRollouts } from "./keep_rule.ts";
import { checkCount, RootSampler } from "./root_sampler.ts";
import { anyJson, randomState, restoreState } from "./saved_state.ts";
import { Softmax } from "./softmax.ts";
import type { Start } from "./start.ts";
import { TaskSpace } from "./task_space.ts";
import { tuneKappa } from "./tune_kappa.ts";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const savedExit = v.strictObject({
  random: randomState,
  roots: count,
  space: anyJson,
  kappa: v.pipe(v.number(), v.minValue(0), v.maxValue(100)),
  changes: count,
  iteration: count,
  replayShare: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
});

/** κ is tuned anew once this share of the space has changed, so that tuning costs O(1) a change. */
const retuneShare = 1 / 8;

/** The curriculum that `exit` makes. */
export class ExitCurriculum implements Curriculum {
  readonly #options: ExitOptions;
  readonly #random: Random;
  readonly #roots: RootSampler;
  readonly #softmax: Softmax;
  readonly #space: TaskSpace;
  readonly #keepsRoots: boolean;
  readonly #iterates: boolean;
  readonly #minimumFill: number;
  #changes = 0;
  #iteration = 0;
  #replayShare = 0;

  /** Makes an empty task space over these roots. */
  constructor(options: ExitOptions, { roots, random, iterates }: CurriculumContext) {
    this.#options = options;
    this.#random = random;
    this.#roots = new RootSampler(roots, random);
    this.#softmax = new Softmax(options.kappa ?? 0);
    const { capacity, eviction, staleness, distinct } = options;
    const byScore = new ExponentialDraw(this.#softmax);
    this.#space = new TaskSpace({ capacity, eviction, staleness, distinct, byScore });
    this.#iterates = iterates;
    // Where roots alone can enter, there may never be more of them.
    this.#minimumFill = Math.min(options.minimumFill, iterates ? Infinity : roots.size ?? Infinity);
    this.#keepsRoots = options.roots === "auto" ? !iterates : options.roots;
  }

  /**
   * The next starts in random order, all in mode `"base"`: what a history is asked is for the operators to say. Each
   * comes from the task space with the probability p, independently, once that holds the minimum; else it is a root.
   */
  next(count: number): Start[] {
    checkCount(count);
    this.#tune();
    const { probability } = this.#options;
    const filled = this.#space.size >= this.#minimumFill;
    let replays = 0;
    for (let start = 0; start < count; start++) if (filled && this.#random.chance(probability)) replays++;
    this.#replayShare = replays / count;
    const replayed = this.#space.draw(this.#random, replays);
    const taken = this.#options.distinct ? replayed.filter(({ parent }) => parent === null) : [];
    return this.#random.shuffle([
      ...replayed.map((start): Start => ({ ...start, mode: "base" })),
      ...this.#roots.draw(count - replays, taken.map(({ task }) => task)),
    ]);
  }

  /**
   * Scores each group's start, then offers the partial histories of the rollouts that are kept: they inherit their
   * group's fresh score until a group of their own is measured.
   */
  observe(outcomes: readonly GroupOutcome[]): void {
    const scored = outcomes.map((outcome) => ({
      ...outcome,
      score: groupVariance(outcome.rollouts, this.#options.score, this.#options.variance),
    }));
    for (const { start, score, iteration } of scored) {
      this.#iteration = Math.max(this.#iteration, iteration);
      this.#measure(start, score);
    }
    for (const { rollouts, score } of scored) {
      for (const successor of this.#successors(rollouts)) {
        if (this.#space.offer(successor, score) !== successor) this.#changes++;
      }
    }
  }

  /** The task space as it is now. */
  space(): SpaceEntry[] {
    return this.#space.entries();
  }

  /** Everything that the future depends on, the random stream included. */
  state(): Json {
    return {
      random: this.#random.state(),
      roots: this.#roots.state(),
      space: this.#space.state(),
      kappa: this.#softmax.kappa,
      changes: this.#changes,
      iteration: this.#iteration,
      replayShare: this.#replayShare,
    };
  }

  /** Continues from a saved state. */
  restore(state: Json): void {
    const saved = restoreState(savedExit, state, "curriculum");
    this.#space.restore(saved.space);
    this.#roots.restore(saved.roots);
    this.#random.restore(saved.random);
    this.#softmax.kappa = saved.kappa;
    this.#changes = saved.changes;
    this.#iteration = saved.iteration;
    this.#replayShare = saved.replayShare;
  }

  /** Figures of the task space; ages in training iterations. */
  metrics(): Record<string, number> {
    const space = this.#space.size;
    const effective = this.#space.effectiveSize();
    let [depths, deepest, births] = [0, 0, 0];
    for (const { start } of this.#space.entries()) {
      depths += start.depth;
      deepest = Math.max(deepest, start.depth);
      births += start.born;
    }
    return {
      space,
      effective_size: effective,
      effective_share: space === 0 ? 0 : effective / space,
      kappa: this.#softmax.kappa,
      score_max: this.#space.largestScore,
      depth_mean: space === 0 ? 0 : depths / space,
      depth_max: deepest,
      age_mean: space === 0 ? 0 : this.#iteration - births / space,
      staleness_mean: this.#space.meanStaleness(),
      replay_share: this.#replayShare,
    };
  }

  /** Follows the scores with κ, where an effective sample size was asked for. */
  #tune(): void {
    const { effectiveSize } = this.#options;
    if (effectiveSize === null || this.#changes < retuneShare * this.#space.size) return;
    tuneKappa(this.#softmax, this.#space, effectiveSize);
    this.#changes = 0;
  }

  /** Gives a start its own score; a root that is not there yet enters, if roots do. */
  #measure(start: Start, score: number): void {
    if (!this.#space.has(start.id)) {
      const enters = this.#keepsRoots && start.parent === null && this.#space.offer(start, score) !== start;
      if (!enters) return;
    }
    this.#space.measure(start.id, score);
    this.#changes++;
  }

  /** The partial histories that a group leaves behind. */
  #successors(rollouts: readonly RolloutOutcome[]): Start[] {
    const { keep, score } = this.#options;
    const candidates = rollouts
      .map(({ verdict, successors }) => ({
        verdict,
        successors: successors.filter((start) => this.#mayEnter(start)),
      }))
      .filter(({ successors }) => successors.length > 0);
    return keptRollouts(candidates, keep, score, this.#random).flatMap(({ successors }) => successors);
  }

  /** Whether a partial history is of use: an attempt is, only if an operator works on it and solved ones are wanted. */
  #mayEnter({ attempt }: Start): boolean {
    if (attempt === null) return true;
    return this.#iterates && (this.#options.solvedStarts || !attempt.verdict.solved);
  }
}
