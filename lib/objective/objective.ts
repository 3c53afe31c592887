import type { Part } from "../part.ts";

/** One completion of a batch, ready to be weighed. */
export interface WeighedCompletion {
  /** Its advantage within its group. */
  readonly advantage: number;
  /** Log-probabilities of its tokens under the weights of now; length L. */
  readonly now: Float32Array;
  /** Log-probabilities of its tokens when they were sampled; length L. */
  readonly then: Float32Array;
}

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
  /** Weight of the entropy of each trained token. */
  readonly entropy: number;
  /** Step size at an iteration, from 1, when this share of the budget, in [0, 1], is used. */
  learningRate(iteration: number, progress: number): number;
  /** Decoupled weight decay. */
  readonly weightDecay: number;
  /** Largest gradient norm. */
  readonly clipNorm: number;
  /** Advantages of a group's rewards, in order; all zero when the rewards are equal. */
  advantages(rewards: readonly number[]): number[];
  /**
   * Coefficients c_t of -log π in the loss, one array a completion, so that Σ c_t ∇(-log π_t) is the gradient of the
   * objective's loss over the batch. Also the share of tokens whose ratio was clipped.
   */
  coefficients(batch: readonly WeighedCompletion[]): { coefficients: Float32Array[]; clipped: number };
}
