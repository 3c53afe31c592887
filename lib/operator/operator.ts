import type { Awaitable, Domain, DomainTraits, Message, Mode, RewardRule } from "../domain/domain.ts";
import type { Attempt, Verdict } from "../domain/verdict.ts";
import type { Span } from "../engine/engine.ts";
import type { Json } from "../json.ts";
import type { Part } from "../part.ts";
import type { Random } from "../random.ts";
import type { Start } from "../curriculum/start.ts";

/** What an operator sees when it words a request. */
export interface IterationRequest {
  /** The domain, for its own wording. */
  readonly domain: Domain;
  /** The task's content. */
  readonly task: Json;
  /** The state before the turn. */
  readonly state: Json;
  /** The attempt to work on. */
  readonly attempt: Attempt;
}

/** One rollout of a group, as an operator weighs it. */
export interface WeighedRollout {
  /** The attempt at its first turn that it started from; `null` for a first attempt. In mode `"base"` it was not shown. */
  readonly before: Attempt | null;
  /** What the policy wrote, one response a turn; the first is its answer to `before`. */
  readonly responses: readonly string[];
  /** Prompt and completion of its last response, and where the completion begins. */
  readonly span: Span;
  /** The verdict at its end. */
  readonly verdict: Verdict;
  /** Its reward so far. */
  readonly reward: number;
}

/** A response to learn that was not sampled: of one rollout, as an improvement of another's at the same turn. */
export interface Imitation {
  /** The group, by its place in the iteration. */
  readonly group: number;
  /** The rollout whose first response is the attempt to improve. */
  readonly attempt: number;
  /** The rollout whose first response is the one to learn; may be the same. */
  readonly response: number;
  /** What it weighs, as the advantage of a completion would; above 0. */
  readonly weight: number;
}

/** A group, as an operator weighs it. */
export interface WeighedGroup {
  /** What was asked. */
  readonly mode: Mode;
  /** The rollouts, in order. */
  readonly rollouts: readonly WeighedRollout[];
}

/**
 * Changes what the policy is asked, or how a group is weighed. Operators run in order over each start that a
 * curriculum chose; the wording comes from the operator whose mode the start ends up with. Removing one from the list
 * is the ablation.
 */
export interface OperatorPart extends Part {
  /** Always `"operator"`. */
  readonly part: "operator";
  /** Whether it works on partial histories, so that a curriculum has a reason to keep them. */
  readonly iterates: boolean;
  /** Whether it has nothing to do where every response is a first attempt. */
  readonly needsAttempts: boolean;
  /** What it asks of a domain; nothing when left out. */
  readonly needs?: Partial<DomainTraits>;
  /** Hosts that it calls, as `host` or `host:port`; none when left out. */
  readonly hosts?: readonly string[];
  /** Whether it asks the policy for embeddings, which not every engine gives. Not when left out. */
  readonly embeds?: boolean;
  /**
   * The start, perhaps in another mode. One draw a group: all its rollouts share the prompt. How many numbers it draws
   * depends on the start alone, so that runs of one seed that differ in a probability stay in step.
   */
  transform(start: Start, random: Random): Start;
  /** The request for a start in this operator's mode; `undefined` if the mode is not its own. */
  word(start: Start, request: IterationRequest): Message[] | undefined;
  /** The rule for rewards of self-iteration steps in its mode, in place of the domain's; the domain's when left out. */
  readonly rewardRule?: { readonly mode: Mode; readonly rule: RewardRule };
  /**
   * The rewards of a group's rollouts in place of those so far; in order. Training alone sees them: verdicts, and what
   * curricula make of them, stay as they are.
   */
  rewards?(group: WeighedGroup): readonly number[];
  /**
   * What each advantage is multiplied by: for each group, a factor of at least 0 a rollout. Groups whose rewards are all
   * equal are left out: they have no advantages.
   *
   * @param embed The policy's embeddings, where `embeds` asks for them.
   */
  factors?(groups: readonly WeighedGroup[], embed: EmbedSpans): Awaitable<readonly (readonly number[])[]>;
  /** What is to be learned from an iteration's groups beside their advantages, as answers to improve requests. */
  imitations?(groups: readonly WeighedGroup[], random: Random): readonly Imitation[];
}

/** `Policy.embed` of the policy in training. */
export type EmbedSpans = (spans: readonly Span[]) => Promise<Float32Array[]>;
