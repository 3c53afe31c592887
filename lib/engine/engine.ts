/**
 * One contract for a 0.2 M-parameter transformer in WebAssembly and for a 70 B model behind a server: sample, score,
 * accumulate gradients, step. Advantages, ratios, clipping and normalisation are *not* an engine's business: it gets
 * one coefficient per token. Token ids are kept end to end.
 *
 * @module
 */
import type { JsonObject } from "../json.ts";
import type { Message } from "../domain/domain.ts";
import type { Part } from "../part.ts";

/** Token ids, prompt and completion in one. */
export type TokenSequence = readonly number[];

/** A place that jobs can be taken to: this machine, a self-hosted trainer, or Hugging Face. */
export type RunnerName = "local" | "tgi" | "hf";

/** A model in an experiment file, such as `tinyTransformer()`. */
export interface PolicyPart extends Part {
  /** Always `"policy"`. */
  readonly part: "policy";
  /** Where it can be trained. Not an option: it decides where a job runs, never what comes of it. */
  readonly runners: readonly RunnerName[];
  /** What a token is. Where it is a character, a plan can tell whether prompts fit the context. */
  readonly tokens: "characters" | "pieces";
}

/** Text to token ids and back. */
export interface Tokenizer {
  /** How many token ids there are. */
  readonly vocabulary: number;
  /** The ids that end a response. */
  readonly stop: readonly number[];
  /**
   * The ids of a conversation, up to where the assistant's response begins.
   *
   * @throws {UserError} If a character has no token.
   */
  encodeChat(messages: readonly Message[]): number[];
  /** The ids of a response, the stop token included; for warm starts. */
  encodeResponse(text: string): number[];
  /** The text of a response, stop tokens left out. */
  decode(tokens: TokenSequence): string;
}

/** What an engine can do. */
export interface Capabilities {
  /** How `forwardBackward` combines tokens: `"sum"` means that coefficients arrive in the gradient as they are. */
  readonly reduction: "sum" | "mean";
  /** Whether the exact entropy of the next-token distribution can be part of the loss. */
  readonly entropy: boolean;
  /** Whether sampling can be cut to the most likely tokens. */
  readonly topP: boolean;
  /** Whether sequences can be scored at temperatures other than 1 (`LossSpec.temperature`). */
  readonly temperature: boolean;
  /** Whether a step scales a long gradient down (`AdamOptions.clipNorm`). */
  readonly clipNorm: boolean;
  /** Whether a policy can tell the mean hidden state of a response (`Policy.embed`). */
  readonly embeddings: boolean;
  /** Whether a policy keeps a frozen copy of its weights to stay near to (`Policy.reference`). */
  readonly reference: boolean;
  /** Whether a checkpoint keeps published weights that are not those of now; if not, `save` must follow `publish`. */
  readonly savesPublished: boolean;
  /** Whether published weights stay as they are while training goes on; if not, `sample` must follow `publish`. */
  readonly holdsPublished: boolean;
  /** Whether the same requests give the same results, bit for bit. */
  readonly deterministic: boolean;
  /** What decides the numbers, such as `"wasm relaxed-simd"`: same build, plan and seed, same results. */
  readonly build: string;
  /** What the engine is, for the record, such as `"wasm relaxed-simd, 2 workers"`. */
  readonly description: string;
}

/** One completion to draw. */
export interface SampleRequest {
  /** The prompt. */
  readonly prompt: TokenSequence;
  /** The most tokens to draw, the stop token included. */
  readonly maxTokens: number;
  /** Above 0; 1 is the policy's own distribution. */
  readonly temperature: number;
  /** Probability mass to keep, in (0, 1]; 1 keeps all. */
  readonly topP: number;
  /** Decides the draw: same seed, weights and request, same completion. A whole number in [0, 2³²). */
  readonly seed: number;
}

/** One completion. */
export interface Completion {
  /** The ids drawn, the stop token included if one was. */
  readonly tokens: readonly number[];
  /** The log-probability (nats) of each under the distribution sampled from: tempered, before the topP cut. */
  readonly logprobs: Float32Array;
  /** Why it ended. */
  readonly finish: "stop" | "length";
}

/** One training sequence of T tokens. */
export interface Datum {
  /** Prompt and completion. */
  readonly tokens: TokenSequence;
  /**
   * The weight c_t of -log π(token t | tokens before t) in the loss, one a token; 0 leaves a token out. The first
   * must be 0: nothing precedes it.
   */
  readonly coefficients: Float32Array;
  /** The weight of the token's entropy in the loss, to be *subtracted*; one a token; none when left out. */
  readonly entropy?: Float32Array;
}

/** How a batch is scored. */
export interface LossSpec {
  /** Logits are divided by it, as they were when sampling. Above 0. */
  readonly temperature: number;
}

