import {
  checkAdam,
  checkMix,
  checkRequests,
  checkSequences,
  checkSpans,
  checkWeights,
} from "../../lib/engine/check_input.ts";
import type {
  AdamOptions,
  Checkpoint,
  Completion,
  Datum,
  LossReport,
  LossSpec,
  OptimReport,
  Policy,
  Reference,
  SampleRequest,
  Span,
  Tokenizer,
  TokenSequence,
  WeightVersion,
} from "../../lib/engine/engine.ts";
import { EngineLostError } from "../../lib/engine/engine_lost.ts";
import { UserError } from "../../lib/errors.ts";
import { readRemoteCheckpoint, writeRemoteCheckpoint } from "./remote_checkpoint.ts";
import type { Sampler } from "./samplers/sampler.ts";
import type { TinkerModel } from "./tinker/model.ts";

/** The checkpoints that a server keeps of a policy: the controller keeps two, and may be stopped before it has the third. */
const keptCheckpoints = 3;

/** What a policy on a server is made of. */
export interface RemoteParts {
  /** The model on the trainer. */
  readonly model: TinkerModel;
  /** Its name, as in `hub()`. */
  readonly name: string;
  /** The rank of its adapter; 0 where all parameters are trained. */
  readonly rank: number;
  /** Its tokenizer. */
  readonly tokenizer: Tokenizer;
  /** The most tokens of a prompt and its completion. */
  readonly context: number;
  /** How many parameters it has, if the server tells. */
  readonly parameters: number | null;
  /** Draws completions in the trainer's place; `undefined` for the trainer itself. */
  readonly sampler: Sampler | undefined;
  /** Whether the server can tell the hidden states of a response. */
  readonly embeddings: boolean;
  /** Whether the server keeps frozen weights. */
  readonly reference: boolean;
  /** Whether its checkpoints keep published weights that are not those of now. */
  readonly savesPublished: boolean;
  /** Whether a step scales a long gradient down; where it does not, only jobs whose limit is out of reach come here. */
  readonly clips: boolean;
  /** Told when the policy was closed. */
  readonly closed: () => void;
}

/** A model on a server that speaks the Tinker protocol. Weights stay there; what comes back are tokens and numbers. */
export class RemotePolicy implements Policy {
  /** The model's own tokenizer. */
  readonly tokenizer: Tokenizer;
  /** The most tokens of a prompt and its completion. */
  readonly context: number;
  /** How many parameters the model has; `null` where the server does not tell. */
  readonly parameters: number | null;
  /** Frozen weights, where the server keeps some. */
  readonly reference?: Reference;
  /** Mean hidden states, where the server tells them. */
  readonly embed?: (spans: readonly Span[]) => Promise<Float32Array[]>;
  readonly #parts: RemoteParts;
  readonly #family = crypto.randomUUID().slice(0, 8);
  #saved = 0;
  #version = 0;
  /** Whether the published weights are those of now. */
  #current = false;
  #accumulated = false;
  /** The paths of this policy's checkpoints on the server, the latest last. */
  #chain: readonly string[] = [];
  /** The paths of published weights that a separate sampler was handed, the latest last. */
  #exports: readonly string[] = [];
  #exported = 0;
  #open = true;

