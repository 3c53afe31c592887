import type { Capabilities, Engine, PolicyPart, Tokenizer } from "../../lib/engine/engine.ts";
import { type HubOptions, hubOptions } from "../../lib/engine/hub.ts";
import { checkAgreement } from "../../lib/engine/tokenizer_agreement.ts";
import { UserError } from "../../lib/errors.ts";
import { RemotePolicy } from "./policy.ts";
import { connectSampler } from "./samplers/connect.ts";
import { checkSampler } from "./samplers/check_sampler.ts";
import type { Sampler } from "./samplers/sampler.ts";
import { type ServerExtensions, TinkerClient } from "./tinker/client.ts";
import { onlyAlpha, profiles, type ServerName } from "./tinker/profile.ts";
import type { RetryEvent } from "./tinker/retry.ts";
import { tokenizerFrom } from "./tokenizer_source.ts";

/** Where a trainer is, and what is known of it. */
export type TgiOptions = {
  /** The trainer's address, such as `http://127.0.0.1:8000`. */
  readonly url: string;
  /** Its key, if it wants one. */
  readonly key?: string;
  /** What kind of server it is; found out when left out. */
  readonly server?: ServerName;
  /** The address of a separate sampler (vLLM, SGLang); the trainer samples when left out. */
  readonly sampler?: string;
  /** The sampler's key, if it wants one. */
  readonly samplerKey?: string;
  /** A folder with the model's tokenizer files; from the trainer or the Hugging Face Hub when left out. */
  readonly tokenizer?: string;
  /** The folder in which tokenizers from the Hub are kept. */
  readonly cache: string;
  /** How long a server that was there may be away, in seconds. Default 600. */
  readonly patience?: number;
  /** Told when a call is made again. */
  readonly onRetry?: (event: RetryEvent) => void;
};

/** An engine on a server, to be closed. */
export interface TgiEngine extends Engine {
  /** The names of the models that the server trains. */
  models(): Promise<string[]>;
  /** The only alpha that adapters of a rank have there; `null` where any can be asked for. */
  alpha(rank: number): Promise<number | null>;
  /** Unloads all that is open there. */
  close(): Promise<void>;
}

/** How long the first answer may take, in seconds: an address that is wrong should be noticed soon. */
const firstPatience = 5;

/**
 * An engine on a server that speaks the Tinker protocol: our own trainer, or SkyRL, TuFT and others. Policies are those of
 * `hub()`. Nothing is called before it is needed; the server is asked anew when a policy is opened and none is open.
 *
 * @throws {UserError} From its methods: if there is no such server, it wants a key, serves another model, or its
 *   tokenizer is not the one found.
 */
export function tgiEngine(options: TgiOptions): TgiEngine {
  return new ServerEngine(options);
}

class ServerEngine implements TgiEngine {
  readonly #options: TgiOptions;
  readonly #tokenizers = new Map<string, Tokenizer>();
  #client: TinkerClient | undefined;
  #sampler: Sampler | undefined;
  #reached = false;
  #live = 0;
  #closing: Promise<void> | undefined;

  constructor(options: TgiOptions) {
    this.#options = options;
  }