/** What a batch gave. */
export interface LossReport {
  /** The loss, summed over tokens: Σ c_t · -log π − Σ entropy weight · entropy. */
  readonly loss: number;
  /** Under the weights of now: for each sequence, the log-probability of each token given those before; first is 0. */
  readonly logprobs: Float32Array[];
  /** The mean entropy (nats) of the next-token distribution over tokens with a weight ≠ 0. */
  readonly entropy: number;
  /** How many tokens were processed. */
  readonly tokens: number;
}

/** One step of AdamW. */
export interface AdamOptions {
  /** Step size. */
  readonly learningRate: number;
  /** Decay of the first moment, in [0, 1). */
  readonly beta1: number;
  /** Decay of the second moment, in [0, 1). */
  readonly beta2: number;
  /** Added to the root of the second moment. */
  readonly epsilon: number;
  /** Decoupled weight decay. */
  readonly weightDecay: number;
  /** The gradient is scaled down to this Euclidean norm; `Infinity` leaves it as it is. */
  readonly clipNorm: number;
}

/** What a step did. */
export interface OptimReport {
  /** The gradient's Euclidean norm before clipping. */
  readonly gradientNorm: number;
}

/** A sequence of T tokens, and from which of them on its hidden states are wanted. */
export interface Span {
  /** Prompt and completion. */
  readonly tokens: TokenSequence;
  /** The first token that counts, in [0, T). */
  readonly from: number;
}

/** Frozen weights beside those that are trained: what a KL term holds the policy near to. At first, the initial weights. */
export interface Reference {
  /**
   * Moves it towards the weights of now: θ_ref ← mix · θ + (1 − mix) · θ_ref.
   *
   * @param mix α, in (0, 1]; 1 copies.
   */
  refresh(mix: number): Promise<void>;
  /** Scores sequences as `Policy.logprobs` does, under the frozen weights. */
  logprobs(sequences: readonly TokenSequence[], loss: LossSpec): Promise<Float32Array[]>;
}

/** A number that grows by one with each `publish`. */
export type WeightVersion = number;

/** All of a policy that its future depends on: weights (also published and frozen ones), optimiser moments, step count. */
export interface Checkpoint {
  /** What a reader needs to make sense of the data; checked by `load`. */
  readonly meta: JsonObject;
  /** The numbers. */
  readonly data: Uint8Array;
}

/** A model that can be sampled and trained. */
export interface Policy {
  /** Its tokenizer. */
  readonly tokenizer: Tokenizer;
  /** The most tokens that a prompt and its completion may have together. */
  readonly context: number;
  /** How many parameters it has; `null` where that is not known. */
  readonly parameters: number | null;
  /**
   * Draws completions under the published weights, in the order asked. One that would outgrow the context ends there, with
   * finish `"length"`. Where `Capabilities.holdsPublished` is `false`, no step may lie between `publish` and this.
   */
  sample(requests: readonly SampleRequest[]): Promise<Completion[]>;
  /** Scores sequences under the weights of now: [0] is 0, [t] is log π(token t | before) at the temperature. */
  logprobs(sequences: readonly TokenSequence[], loss: LossSpec): Promise<Float32Array[]>;
  /**
   * Embeds each span under the weights of now: the mean over its tokens of the last layer's hidden state, after the
   * final normalisation. Absent where `Capabilities.embeddings` is `false`.
   */
  embed?(spans: readonly Span[]): Promise<Float32Array[]>;
  /** The frozen weights. Absent where `Capabilities.reference` is `false`. */
  readonly reference?: Reference;
  /** Accumulates the gradient of a batch's loss. */
  forwardBackward(batch: readonly Datum[], loss: LossSpec): Promise<LossReport>;
  /** Takes a step with the accumulated gradient, and clears it. */
  optimStep(options: AdamOptions): Promise<OptimReport>;
  /** Makes the weights of now those that `sample` uses. */
  publish(): Promise<WeightVersion>;
  /** All that `load` needs to continue bit for bit. */
  save(): Promise<Checkpoint>;
  /**
   * Continues from a checkpoint, its published weights included.
   *
   * @param what `"weights"` starts the optimiser anew. Default `"all"`.
   * @throws {UserError} If the checkpoint is of another model.
   */
  load(checkpoint: Checkpoint, what?: "all" | "weights"): Promise<void>;
  /** Frees memory and workers. */
  close(): Promise<void>;
}

/** A place where policies are sampled and trained. */
export interface Engine {
  /** What it can do. */
  capabilities(): Promise<Capabilities>;
  /**
   * Opens a policy with initial weights decided by the seed.
   *
   * @throws {UserError} If the engine cannot hold such a policy.
   */
  open(policy: PolicyPart, seed: number): Promise<Policy>;
}
