/**
 * A client of servers that speak the Tinker REST protocol: our own trainer, SkyRL, TuFT, verl and the hosted service.
 *
 * @module
 */
import { errorMessage, UserError } from "../../../lib/errors.ts";
import {
  askCapabilities,
  checkProfile,
  detectProfile,
  type Found,
  type ServedModel,
  type ServerExtensions,
} from "./detect.ts";
import { orNull, redactError, ServerLostError, UnreadableError } from "./failure.ts";
import { awaitFuture, readRequestId } from "./future.ts";
import { jsonCodec } from "./json_codec.ts";
import { RequestLine } from "./line.ts";
import type { Codec } from "./messages.ts";
import { type ModelSpec, type OpenedModel, TinkerModel } from "./model.ts";
import type { ModelLink } from "./passes.ts";
import { onlyAlpha, type ServerProfile, type Wire } from "./profile.ts";
import { protobufCodec } from "./protobuf_codec.ts";
import {
  Caller,
  defaultRules,
  readJson,
  readObject,
  type RetryEvent,
  type RetryRules,
  sleep,
} from "./retry.ts";
import { type Every, every, Session } from "./session.ts";
import { Transport, type WireRequest } from "./transport.ts";
import { unlessAborted, unloadModel } from "./unload.ts";
import { isJsonArray, isJsonObject } from "../../../lib/json.ts";

export { ServerLostError } from "./failure.ts";
export type { ServedModel, ServerExtensions } from "./detect.ts";
export type { ModelSpec } from "./model.ts";
export { TinkerModel } from "./model.ts";

/** Where a server is and how to speak to it. */
export type ClientOptions = {
  /** Its address, such as `"http://gpu-box:8000"`. */
  readonly url: string;
  /** Its key. */
  readonly key?: string;
  /** The wire of passes. Default the first of the profile. */
  readonly wire?: Wire;
  /** What server it is, if it does not say so itself. */
  readonly profile?: ServerProfile;
  /** When to ask again. */
  readonly retry?: Partial<RetryRules>;
  /** Milliseconds that `connect` waits for a server that does not answer. Default 10 000. */
  readonly connectPatience?: number;
  /** Ends all calls but `close`. */
  readonly signal?: AbortSignal;
  /** In place of the network. */
  readonly fetch?: typeof fetch;
  /** In place of waiting. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** In place of the heartbeat's clock. */
  readonly every?: Every;
  /** Hears of each request that is sent again. */
  readonly onRetry?: (event: RetryEvent) => void;
};

/** Milliseconds that `connect` waits for a server that does not answer, and `close` for one to unload. */
const [usualConnectPatience, closePatience] = [10_000, 5_000];
/** The most bytes of an answer. */
const mostReplyBytes = 512 * 1024 ** 2;

