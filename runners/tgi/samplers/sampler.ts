/**
 * Engines that draw completions and train nothing: vLLM, SGLang and Text Generation Inference (TGI), reached by their own
 * HTTP routes. Only what comes with token ids and log-probabilities may feed training, so that is all that is accepted.
 *
 * @module
 */
import type { Completion, SampleRequest, TokenSequence } from "../../../lib/engine/engine.ts";
import type { RetryEvent, RetryRules } from "../tinker/retry.ts";

/** The kinds of sampler that are known. */
export type SamplerKind = "vllm" | "sglang" | "tgi";

/** What a sampler is. */
export interface SamplerInfo {
  /** The name of the model that it was started with; `""` where it does not say. */
  readonly model: string;
  /** What it loaded the model or its tokenizer from, a name or a folder; `null` where it does not say. */
  readonly root: string | null;
  /** The most tokens of prompt and completion together; `null` where it does not say. */
  readonly context: number | null;
  /** Whether it may cut to the most likely tokens and still tells log-probabilities from before the cut. */
  readonly topP: boolean;
  /** What weights it can take while it runs. */
  readonly takes: readonly ("adapter" | "model")[];
  /** For the record, such as `"vLLM 0.33.0"`. */
  readonly description: string;
}

/** Weights to sample from now on. */
export interface SamplerWeights {
  /** A folder on a disk that the sampler sees too: an adapter in PEFT's form, or a whole model. */
  readonly folder: string;
  /** Whether it is an adapter. */
  readonly adapter: boolean;
  /** Their version; grows. */
  readonly version: number;
}

/** A separate server that draws completions. */
export interface Sampler {
  /** What speaks there. */
  readonly kind: SamplerKind;
  /** What it is. */
  describe(): Promise<SamplerInfo>;
  /**
   * Draws completions under the weights taken last, or else those that it was started with; in the order asked. One ends
   * with the first stop id, which it includes.
   *
   * @throws {UserError} If it returns anything but ids and log-probabilities of one length.
   * @throws {EngineLostError} If it was started anew and no longer has the weights.
   */
  sample(requests: readonly SampleRequest[]): Promise<Completion[]>;
  /**
   * Takes new weights. Absent where it cannot: then it goes on with those that it was started with.
   *
   * @throws {UserError} If it cannot take weights of this kind, or does not see the folder.
   */
  takeWeights?(weights: SamplerWeights): Promise<void>;
  /** Frees what it holds for this process; never throws for a server that is gone. */
  close(): Promise<void>;
}

/** How a sampler is reached; all optional. */
export interface SamplerOptions {
  /** Sent as a bearer token, to this server alone. */
  readonly key?: string;
  /** The most requests at once. Default 64. */
  readonly concurrency?: number;
  /** When a request is sent again, once the server was found; `patience` is how long it may be away. */
  readonly retry?: Partial<RetryRules>;
  /**
   * The ids that end a completion, as in `Tokenizer.stop`. vLLM and SGLang are told them; TGI takes none by id, so that what
   * it draws after one is cut off here. Default: the server's own, not checked.
   */
  readonly stop?: readonly number[];
  /** The text of token ids, special ones written out: for TGI, which takes prompts as text alone. */
  readonly text?: (tokens: TokenSequence) => string;
  /** Told when a request is sent again. */
  readonly onRetry?: (event: RetryEvent) => void;
  /** What sends requests; for tests. */
  readonly fetch?: typeof fetch;
  /** What waits, in milliseconds; for tests. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}