  /** Takes a model that was opened; `publish` has to come before the first sample. */
  constructor(parts: RemoteParts) {
    this.#parts = parts;
    this.tokenizer = parts.tokenizer;
    this.context = parts.context;
    this.parameters = parts.parameters;
    const { model } = parts;
    if (parts.reference) {
      this.reference = {
        refresh: async (mix) => {
          this.#expectOpen();
          checkMix(mix);
          await model.refreshReference(mix);
        },
        logprobs: (sequences, loss) => this.#logprobs(sequences, loss, "reference"),
      };
    }
    if (parts.embeddings) {
      this.embed = async (spans) => {
        this.#expectOpen();
        checkSpans(spans, this.#bounds());
        return spans.length === 0 ? [] : await model.embed(spans);
      };
    }
  }

  /** Draws completions under the published weights. */
  async sample(requests: readonly SampleRequest[]): Promise<Completion[]> {
    this.#expectOpen();
    checkRequests(requests, this.#bounds());
    if (requests.length === 0) return [];
    const fitting = requests.map((request) => ({
      ...request,
      maxTokens: Math.min(request.maxTokens, this.context - request.prompt.length),
    }));
    const { model, sampler } = this.#parts;
    return await (sampler ?? model).sample(fitting);
  }

  /** Scores sequences under the weights of now. */
  async logprobs(sequences: readonly TokenSequence[], loss: LossSpec): Promise<Float32Array[]> {
    return await this.#logprobs(sequences, loss, "trained");
  }

  /** Accumulates the gradient of a batch's loss on the server. */
  async forwardBackward(batch: readonly Datum[], loss: LossSpec): Promise<LossReport> {
    this.#expectOpen();
    checkSequences(batch.map(({ tokens }) => tokens), this.#bounds());
    checkWeights(batch, loss);
    if (batch.length === 0) return { loss: 0, logprobs: [], entropy: 0, tokens: 0 };
    this.#accumulated = true;
    return await this.#parts.model.forwardBackward(batch, loss);
  }

  /** Takes a step of AdamW. */
  async optimStep(options: AdamOptions): Promise<OptimReport> {
    this.#expectOpen();
    checkAdam(options);
    this.#accumulated = false;
    if (options.learningRate > 0) this.#current = false;
    const { model, clips } = this.#parts;
    return await model.optimStep(clips ? options : { ...options, clipNorm: Infinity });
  }

  /** Makes the weights of now those that are sampled, in a separate sampler too. */
  async publish(): Promise<WeightVersion> {
    this.#expectOpen();
    await this.#parts.model.publish();
    this.#version++;
    this.#current = true;
    await this.#feedSampler();
    return this.#version;
  }

  /** Hands the published weights to a separate sampler; what it has no use for any more is removed. */
  async #feedSampler(): Promise<void> {
    const { model, sampler, rank } = this.#parts;
    if (sampler?.takeWeights === undefined) return;
    const name = `${this.#family}-sampler-${++this.#exported}`;
    const folder = await model.exportForSampler(name);
    this.#exports = [...this.#exports, `tinker://${model.id}/sampler_weights/${name}`];
    await sampler.takeWeights({ folder, adapter: rank > 0, version: this.#version });
    // A sampler may keep the one before the latest.
    for (const old of this.#exports.slice(0, -2)) await this.#forget(old);
    this.#exports = this.#exports.slice(-2);
  }

  /** Removes what nobody needs from the server's disk; that it stays there is no reason to end a run. */
  async #forget(path: string): Promise<void> {
    try {
      await this.#parts.model.forget(path);
    } catch (error) {
      if (error instanceof EngineLostError) throw error;
    }
  }

  /**
   * Saves on the server; what is returned says where.
   *
   * @throws {Error} If a gradient is accumulated, or the published weights are older and would be lost.
   */
  async save(): Promise<Checkpoint> {
    this.#expectOpen();
    if (this.#accumulated) throw new Error("Cannot save between forwardBackward and optimStep");
    const { model, name, rank, savesPublished } = this.#parts;
    if (!this.#current && !savesPublished) {
      throw new Error(
        "Cannot save after a step and before publish: the server keeps the weights of now alone",
      );
    }
    const path = await model.save(`${this.#family}-${++this.#saved}`);
    const chain = [...this.#chain, path];
    this.#chain = chain.slice(-keptCheckpoints);
    for (const old of chain.slice(0, -keptCheckpoints)) await this.#forget(old);
    const state = { path, chain: this.#chain, version: this.#version, current: this.#current };
    return writeRemoteCheckpoint({ model: name, rank }, state);
  }

  /** Continues from a checkpoint that the server still has, or from its weights alone. */
  async load(checkpoint: Checkpoint, what: "all" | "weights" = "all"): Promise<void> {
    this.#expectOpen();
    const { model, name, rank, savesPublished } = this.#parts;
    const { path, chain, version, current } = readRemoteCheckpoint(checkpoint, { model: name, rank });
    await model.load(path, what === "all");
    this.#accumulated = false;
    this.#version = version;
    this.#current = current;
    // Another policy's checkpoint is its own to forget.
    this.#chain = what === "all" ? chain : [];
    // A controller may have been stopped between the server's checkpoint and its own: nothing leads there any more.
    if (what === "all") await this.#forget(path.replace(/\d+$/, (number) => String(Number(number) + 1)));
    if (!savesPublished) await model.publish();
    await this.#feedSampler();
  }

  /** Unloads the model; calls that come later are refused. */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    try {
      for (const path of this.#exports) await this.#forget(path);
    } catch (error) {
      // A server that has lost the model has nothing to unload.
      if (!(error instanceof EngineLostError)) throw error;
    }
    await this.#parts.model.unload();
    this.#parts.closed();
  }

  async #logprobs(
    sequences: readonly TokenSequence[],
    loss: LossSpec,
    weights: "trained" | "reference",
  ): Promise<Float32Array[]> {
    this.#expectOpen();
    checkSequences(sequences, this.#bounds());
    checkWeights([], loss);
    return sequences.length === 0 ? [] : await this.#parts.model.logprobs(sequences, loss, weights);
  }

  #bounds(): { vocabulary: number; context: number } {
    return { vocabulary: this.tokenizer.vocabulary, context: this.context };
  }

  #expectOpen(): void {
    if (!this.#open) throw new UserError("The policy is closed");
  }
}
