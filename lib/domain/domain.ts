/**
 * The domain contract: an environment is a pure reducer over JSON. That one decision makes a partial history plain
 * data: it can be stored in DuckDB, restarted anywhere, shipped to a cluster and resumed bit for bit.
 *
 * @module
 */
import type { Json, JsonObject } from "../json.ts";
import type { Part } from "../part.ts";
import type { Random } from "../random.ts";
import type { Attempt, Verdict } from "./verdict.ts";

/** Tasks that train, and tasks that never do. */
export type Split = "train" | "test";

/** What a policy is asked that every domain knows: the task itself, a better response, or a different one. */
export type UsualMode = "base" | "improve" | "diverge";

/**
 * What the policy is asked: a usual mode, to mend a response that failed (`verdict.failed`), or that of an operator of the
 * user's own.
 */
export type Mode = UsualMode | "debug" | `custom-${string}`;

/** One chat message. */
export type Message = {
  /** Who speaks. */
  readonly role: "system" | "user" | "assistant" | "tool";
  /** The text. */
  readonly content: string;
};

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** A task with the id that never changes: one instance of a domain. */
export interface TaskInstance<Task extends Json> {
  /** The same for the same content, in every version of a domain; unique within it. */
  readonly id: string;
  /** The content. */
  readonly task: Task;
  /**
   * The held-out benchmark that it belongs to, such as `"math500"`: the column `split` of `evaluations`. Held-out figures are
   * means over benchmarks of the means over their tasks. Default `"test"`; of no use in training.
   */
  readonly benchmark?: string;
}

/** Tasks by index: a finite list, or a seeded generator that never ends. */
export interface TaskSource<Task extends Json> {
  /** How many there are; `null` when there is no end. */
  readonly size: number | null;
  /**
   * The task at an index; the same at every call.
   *
   * @throws {RangeError} If the index is outside the source.
   */
  at(index: number): TaskInstance<Task>;
}

/** What a response led to. */
export interface Step<State extends Json> {
  /** The state after the turn. */
  readonly state: State;
  /** The verdict on the response. */
  readonly verdict: Verdict;
  /** What the policy may be told of it; left out when the domain gives no feedback. */
  readonly feedback?: string;
  /** Whether the episode is over. A single-turn domain always says `true`. */
  readonly done: boolean;
}

/** A worked example for a supervised warm start. */
export interface Demonstration {
  /** The prompt, as the policy would see it. */
  readonly messages: readonly Message[];
  /** A response worth imitating; need not be right. */
  readonly response: string;
}

/** What kind of environment a domain is. */
export interface DomainTraits {
  /** One response an episode, or several. */
  readonly turns: "single" | "multi";
  /** Whether quality is all or nothing. */
  readonly quality: "binary" | "graded";
  /** Whether attempts come with feedback. */
  readonly feedback: boolean;
}

/** What a domain may touch; a runner grants this and nothing else. */
export interface DomainPermissions {
  /** Hosts, as `host` or `host:port`. */
  readonly net?: readonly string[];
  /** Files and folders to read. */
  readonly read?: readonly string[];
  /** Programs to start; only through `lib/domain/sandbox`. */
  readonly run?: readonly string[];
}

/**
 * How the reward of a self-iteration step follows from the verdicts before and after it.
 *
 * - `"absolute"`: the reward of the response. Keeping a right answer is worth as much as finding one.
 * - `"improvement"`: what was gained of what was left to gain, max(0, Δ / (1 − before)); 0 where nothing was left.
 * - `"improvement-or-keep"`: the improvement, but absolute from a solved attempt, so that keeping it pays.
 */
export type RewardRule = "absolute" | "improvement" | "improvement-or-keep";

/** A rule for all self-iteration steps, one a mode (`"absolute"` where a mode has none), or a function of one's own. */
export type SelfIterationReward =
  | RewardRule
  | { readonly [mode in Exclude<Mode, "base">]?: RewardRule }
  | ((before: Verdict, after: Verdict, mode: Mode) => number);

/**
 * A domain. All functions are pure: the same input gives the same output, and nothing outside is read or changed.
 *
 * @typeParam Task The content of a task, JSON.
 * @typeParam State Where an episode is *before* a turn, JSON. A self-iteration step rewrites the turn: it calls
 *   `step` again from the same state, with the earlier attempt beside it.
 */
export interface Domain<Task extends Json = Json, State extends Json = Json> extends Part {
  /** Always `"domain"`. */
  readonly part: "domain";
  /** Name and version of the rules: a change that alters tasks, prompts or verdicts needs a new version. */
  readonly version: string;
  /** What kind of environment it is. */
  readonly traits: DomainTraits;
  /** What it may touch; nothing when left out. */
  readonly permissions?: DomainPermissions;
  /** How self-iteration is rewarded. */
  readonly selfIterationReward: SelfIterationReward;
  /** The tasks of a split. No task, nor anything that gives its answer away, is in both. */
  tasks(split: Split): TaskSource<Task>;
  /** The state before the first turn. */
  begin(task: Task): State;
  /** The base request of the current turn. */
  prompt(task: Task, state: State): Message[];
  /**
   * Own wording of a self-iteration request (compact, for tiny models); the operator's wording when left out. A request to
   * mend a response that failed comes here as `"improve"` too: `attempt.verdict.failed` tells it from the others, and is the
   * one thing of a verdict that a request may show.
   */
  iterate?(task: Task, state: State, attempt: Attempt, mode: "improve" | "diverge"): Message[];
  /** Plays one turn. */
  step(task: Task, state: State, response: string): Awaitable<Step<State>>;
  /** A known-good response for each turn; `step` must give the last one quality 1 and call the task solved. */
  reference?(task: Task): string[];
  /** Responses near to a known-good one that are wrong; `step` must not count any as solved. */
  perturbed?(task: Task): string[];
  /** A worked example for the warm start, made from the training side of the split alone. */
  demonstrate?(mode: UsualMode, random: Random): Demonstration;
  /**
   * The most characters that a prompt and a response may have, which lets a plan check the policy's context.
   */
  readonly longest?: { readonly prompt: number; readonly response: number };
  /**
   * The most turns of an episode, from 1, by which a plan multiplies what is generated. Only of domains of several turns, and
   * there a plan is no upper bound without it.
   */
  readonly mostTurns?: { readonly [split in Split]: number };
  /**
   * Figures of the domain's own over the attempts of an episode, one a turn with the verdict at its end. An episode of
   * training that started from a partial history has those from that turn on.
   */
  metrics?(attempts: readonly Attempt[]): Record<string, number>;
  /**
   * What of this machine decides how the domain works beside its options, such as what holds the programs that it runs: one
   * sentence, kept with each run as an event of kind `surroundings`.
   */
  surroundings?(): Awaitable<string>;
  /** The same domain with other options. */
  rebuild(given: JsonObject): Domain<Task, State>;
}
