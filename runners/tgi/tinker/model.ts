/**
 * One trainable model on a server.
 *
 * @module
 */
import type {
  AdamOptions,
  Completion,
  Datum,
  LossReport,
  LossSpec,
  OptimReport,
  SampleRequest,
  Span,
  TokenSequence,
} from "../../../lib/engine/engine.ts";
import type { JsonObject } from "../../../lib/json.ts";
import { chunk } from "./chunk.ts";
import { AbsentError, MissingCheckpointError, ServerLostError } from "./failure.ts";
import { awaitFuture } from "./future.ts";
import { type Gradient, lossConfig, openGradient, runScored } from "./gradient.ts";
import { decodeVectors } from "./json_codec.ts";
import { sideBySide } from "./limit.ts";
import { RequestLine } from "./line.ts";
import { joinParts, type ModelLink } from "./passes.ts";
import { type Caller, readObject } from "./retry.ts";
import { drawCompletions, type SamplingLink } from "./sampling.ts";
import { shift, unshift } from "./shift.ts";

/** What a model is opened with. */
export interface ModelSpec {
  /** The base model, as the server names it. */
  readonly model: string;
  /** The rank of its adapters; 0 trains all parameters. */
  readonly rank: number;
  /** The scale of its adapters, where the server lets it be chosen. */
  readonly alpha?: number;
  /** Decides its initial weights. */
  readonly seed: number;
  /** The ids that end a completion. Default none but the server's own. */
  readonly stop?: readonly number[];
}

/** A model that the server has made. */
export interface OpenedModel {
  /** Its link. */
  readonly link: ModelLink;
  /** How many parameters are trained, if the server tells. */
  readonly parameters: number | null;
}

/** What a model needs of its client. */
export interface ModelHome {
  /** The most tokens of prompt and completion, if known. */
  readonly context: number | null;
  /** The ids that end a completion. */
  readonly stop: readonly number[];
  /** Opens another model as this one was opened. */
  readonly openAgain: () => Promise<OpenedModel>;
  /** Unloads a model. */
  readonly unload: (link: ModelLink) => Promise<void>;
  /** The number of the next sampling session. */
  readonly nextSampler: () => number;
}

/** What the server answered, and the number of the request. */
interface Answered {
  readonly reply: JsonObject;
  readonly seqId: number;
}

/** A draw for what it does on the server, not for its token. */
const firstDraw: SampleRequest = { prompt: [0], maxTokens: 1, temperature: 1, topP: 1, seed: 0 };

/** Bytes of a span beside its tokens, and of an id. */
const [spanBytes, idBytes] = [40, 8];

/** A model that can be sampled and trained; its calls reach the server in the order in which they are made. */
export class TinkerModel {
  readonly #home: ModelHome;
  #opened: OpenedModel;
  #gradient: Gradient;
  #sampling: SamplingLink | undefined;
  /** The checkpoint that the last publish left, on a server that leaves some. */
  #leftover: string | undefined;
  #publishing: Promise<void> | undefined;
  #isUnloaded = false;

  /** A model that the server has made. Use `TinkerClient.openModel`. */
  constructor(opened: OpenedModel, home: ModelHome) {
    this.#opened = opened;
    this.#home = home;
    this.#gradient = openGradient(opened.link);
  }

  /** How many parameters are trained; `null` if the server does not tell. */
  get parameters(): number | null {
    return this.#opened.parameters;
  }

  /** Its name on the server. */
  get id(): string {
    return this.#opened.link.modelId;
  }

