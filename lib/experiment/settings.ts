/**
 * The settings of one arm, every default filled in: what the loop runs and what a plan prints.
 *
 * @module
 */
import type { CurriculumPart } from "../curriculum/curriculum.ts";
import type { Domain } from "../domain/domain.ts";
import type { PolicyPart } from "../engine/engine.ts";
import type { ObjectivePart } from "../objective/objective.ts";
import type { OperatorPart } from "../operator/operator.ts";

/** When training ends: whichever limit is reached first. At least one is set. */
export type Budget = {
  /** Generated tokens, stop tokens included; `null` for no limit. */
  readonly tokens: number | null;
  /** Responses drawn, each step of a chain counting as one, and an episode of several turns too; `null` for no limit. */
  readonly rollouts: number | null;
  /** Training iterations; `null` for no limit. */
  readonly iterations: number | null;
};

/** How training rollouts are drawn. */
export type Sampling = {
  /** Above 0; 1 is the policy's own distribution. */
  readonly temperature: number;
  /** The most tokens of a response, the stop token included. */
  readonly maxTokens: number;
  /** Training iterations after which the sampler gets new weights; above 1 it is behind the trainer in between. */
  readonly publishEvery: number;
  /**
   * The most training iterations that the sampler's weights may be behind those that train on its samples. With it, an
   * iteration's groups are drawn while the one before trains; they are drawn after it when left out.
   */
  readonly maxStaleness?: number;
};

/** How held-out quality after k = 0…K self-improvement steps is measured. */
export type Evaluation = {
  /** Training iterations between evaluations; 0 for only before and after. */
  readonly every: number;
  /** K, the number of self-improvement steps. */
  readonly steps: number;
  /** Chains a task; of several turns, episodes for each k. */
  readonly samples: number;
  /** Held-out tasks. */
  readonly tasks: number;
  /** Sampling temperature. */
  readonly temperature: number;
  /** Probability mass kept when sampling, in (0, 1]. */
  readonly topP: number;
  /** First attempts drawn anew for each held-out task at the last evaluation, to compare a chain with; 0 for none. */
  readonly resamples: number;
  /** A greedy search of 1 + K responses in place of each chain; a chain when left out. Only for domains of one turn. */
  readonly search?: GreedySearch;
};

/** How a greedy search over programs goes: drafts first, then failed ones are mended and the best is improved. */
export type GreedySearch = {
  /** First responses that are drawn before any of them is worked on, from 1. */
  readonly drafts: number;
  /** How likely a failed leaf is mended in place of an improvement of the best. */
  readonly debugProbability: number;
  /** The most attempts at mending in a row after which another one is made; from 0. */
  readonly debugDepth: number;
};

/** How often all that a run's future depends on is saved. */
export type Checkpointing = {
  /** Training iterations between checkpoints. */
  readonly every: number;
};

/** The settings of one arm. */
export interface Settings {
  /** Where tasks and verdicts come from. */
  readonly domain: Domain;
  /** The model. */
  readonly policy: PolicyPart;
  /** Advantages and loss. */
  readonly objective: ObjectivePart;
  /** Decides the starts. */
  readonly curriculum: CurriculumPart;
  /** Change what the policy is asked, in this order. */
  readonly operators: readonly OperatorPart[];
  /** When training ends. */
  readonly budget: Budget;
  /** How training rollouts are drawn. */
  readonly sampling: Sampling;
  /** How held-out quality is measured. */
  readonly evaluate: Evaluation;
  /** How often the run is saved. */
  readonly checkpoint: Checkpointing;
}

/** One arm × one seed of a compiled experiment. */
export interface Job {
  /** The run's name: experiment, arm, seed and the first digits of the hash. */
  readonly id: string;
  /** The SHA-256 of all that decides the result. Same hash, same cell. */
  readonly hash: string;
  /** The experiment's name. */
  readonly experiment: string;
  /** The arm's name. */
  readonly arm: string;
  /** The one seed that feeds every random choice. */
  readonly seed: number;
  /** The arm's settings. */
  readonly settings: Settings;
}
