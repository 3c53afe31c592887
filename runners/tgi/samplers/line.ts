import { UserError } from "../../../lib/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../lib/json.ts";
import { AbsentError, ServerLostError } from "../tinker/failure.ts";
import { sideBySide } from "../tinker/limit.ts";
import { Caller, defaultRules, readObject, type RetryRules, sleep } from "../tinker/retry.ts";
import { Transport, type WireReply, type WireRequest } from "../tinker/transport.ts";
import type { SamplerOptions } from "./sampler.ts";

/** The most requests at once: servers batch what is there together. */
const usualConcurrency = 64;

/** The most bytes of an answer; some hundred bytes a token. */
const mostReplyBytes = 64 * 2 ** 20;

/** Milliseconds for a courtesy, such as unloading on the way out. */
const briefly = 5_000;

/** The line to one sampler: its address, its key, and when to ask again. */
export class SamplerLine {
  readonly #caller: Caller;
  readonly #concurrency: number;
  readonly #end = new AbortController();

  /** A line to an address; nothing is sent yet. */
  constructor(url: string, options: SamplerOptions) {
    const { key, retry, concurrency = usualConcurrency, onRetry = () => {} } = options;
    const send = options.fetch ?? fetch;
    const rules: RetryRules = { ...defaultRules, timeout: defaultRules.patience, ...retry };
    const transport = new Transport({
      url,
      ...(key === undefined ? {} : { key }),
      timeout: rules.timeout,
      mostReplyBytes,
      fetch: key === undefined ? send : withBearer(send, key),
    });
    this.#caller = new Caller(transport, {
      rules,
      signal: this.#end.signal,
      sleep: options.sleep ?? sleep,
      onRetry,
    });
    this.#concurrency = concurrency;
  }

  /** The server's address. */
  get base(): string {
    return this.#caller.base;
  }

  /**
   * The object that a route answers; `undefined` if there is no such route, or it answers something else.
   *
   * @param patience Milliseconds to try for.
   */
  async probe(route: string, patience: number): Promise<JsonObject | undefined> {
    const caller = this.#caller.under(this.#end.signal, { patience, timeout: patience });
    try {
      return await caller.call({ method: "GET", route }, readIfObject);
    } catch (error) {
      // Some servers say in words of their own that they do not have a route.
      if (error instanceof AbsentError || error instanceof ServerLostError) return undefined;
      throw error;
    }
  }

  /** Posts JSON and reads the object that comes back, which `read` may refuse to have it asked for again. */
  async post<T>(route: string, body: Json, read: (answer: JsonObject) => T): Promise<T> {
    return await this.#caller.call(request(route, body), (reply) => read(readObject(reply)));
  }

  /** Posts JSON, and gives the text that comes back. */
  async command(route: string, body: Json): Promise<string> {
    return await this.#caller.call(request(route, body), readText);
  }

  /** Posts JSON as a courtesy: once, briefly, whatever comes of it. */
  async courtesy(route: string, body: Json): Promise<void> {
    const caller = this.#caller.under(this.#end.signal, { patience: 0, timeout: briefly, noiseTries: 1 });
    await caller.call(request(route, body), () => {}).catch(() => {});
  }

  /** Works through items, so many at once. */
  async each<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
    return await sideBySide(items, this.#concurrency, work);
  }

  /** Ends all waiting. */
  end(): void {
    this.#end.abort(new UserError(`The sampler at ${this.base} was closed`));
  }
}

function request(route: string, body: Json): WireRequest {
  return { method: "POST", route, body: JSON.stringify(body) };
}

function readText(reply: WireReply): string {
  return new TextDecoder().decode(reply.body);
}

function readIfObject(reply: WireReply): JsonObject | undefined {
  try {
    const json: Json = JSON.parse(readText(reply));
    return isJsonObject(json) ? json : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function withBearer(send: typeof fetch, key: string): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("authorization", `Bearer ${key}`);
    return send(input, { ...init, headers });
  };
}