  async capabilities(): Promise<Capabilities> {
    const client = await this.#connected();
    const { profile, extensions } = client;
    const sampler = await this.#separateSampler();
    const info = await sampler?.describe();
    const place = new URL(this.#options.url).host;
    const made = extensions === null ? profile.name : trainerBuild(extensions);
    const own = profile.name === "skyrl" ? ", steps by its own betas and weight decay" : "";
    return {
      reduction: "sum",
      entropy: profile.entropy,
      topP: info?.topP ?? profile.topP,
      temperature: profile.temperature,
      clipNorm: profile.gradClip,
      embeddings: profile.embeddings,
      reference: profile.reference,
      savesPublished: profile.publishedInCheckpoint,
      holdsPublished: profile.holdsPublished || sampler !== undefined,
      deterministic: profile.deterministic && sampler === undefined,
      build: sampler === undefined ? made : `${made} sampled by ${sampler.kind}`,
      description: `${made} at ${place}${own}${sampler === undefined ? "" : `, sampled by ${sampler.kind}`}`,
    };
  }

  async models(): Promise<string[]> {
    return (await this.#connected()).models.map(({ name }) => name);
  }

  async alpha(rank: number): Promise<number | null> {
    return onlyAlpha((await this.#connected()).profile, rank);
  }

  async open(part: PolicyPart, seed: number): Promise<RemotePolicy> {
    const { model: name, revision, context, adapter } = hubOptions(part);
    if (this.#live === 0) await this.#disconnect();
    const client = await this.#connected();
    const { profile } = client;
    checkServed(client, hubOptions(part), this.#options.url);
    const tokenizer = await this.#tokenizer(client, name, revision);
    const { stop } = tokenizer;
    const sampler = await this.#separateSampler(stop);
    if (sampler !== undefined) {
      checkSampler(
        await sampler.describe(),
        { model: name, context, adapter: adapter !== null },
        this.#options.sampler ?? "",
      );
    }
    const rank = adapter?.rank ?? 0;
    const spec = { model: name, rank, seed, stop, ...(adapter === null ? {} : { alpha: adapter.alpha }) };
    const model = await client.openModel(spec);
    this.#live++;
    const policy = new RemotePolicy({
      model,
      name,
      rank,
      tokenizer,
      context,
      parameters: model.parameters,
      sampler,
      embeddings: profile.embeddings,
      reference: profile.reference,
      savesPublished: profile.publishedInCheckpoint,
      clips: profile.gradClip,
      closed: () => this.#live--,
    });
    try {
      await policy.publish();
    } catch (error) {
      await policy.close();
      throw error;
    }
    return policy;
  }

  async close(): Promise<void> {
    await (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.#disconnect();
    await this.#sampler?.close();
  }

  async #connected(): Promise<TinkerClient> {
    if (this.#client !== undefined) return this.#client;
    const { url, key, server, patience = 600, onRetry } = this.#options;
    this.#client = await TinkerClient.connect({
      url,
      ...(key === undefined ? {} : { key }),
      ...(server === undefined ? {} : { profile: profiles[server] }),
      ...(onRetry === undefined ? {} : { onRetry }),
      retry: { patience: 1000 * patience },
      connectPatience: 1000 * (this.#reached ? patience : firstPatience),
    });
    this.#reached = true;
    return this.#client;
  }

  async #disconnect(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.close();
  }

  /** The sampler at `--sampler`; connected anew where the ids that end a completion become known. */
  async #separateSampler(stop?: readonly number[]): Promise<Sampler | undefined> {
    const { sampler: url, samplerKey, onRetry, patience = 600 } = this.#options;
    if (url === undefined) return undefined;
    if (stop !== undefined) {
      await this.#sampler?.close();
      this.#sampler = undefined;
    }
    this.#sampler ??= await connectSampler(url, {
      retry: { patience: 1000 * patience },
      ...(samplerKey === undefined ? {} : { key: samplerKey }),
      ...(onRetry === undefined ? {} : { onRetry }),
      ...(stop === undefined ? {} : { stop }),
    });
    if (this.#sampler.takeWeights === undefined) {
      throw new UserError(
        `The sampler at ${url} (${this.#sampler.kind}) cannot take new weights, so that it would go on sampling the ` +
          "policy that training began with; take vLLM or SGLang, or leave --sampler out",
      );
    }
    return this.#sampler;
  }

  async #tokenizer(client: TinkerClient, model: string, revision: string): Promise<Tokenizer> {
    const known = this.#tokenizers.get(`${model}@${revision}`);
    if (known !== undefined) return known;
    const { tokenizer: folder, cache, url } = this.#options;
    const tokenizer = await tokenizerFrom({
      model,
      revision,
      cache,
      ...(folder === undefined ? {} : { folder }),
      ...(client.extensions === null ? {} : { server: (name: string) => client.file(name) }),
    });
    if (client.extensions !== null) {
      await checkAgreement(
        tokenizer,
        async (text) => await client.tokenize(text) ?? [],
        `the server at ${url}`,
      );
    }
    this.#tokenizers.set(`${model}@${revision}`, tokenizer);
    return tokenizer;
  }
}

/** What decides the numbers that our trainer computes. */
function trainerBuild({ version, device, dtype, torch, threads, microTokens }: ServerExtensions): string {
  const figures = [
    ...(torch === null ? [] : [`torch ${torch}`]),
    ...(threads === null || device !== "cpu" ? [] : [`${threads} ${threads === 1 ? "thread" : "threads"}`]),
    ...(microTokens === null ? [] : [`passes of ${microTokens} tokens`]),
  ];
  return [`exitlab-trainer ${version} ${device} ${dtype}`, ...figures].join(", ");
}

/** Refuses a policy that a server does not train, or cannot keep. */
function checkServed(
  { models, profile, extensions }: TinkerClient,
  { model: name, revision, context, adapter }: HubOptions,
  url: string,
): void {
  const served = models.find((model) => model.name === name);
  if (served === undefined && models.length > 0) {
    const names = models.map(({ name }) => `"${name}"`).join(", ");
    throw new UserError(`The server at ${url} serves ${names} but the policy is hub("${name}")`);
  }
  const told = extensions?.revision ?? "main";
  if (revision !== told) {
    throw new UserError(
      `Expected policy.revision to be "${told}", what the server at ${url} was started with, but found "${revision}"`,
    );
  }
  if (served !== undefined && served.context !== null && context > served.context) {
    throw new UserError(
      `Expected policy.context to be at most ${served.context}, what the server at ${url} allows for "${name}", but ` +
        `found ${context}`,
    );
  }
  if (adapter === null ? !profile.full : !profile.lora) {
    throw new UserError(
      adapter === null
        ? `The server at ${url} trains adapters alone; set policy.adapter to {}`
        : `The server at ${url} trains all parameters alone; set policy.adapter to null`,
    );
  }
  if (extensions?.checkpoints === false) {
    throw new UserError(
      `The server at ${url} keeps no checkpoints, without which nothing can be resumed; start it with --checkpoints DIR`,
    );
  }
}
