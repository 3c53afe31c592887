/**
 * The curriculum contract: it decides the next starts and learns from what became of them. Every stateful part of
 * the system answers the same three questions: `state`, `restore`, `metrics`.
 *
 * @module
 */
import type { Json } from "../json.ts";
import type { Part } from "../part.ts";
import type { Random } from "../random.ts";
import type { DomainTraits } from "../domain/domain.ts";
import type { Verdict } from "../domain/verdict.ts";
import type { Start } from "./start.ts";

/** The root tasks as starts. */
export interface RootSource {
  /** How many there are; `null` when there is no end. */
  readonly size: number | null;
  /** The start of the root at an index. */
  at(index: number): Start;
}

/** What a curriculum is made with. */
export interface CurriculumContext {
  /** The training tasks. */
  readonly roots: RootSource;
  /** The curriculum's own stream; its state belongs to the curriculum's. */
  readonly random: Random;
  /** Whether an operator makes use of partial histories; if not, none are offered. */
  readonly iterates: boolean;
}

/** One rollout of a group, as a curriculum sees it. */
export interface RolloutOutcome {
  /** The verdict at the end of the episode. */
  readonly verdict: Verdict;
  /** The partial histories that it passed through, one a turn, ready to start from; `chain` is 0. */
  readonly successors: readonly Start[];
}

/** What became of one start: the G rollouts drawn from it in one training iteration. */
export interface GroupOutcome {
  /** The start, with the mode that was really asked. */
  readonly start: Start;
  /** The training iteration, from 1. */
  readonly iteration: number;
  /** The rollouts, in order. */
  readonly rollouts: readonly RolloutOutcome[];
}

/** What a task space holds about a start, for the `starts` table. */
export interface SpaceEntry {
  /** The start. */
  readonly start: Start;
  /** Its score: measured if `visits` > 0, else inherited. */
  readonly learnability: number;
  /** How often it was sampled. */
  readonly visits: number;
}

/** Decides the next starts, and learns from outcomes. */
export interface Curriculum {
  /**
   * The next starts. A start counts `1 + chain` towards `count`, as it asks for that many completions a rollout;
   * at least one start is returned.
   */
  next(count: number): Start[];
  /** Takes in what became of starts that `next` gave. */
  observe(outcomes: readonly GroupOutcome[]): void;
  /** The task space as it is now; empty for a curriculum without one. */
  space(): SpaceEntry[];
  /** Everything that the future depends on, the random stream included. */
  state(): Json;
  /**
   * Continues from a saved state.
   *
   * @throws {TypeError} If the state is not one that `state` gave.
   */
  restore(state: Json): void;
  /** Figures for the step's record, such as the effective sample size. */
  metrics(): Record<string, number>;
}

/** A curriculum in an experiment file: options, and how to make one. */
export interface CurriculumPart extends Part {
  /** Always `"curriculum"`. */
  readonly part: "curriculum";
  /** Whether it starts episodes from partial histories, so that operators have something to work on. */
  readonly histories: boolean;
  /** Whether it would hold nothing if no operator worked on partial histories. Not when left out. */
  readonly needsOperators?: boolean;
  /** What it asks of a domain; nothing when left out. */
  readonly needs?: Partial<DomainTraits>;
  /** The most completions that one rollout of a start asks for. */
  readonly longestChain: number;
  /**
   * What training sees of one chain, a first attempt and the steps after it, whose verdicts have the rewards r_0 … r_K: as
   * many numbers, in order. When left out, each step is rewarded by the domain's rule.
   */
  chainRewards?(rewards: readonly number[]): readonly number[];
  /** Makes one. */
  create(context: CurriculumContext): Curriculum;
}