/** A connection to a server, its session and its models. */
export class TinkerClient {
  /** What the server can do. */
  readonly profile: ServerProfile;
  /** The models it offers. */
  readonly models: readonly ServedModel[];
  /** What our own server says of itself; `null` for any other. */
  readonly extensions: ServerExtensions | null;
  readonly #caller: Caller;
  readonly #codec: Codec;
  readonly #every: Every;
  readonly #ending: AbortController;
  /** What makes or frees something on the server is ended by `close` alone, not by the caller's signal. */
  readonly #lasting: Caller;
  readonly #lastingEnd = new AbortController();
  readonly #links = new Set<ModelLink>();
  readonly #sessions = new Set<Session>();
  readonly #making = new Set<Promise<unknown>>();
  #session: Promise<Session> | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    { profile, models, extensions }: Found & { profile: ServerProfile },
    caller: Caller,
    ending: AbortController,
    { wire, every: clock }: ClientOptions,
  ) {
    this.profile = profile;
    this.models = models;
    this.extensions = extensions;
    this.#caller = caller;
    this.#ending = ending;
    this.#codec = codecOf(wire, profile);
    this.#every = clock ?? every;
    this.#lasting = caller.under(this.#lastingEnd.signal);
  }

  /**
   * Finds out what server is there and what it can do.
   *
   * @throws {UserError} If none is there, it is something else, it refuses the key, or it must be named.
   */
  static async connect(options: ClientOptions): Promise<TinkerClient> {
    const url = checkUrl(options.url);
    const ending = new AbortController();
    const signal = options.signal === undefined
      ? ending.signal
      : AbortSignal.any([options.signal, ending.signal]);
    const rules = { ...defaultRules, ...options.retry };
    const transport = new Transport({
      url,
      ...options.key === undefined ? {} : { key: options.key },
      timeout: rules.timeout,
      mostReplyBytes,
      fetch: options.fetch ?? fetch,
    });
    const caller = new Caller(transport, {
      rules,
      signal,
      sleep: options.sleep ?? sleep,
      onRetry: options.onRetry ?? (() => undefined),
    });
    const patience = options.connectPatience ?? Math.min(rules.patience, usualConnectPatience);
    const probe = caller.under(signal, { patience, timeout: patience });
    const found = await probeServer(probe);
    const profile = options.profile === undefined
      ? await detectProfile(probe, found)
      : checkProfile(probe, found, options.profile);
    const models = profile.tellsContext
      ? found.models
      : found.models.map(({ name }) => ({ name, context: null }));
    return new TinkerClient({ ...found, models, profile }, caller, ending, options);
  }

  /** A file of the base model, such as `"tokenizer.json"`; `null` if the server has it not. */
  async file(name: string): Promise<Uint8Array | null> {
    if (!this.profile.extended) return null;
    const route = `/api/v1/exitlab/files/${encodeURIComponent(name)}`;
    return await orNull(() => this.#caller.call({ method: "GET", route, accept: "*/*" }, ({ body }) => body));
  }

  /** The token ids that the server has for a text; `null` if it does not tell. */
  async tokenize(text: string): Promise<number[] | null> {
    if (!this.profile.extended) return null;
    const body = JSON.stringify({ inputs: text, add_special_tokens: false });
    return await this.#caller.call({ method: "POST", route: "/tokenize", body }, (reply) => {
      const list = readJson(reply);
      if (!isJsonArray(list)) throw new UnreadableError("It answered without a list of tokens");
      return list.map((token) => {
        if (isJsonObject(token) && typeof token.id === "number") return token.id;
        throw new Error(
          `Expected token ids from the server but found ${JSON.stringify(token)} (POST /tokenize)`,
        );
      });
    });
  }

  /**
   * Opens a model with initial weights decided by the seed.
   *
   * @throws {UserError} If the server cannot hold such a model.
   */
  async openModel(spec: ModelSpec): Promise<TinkerModel> {
    checkSpec(spec, this.profile);
    const opened = await this.#whileOpen(this.#openInSession(spec));
    return new TinkerModel(opened.model, {
      context: this.models.find(({ name }) => name === spec.model)?.context ?? null,
      stop: spec.stop ?? [],
      openAgain: () => this.#whileOpen(this.#create(spec, opened.session)),
      unload: (link) => this.#unload(link),
      nextSampler: () => opened.session.nextSampler(),
    });
  }

  /**
   * Unloads every model and ends the session, also after errors and on abort; waits a few seconds at most for a server
   * that does not answer. Calls still under way fail.
   */
  async close(): Promise<void> {
    await (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    const closed = new Error("The client was closed");
    this.#ending.abort(closed);
    const timer = setTimeout(() => this.#lastingEnd.abort(closed), closePatience);
    try {
      // What is being made must be known before it can be unloaded.
      await Promise.allSettled(this.#making);
      await Promise.allSettled([...this.#links].map((link) => this.#unload(link)));
      await Promise.allSettled([...this.#sessions].map((session) => session.close()));
    } finally {
      clearTimeout(timer);
      this.#lastingEnd.abort(closed);
    }
  }

  /** What is being made goes on when the caller's signal is aborted: it could not be unloaded otherwise. */
  async #whileOpen<T>(making: Promise<T>): Promise<T> {
    const tracked = making.finally(() => this.#making.delete(tracked));
    this.#making.add(tracked);
    return await unlessAborted(tracked, this.#caller.signal);
  }

  async #openInSession(spec: ModelSpec): Promise<{ model: OpenedModel; session: Session }> {
    const session = await this.#openSession();
    try {
      return { model: await this.#create(spec, session), session };
    } catch (error) {
      if (!(error instanceof ServerLostError)) throw error;
      // The server was started again since: what it does not know any more is the session.
      session.isLost = true;
      const other = await this.#openSession();
      return { model: await this.#create(spec, other), session: other };
    }
  }

  /** The open session, or a new one where there is none or the server does not know it any more. */
  #openSession(): Promise<Session> {
    const before = this.#session?.catch(() => undefined) ?? Promise.resolve(undefined);
    this.#session = before.then(async (known) => {
      if (known !== undefined && !known.isLost) return known;
      const session = await Session.open(this.#lasting, this.#every);
      this.#sessions.add(session);
      return session;
    });
    return this.#session;
  }

  async #create({ model, rank, alpha, seed }: ModelSpec, session: Session): Promise<OpenedModel> {
    this.#caller.signal.throwIfAborted();
    const request: WireRequest = {
      method: "POST",
      route: "/api/v1/create_model",
      idempotencyKey: crypto.randomUUID(),
      body: JSON.stringify({
        session_id: session.id,
        model_seq_id: session.nextModel(),
        base_model: model,
        // Others decide the scale themselves: it was seen to be the one asked for.
        lora_config: { rank, seed, ...alpha === undefined || !this.profile.extended ? {} : { alpha } },
        type: "create_model",
      }),
    };
    const issueAgain = () => this.#lasting.call(request, readRequestId);
    const pending = { route: request.route, requestId: await issueAgain(), issueAgain };
    const reply = await awaitFuture(this.#lasting, pending, "application/json", readObject);
    const { model_id: modelId, exitlab } = reply;
    if (typeof modelId !== "string" || modelId === "") {
      throw new Error(`Expected a "model_id" from the server but found none (POST ${request.route})`);
    }
    const caller = this.#caller;
    const line = new RequestLine(caller, this.profile.idempotent);
    const link: ModelLink = {
      caller,
      line,
      codec: this.#codec,
      profile: this.profile,
      modelId,
      owed: { gradient: false },
    };
    this.#links.add(link);
    const parameters = isJsonObject(exitlab) ? exitlab.parameters : undefined;
    return { link, parameters: typeof parameters === "number" ? parameters : null };
  }

  /** Unloads a model; a server that does not answer, or does not know it, has been told often enough. */
  async #unload(link: ModelLink): Promise<void> {
    if (!this.#links.delete(link)) return;
    const enough = new AbortController();
    const timer = setTimeout(() => enough.abort(), closePatience);
    const caller = this.#lasting.under(AbortSignal.any([this.#lastingEnd.signal, enough.signal]));
    try {
      await unloadModel(link, caller);
    } catch {
      // Nothing more can be done: the session's end frees what is left.
    } finally {
      clearTimeout(timer);
    }
  }
}

function checkUrl(url: string): string {
  const parsed = URL.parse(url);
  if (parsed !== null && `${parsed.username}${parsed.password}` !== "") {
    throw new UserError(
      "Expected the server's address without a name and a password, which it does not ask for",
    );
  }
  const isPlain = parsed !== null && parsed.search === "" && parsed.hash === "";
  if (isPlain && /^https?:$/.test(parsed.protocol)) return parsed.href;
  throw new UserError(`Expected the server's address as "http://HOST:PORT" but found "${url}"`);
}

function checkSpec({ model, rank, alpha }: ModelSpec, profile: ServerProfile): void {
  const { name, lora, full } = profile;
  if (!Number.isInteger(rank) || rank < 0) {
    throw new RangeError(`Expected a whole rank of at least 0 but found ${rank} (openModel, ${model})`);
  }
  if (rank === 0 && !full) {
    throw new UserError(
      `Expected a rank of at least 1, as a ${name} server trains adapters alone, but found 0`,
    );
  }
  if (rank > 0 && !lora) {
    throw new UserError(`Expected rank 0, as a ${name} server trains all parameters, but found ${rank}`);
  }
  if (rank === 0 && alpha !== undefined) {
    throw new RangeError(
      `Expected no alpha where no adapter is trained but found ${alpha} (openModel, ${model})`,
    );
  }
  const only = onlyAlpha(profile, rank);
  if (alpha !== undefined && only !== null && alpha !== only) {
    throw new UserError(
      `Expected policy.adapter.alpha to be ${only}, which a ${name} server gives every adapter of rank ${rank}, ` +
        `but found ${alpha}`,
    );
  }
}

/** The codec of the wire asked for, or of the profile's first. */
function codecOf(wire: Wire | undefined, { name, wires }: ServerProfile): Codec {
  const chosen = wire ?? wires[0];
  if (chosen === undefined || !wires.includes(chosen)) {
    throw new UserError(`Expected a wire of ${wires.join(" or ")} for a ${name} server but found ${chosen}`);
  }
  return chosen === "json" ? jsonCodec : protobufCodec;
}

async function probeServer(caller: Caller): Promise<Found> {
  try {
    await caller.call({ method: "GET", route: "/api/v1/healthz" }, readObject);
    return await askCapabilities(caller);
  } catch (error) {
    redactError(error, (text) => caller.redact(text));
    if (error instanceof UserError || caller.signal.aborted) throw error;
    throw new UserError(`Expected a Tinker server at ${caller.base} but found none: ${errorMessage(error)}`);
  }
}
