/**
 * What workers are asked and what they answer. Tasks of one kind are sent to all workers, who take them one by one.
 *
 * @module
 */
import type { Rows } from "./forward.ts";

/** Rows through the layers, and the tokens whose log-probability is wanted. */
export type MicroBatch = {
  /** The tokens. */
  readonly rows: Rows;
  /** The row that predicts each wanted token, [E]. */
  readonly sources: Uint32Array;
  /** The wanted tokens, [E]. */
  readonly targets: Uint32Array;
  /** Weights c of -log π, [E]. */
  readonly coefficients: Float32Array;
  /** Weights of the entropy, [E]. */
  readonly entropyWeights: Float32Array;
  /** How many of the wanted tokens have a weight; they come first. With 0, nothing goes back. */
  readonly weighed: number;
};

/** Scores batches, in order, and adds their gradient to that of a shard. */
export type ScoreTask = {
  /** Which gradient buffer. */
  readonly shard: number;
  /** Which weights; a batch goes back only through those that train. */
  readonly weights: "trained" | "reference";
  /** Divides the logits. */
  readonly temperature: number;
  /** The batches. */
  readonly batches: readonly MicroBatch[];
};

/** For each wanted token of one batch. */
export type Scores = {
  /** log π, nats, [E]. */
  readonly logprobs: Float32Array;
  /** Entropy of the distribution it was drawn from, nats, [E]. */
  readonly entropies: Float32Array;
};

/** Embeds spans under the weights that train. */
export type EmbedTask = {
  /** The tokens. */
  readonly rows: Rows;
  /** For each span, its rows. */
  readonly spans: readonly Uint32Array[];
};

/** Sums a tensor's gradient over the shards. */
export type ReduceTask = {
  /** Index in `Tensors.all`. */
  readonly tensor: number;
};

/** One step of AdamW on a tensor; its gradient buffers are cleared and its packed forms made anew. */
export type UpdateTask = {
  /** Index in `Tensors.all`. */
  readonly tensor: number;
  /** Scale of the gradient (clipping). */
  readonly scale: number;
  /** Step size. */
  readonly learningRate: number;
  /** Decay of the first moment. */
  readonly beta1: number;
  /** Decay of the second moment. */
  readonly beta2: number;
  /** Added to the root of the second moment. */
  readonly epsilon: number;
  /** Decoupled weight decay; used for matrices. */
  readonly weightDecay: number;
  /** The number of this step, from 1. */
  readonly step: number;
};

/** One completion to draw, its prompt by index. */
export type Draw = {
  /** Index in `SampleTask.prompts`. */
  readonly prompt: number;
  /** The most tokens. */
  readonly maxTokens: number;
  /** Divides the logits. */
  readonly temperature: number;
  /** Probability mass kept. */
  readonly topP: number;
  /** Decides the draw. */
  readonly seed: number;
};

/** Draws completions side by side. */
export type SampleTask = {
  /** Prompts, each computed once. */
  readonly prompts: readonly Uint32Array[];
  /** The completions. */
  readonly draws: readonly Draw[];
  /** Ids that end a completion. */
  readonly stop: readonly number[];
};

/** One drawn completion. */
export type Drawn = {
  /** The ids. */
  readonly tokens: readonly number[];
  /** Their tempered log-probabilities. */
  readonly logprobs: Float32Array;
};

/** Tasks by kind. */
export interface Tasks {
  /** See `ScoreTask`. */
  score: ScoreTask;
  /** See `EmbedTask`. */
  embed: EmbedTask;
  /** See `ReduceTask`. */
  reduce: ReduceTask;
  /** See `UpdateTask`. */
  update: UpdateTask;
  /** See `SampleTask`. */
  sample: SampleTask;
}

/** Results by kind of task. */
export interface Results {
  /** For each batch. */
  score: readonly Scores[];
  /** For each span the mean of its rows, [D]. */
  embed: readonly Float32Array[];
  /** The sum of squares. */
  reduce: number;
  /** Nothing. */
  update: null;
  /** For each draw. */
  sample: readonly Drawn[];
}