  /** Draws completions under the weights published last; at first, the initial ones. */
  async sample(requests: readonly SampleRequest[]): Promise<Completion[]> {
    this.#checkOpen();
    return await drawCompletions(this.#sampling ?? await this.#publishFirst(), requests);
  }

  /**
   * Scores sequences: [0] is 0, [t] is log π(token t | before) at the temperature.
   *
   * @param weights Those of now, or the frozen ones where the server keeps them.
   */
  async logprobs(
    sequences: readonly TokenSequence[],
    loss: LossSpec,
    weights: "trained" | "reference" = "trained",
  ): Promise<Float32Array[]> {
    this.#checkOpen();
    const { link } = this.#opened;
    const config = lossConfig(loss, link.profile);
    if (weights === "reference") this.#require("reference", "frozen weights");
    const data = sequences.map((tokens) =>
      shift(tokens, { weights: new Float32Array(tokens.length).fill(1) })
    );
    const records = await runScored(link, {
      loss: "cross_entropy",
      config: weights === "reference" ? { ...config, reference: 1 } : config,
      backward: false,
      data,
    });
    return records.map(({ logprobs }) => unshift(logprobs));
  }

  /** The mean hidden state of each span, on servers that tell. */
  async embed(spans: readonly Span[]): Promise<Float32Array[]> {
    this.#checkOpen();
    this.#require("embeddings", "embeddings");
    const { link } = this.#opened;
    const { caller, profile, modelId } = link;
    const limits = { mostDatums: profile.mostDatums, mostBytes: profile.mostBytes };
    const chunks = chunk(spans, ({ tokens }) => spanBytes + idBytes * tokens.length, limits);
    const pending = await link.line.post(chunks.map((part) => (seqId) => ({
      method: "POST",
      route: "/api/v1/exitlab/embed",
      body: JSON.stringify({ model_id: modelId, seq_id: seqId, sequences: part }),
    })));
    const vectors = await sideBySide(pending, Infinity, (own, index) =>
      awaitFuture(
        caller,
        own,
        "application/json",
        (reply) => decodeVectors(reply, "embeddings", chunks[index]?.length ?? 0),
      ));
    return vectors.flat();
  }

  /** Accumulates the gradient of a batch's loss. After an error, part of it may be accumulated. */
  async forwardBackward(batch: readonly Datum[], loss: LossSpec): Promise<LossReport> {
    this.#checkOpen();
    return await this.#gradient.add(batch, loss);
  }

  /**
   * Takes a step with the accumulated gradient, and clears it. The norm is `NaN` on servers that do not tell it.
   */
  async optimStep(options: AdamOptions): Promise<OptimReport> {
    this.#checkOpen();
    const { link } = this.#opened;
    if (Number.isFinite(options.clipNorm)) this.#require("gradClip", "gradient clipping");
    // What `sample` would draw from must not become the weights of after the step.
    const published = this.#sampling === undefined ? this.#publishFirst() : undefined;
    const gradient = this.#gradient.take();
    const sent = link.line.post(async () => [
      ...(await gradient).map(({ build }) => build),
      (seqId) => ({
        method: "POST",
        route: "/api/v1/optim_step",
        body: JSON.stringify({ model_id: link.modelId, seq_id: seqId, adam_params: adamParams(options) }),
      }),
    ]);
    const [pending, parts] = await Promise.all([sent, gradient, published]);
    await joinParts(parts, pending);
    const step = pending.at(-1);
    if (step === undefined) throw new RangeError("Expected the step's own request");
    return await awaitFuture(link.caller, step, "application/json", (reply) => {
      const gradientNorm = readNorm(readObject(reply).metrics);
      link.owed.gradient = false;
      return { gradientNorm };
    });
  }

  /** Makes the weights of now those that `sample` uses. */
  async publish(): Promise<void> {
    this.#checkOpen();
    const { link } = this.#opened;
    const number = this.#home.nextSampler();
    const fields = { "sampling_session_seq_id": number, type: "save_weights_for_sampler" };
    const published = this.#openSampler(
      this.#request("/api/v1/save_weights_for_sampler", fields, this.#sampling?.line),
    );
    // Nothing trains before the first draw, which loads what was published into the weights that train.
    if (link.profile.sharesSlot) await link.line.post(() => published.then(() => [], () => []));
    const seqId = await published;
    await this.#removeLeftover();
    if (link.profile.leavesPublished) {
      this.#leftover = `tinker://${link.modelId}/sampler_weights/ss${number}_seq${seqId}`;
    }
  }

  /** Moves the frozen weights towards those of now, on servers that keep them. */
  async refreshReference(mix: number): Promise<void> {
    this.#checkOpen();
    this.#require("reference", "frozen weights");
    await this.#ask("/api/v1/exitlab/refresh_reference", { mix });
  }

  /** Writes the published weights where other engines can read them; gives a folder, or a `tinker://` path. */
  async exportForSampler(name: string): Promise<string> {
    this.#checkOpen();
    const route = "/api/v1/save_weights_for_sampler";
    const reply = await this.#ask(route, { path: name, type: "save_weights_for_sampler" });
    return typeof reply.folder === "string" ? reply.folder : text(reply, "path", route);
  }

  /** Writes a checkpoint under a name; gives its `tinker://` path. */
  async save(name: string): Promise<string> {
    this.#checkOpen();
    const reply = await this.#ask("/api/v1/save_weights", { path: name, type: "save_weights" });
    return text(reply, "path", "/api/v1/save_weights");
  }

