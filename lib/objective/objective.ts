import type { Part } from "../part.ts";

/** One completion of a batch, ready to be weighed. All log-probabilities are of its L tokens, in nats. */
export interface WeighedCompletion {
  /** Its advantage within its group. */
  readonly advantage: number;
  /** Under the weights of now. */
  readonly now: Float32Array;
  /** Under the trainer's weights at the start of the iteration. */
  readonly then: Float32Array;
  /** As the sampler gave them; the same as `then` unless the objective corrects for a sampler that is behind. */
  readonly sampled: Float32Array;
  /** Under the frozen reference; absent where the objective has no KL term. */
  readonly reference?: Float32Array;
}

/** What an objective makes of a batch of N completions. */
export interface Weights {
  /** Coefficients c_t of −log π in the loss: N arrays of L_i. Σ c_t ∇(−log π_t) is the gradient of the loss. */
  readonly coefficients: readonly Float32Array[];
  /** The weight of the entropy of each token of a completion, to be subtracted from the loss: N numbers. */
  readonly entropy: readonly number[];
  /** Share of tokens whose ratio was clipped, in [0, 1]. */
  readonly clipped: number;
  /** Mean KL (k3 estimate, nats) of a token from the reference; 0 without one. */
  readonly kl: number;
}

/** How a policy is held near to frozen weights. */
export type KlOptions = {
  /** β, the weight of the KL term (k3 estimate); above 0. */
  readonly coefficient: number;
  /** M, the iterations between refreshes of the reference; 0 for never. */
  readonly refreshEvery: number;
  /** α of a refresh, θ_ref ← α θ + (1 − α) θ_ref, in (0, 1]. */
  readonly mix: number;
};

/** An objective in an experiment file: advantages and loss, as per-token coefficients. */
export interface ObjectivePart extends Part {
  /** Always `"objective"`. */
  readonly part: "objective";
  /** G, the number of completions drawn from one start. */
  readonly groupSize: number;
  /** P, the number of groups in a batch. */
  readonly groups: number;
  /** Into how many parts a batch is split, with one optimiser step each; above 1 the ratios leave 1. */
  readonly minibatches: number;
  /** Weight of the entropy of each trained token; 0 for none. */
  readonly entropy: number;
  /** The KL term; `null` for none. */
  readonly kl: KlOptions | null;
  /** How many more rounds of starts may be drawn in place of groups whose rewards are all equal (DAPO); 0 for none. */
  readonly redraws: number;
  /** Whether it weighs by `sampled`, so that `then` must be the trainer's own. */
  readonly correctsSampler: boolean;
  /** Step size at an iteration, from 1, when this share of the budget, in [0, 1], is used. */
  learningRate(iteration: number, progress: number): number;
  /** Decoupled weight decay. */
  readonly weightDecay: number;
  /** Largest gradient norm. */
  readonly clipNorm: number;
  /** The reward of a response, less what is taken off for its length in tokens; the reward itself when left out. */
  shape?(reward: number, length: number, maxTokens: number): number;
  /** Advantages of a group's rewards, in order; all zero when the rewards are equal. */
  advantages(rewards: readonly number[]): number[];
  /**
   * What a batch's tokens weigh.
   *
   * @param batch N completions; those with advantage 0 belong to it and count towards N.
   * @param maxTokens The most tokens of a completion.
   */
  weigh(batch: readonly WeighedCompletion[], maxTokens: number): Weights;
}