  /**
   * Continues from a checkpoint. What is sampled then are the weights published when it was saved; where checkpoints
   * do not hold them, the loaded ones.
   *
   * @param path What `save` gave, of this model or another of the same kind.
   * @param optimizer Whether the optimiser's moments are loaded too.
   */
  async load(path: string, optimizer: boolean): Promise<void> {
    this.#checkOpen();
    const { link } = this.#opened;
    if (!link.profile.loadsAnytime && link.line.sent > 0) {
      // There, only a model's first request may load: another takes this one's place.
      await this.#home.unload(link);
      await this.#removeLeftover();
      this.#opened = await this.#home.openAgain();
      this.#sampling = undefined;
    }
    this.#gradient = openGradient(this.#opened.link);
    const fields = { path, optimizer, type: "load_weights" };
    const reply = await this.#ask("/api/v1/load_weights", fields, this.#sampling?.line);
    // Our server names a sampling session of the restored weights; elsewhere the next sample has to open one.
    const { sampling_session_id: sessionId } = reply;
    if (typeof sessionId !== "string") this.#sampling = undefined;
    // The numbers of a session in use go on: begun anew they would be those of draws from before.
    else if (sessionId !== this.#sampling?.sessionId) this.#sampling = this.#sampler(sessionId);
  }

  /** Removes a checkpoint, where the server can. */
  async forget(path: string): Promise<void> {
    this.#checkOpen();
    await this.#remove(path, this.#opened.link.caller);
  }

  /** Gives its memory on the server back; nothing can be asked of it any more. */
  async unload(): Promise<void> {
    if (this.#isUnloaded) return;
    this.#isUnloaded = true;
    await this.#home.unload(this.#opened.link);
    await this.#removeLeftover();
  }

  /** Removes what the publish before left; asked once, as the run does not depend on it. */
  async #removeLeftover(): Promise<void> {
    const left = this.#leftover;
    this.#leftover = undefined;
    if (left === undefined) return;
    const { caller } = this.#opened.link;
    const once = caller.under(caller.signal, { patience: 0, noiseTries: 1 });
    await this.#remove(left, once).catch(() => undefined);
  }

  async #remove(path: string, caller: Caller): Promise<void> {
    const [, run, kind, name] = /^tinker:\/\/([^/]+)\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (run === undefined || kind === undefined || name === undefined) {
      throw new RangeError(`Expected a path like "tinker://RUN/weights/NAME" but found "${path}"`);
    }
    const route = `/api/v1/training_runs/${encodeURIComponent(run)}/checkpoints/${kind}/${name}`;
    try {
      await caller.call({ method: "DELETE", route }, () => undefined);
    } catch (error) {
      // Gone already, or a server that keeps all.
      const isGone = error instanceof AbsentError || error instanceof ServerLostError;
      if (!isGone && !(error instanceof MissingCheckpointError)) throw error;
    }
  }

  #sampler(sessionId: string): SamplingLink {
    const { caller, codec, profile } = this.#opened.link;
    const { context, stop } = this.#home;
    return { caller, codec, profile, context, stop, sessionId, line: new RequestLine(caller, true) };
  }

  /** Samples what is being published from now on; gives the number of the request that published it. */
  async #openSampler(asked: Promise<Answered>): Promise<number> {
    const { reply, seqId } = await asked;
    const sampler = this.#sampler(text(reply, "sampling_session_id", "/api/v1/save_weights_for_sampler"));
    if (sampler.profile.sharesSlot) await drawCompletions(sampler, [firstDraw]);
    this.#sampling = sampler;
    return seqId;
  }

  /** Publishes the weights of now, where none are known to be. */
  async #publishFirst(): Promise<SamplingLink> {
    this.#publishing ??= this.publish().finally(() => this.#publishing = undefined);
    await this.#publishing;
    if (this.#sampling === undefined) throw new Error("Expected weights to have been published");
    return this.#sampling;
  }

  /**
   * Sends a request of the model, and gives its result.
   *
   * @param sampling What was asked before is still to be drawn from the weights of before.
   */
  async #request(route: string, fields: JsonObject, sampling?: RequestLine): Promise<Answered> {
    const { line, caller, modelId } = this.#opened.link;
    let number = 0;
    const [pending] = await line.post(async () => {
      await sampling?.settled();
      return [(seqId) => {
        number = seqId;
        return {
          method: "POST",
          route,
          body: JSON.stringify({ model_id: modelId, ...fields, seq_id: seqId }),
        };
      }];
    });
    if (pending === undefined) throw new RangeError("Expected a request");
    return { reply: await awaitFuture(caller, pending, "application/json", readObject), seqId: number };
  }

  async #ask(route: string, fields: JsonObject, sampling?: RequestLine): Promise<JsonObject> {
    return (await this.#request(route, fields, sampling)).reply;
  }

  #checkOpen(): void {
    if (this.#isUnloaded) throw new Error("Expected a model that is open but found one that was unloaded");
  }

  #require(feature: "reference" | "embeddings" | "gradClip", words: string): void {
    const { profile } = this.#opened.link;
    if (!profile[feature]) {
      throw new Error(`Expected a server with ${words}, which a ${profile.name} server has not`);
    }
  }
}

function adamParams(options: AdamOptions): JsonObject {
  return {
    learning_rate: options.learningRate,
    beta1: options.beta1,
    beta2: options.beta2,
    eps: options.epsilon,
    weight_decay: options.weightDecay,
    grad_clip_norm: Number.isFinite(options.clipNorm) ? options.clipNorm : 0,
  };
}

function text(reply: JsonObject, name: string, route: string): string {
  const value = reply[name];
  if (typeof value === "string" && value !== "") return value;
  throw new Error(`Expected a "${name}" from the server but found none (POST ${route})`);
}

/** The gradient's norm among a step's metrics, whatever stands in front of its name. */
function readNorm(metrics: JsonObject[string] | undefined): number {
  for (const [name, value] of Object.entries(metrics ?? {})) {
    if (!/(^|\/)grad_norm(:|$)/.test(name)) continue;
    if (typeof value === "number" && value >= 0 && Number.isFinite(value)) return value;
    throw new Error(
      `Expected a finite gradient norm from the server but found ${JSON.stringify(value)}`,
    );
  }
  return NaN;
}
