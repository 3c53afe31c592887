/**
 * Requests to the Hub, over HTTP.
 *
 * The token goes to one host alone, encrypted unless that host is this machine, and is in no message.
 *
 * @module
 */
import * as v from "valibot";
import { UserError } from "../../../lib/errors.ts";
import type { Json } from "../../../lib/json.ts";
import { excerpt, HubError } from "./hub_error.ts";
import { nextPage } from "./hub_headers.ts";
import { type HubRequest, HubTransport } from "./hub_transport.ts";
import { pause } from "./pause.ts";
import { mostTries, retryDelay } from "./retry_delay.ts";

export { HubError } from "./hub_error.ts";
export { pause } from "./pause.ts";

/** How to reach the Hub. */
export interface HubAccess {
  /** Its address without a slash at the end: `"https://huggingface.co"`, or a stand-in. */
  readonly host: string;
  /** The token; `undefined` for public routes alone. */
  readonly token: string | undefined;
  /** In the place of the network. */
  readonly fetch?: typeof fetch;
  /** In the place of waiting before a request is made again, or a stage is asked for again. */
  readonly wait?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Told when a request is made again. */
  readonly onRetry?: (message: string) => void;
  /** Milliseconds after which a request without an answer is given up. Default 60 000. */
  readonly timeout?: number;
}

/** What a request may have beside its method and path. */
export interface RequestOptions {
  /** What is sent. */
  readonly body?: Json;
  /** Whether it is made again after trouble. Default true for GET alone: anything else must be the same when done twice. */
  readonly retry?: boolean;
  /** Whether it needs no token; then none is sent. Default false. */
  readonly isPublic?: boolean;
  /** What must be in no message, beside the token. */
  readonly secrets?: readonly string[];
  /** Ends the request and all waiting. */
  readonly signal?: AbortSignal;
}

/** One page of a list. */
export interface Page<T> {
  /** What is on it. */
  readonly value: T;
  /** The path of the next page; `null` after the last. */
  readonly next: string | null;
}

/**
 * Sends requests to the Hub and reads the answers.
 *
 * @example
 * ```ts
 * import { HubClient } from "exitlab/runners/hf/hub/hub_client.ts";
 * import assert from "node:assert/strict";
 * import * as v from "valibot";
 *
 * const client = new HubClient({
 *   host: "https://huggingface.co",
 *   token: undefined,
 *   fetch: () => Promise.resolve(Response.json({ name: "me" })),
 * });
 * const { name } = await client.request("GET", "/api/whoami-v2", v.object({ name: v.string() }));
 * assert.equal(name, "me");
 * ```
 */
export class HubClient {
  /** How the Hub is reached. */
  readonly access: HubAccess;
  readonly #transport: HubTransport;

  /**
   * A client; nothing is sent yet.
   *
   * @throws {UserError} If the address is none, is not encrypted and not this machine's, or the token is none.
   */
  constructor(access: HubAccess) {
    checkHost(access.host);
    if (access.token !== undefined && !/^[\x21-\x7e]+$/.test(access.token)) {
      throw new UserError(
        "Expected HF_TOKEN in the environment to be a token but found other characters in it",
      );
    }
    this.access = access;
    this.#transport = new HubTransport(access);
  }

  /** A text without the token. */
  redact(text: string): string {
    return this.#transport.redact(text);
  }

  /**
   * Waits, in real time unless `access.wait` is there.
   *
   * @throws The reason of `signal`, once it is aborted.
   */
  async wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
    await (this.access.wait ?? pause)(milliseconds, signal);
    signal?.throwIfAborted();
  }

  /**
   * Sends a request, again and again if that may help and does no harm, and reads the JSON of the answer.
   *
   * @param path Such as `"/api/jobs/me?stage=RUNNING"`.
   * @param schema What the answer must be; an answer without a body is `undefined`.
   * @throws {HubError} If the Hub refuses, cannot be reached, or answers something else.
   * @throws The reason of `options.signal`, once it is aborted.
   */
  async request<Schema extends v.GenericSchema>(
    method: HubRequest["method"],
    path: string,
    schema: Schema,
    { retry = method === "GET", ...options }: RequestOptions = {},
  ): Promise<v.InferOutput<Schema>> {
    return (await this.#ask({ method, path, ...options }, schema, retry)).value;
  }

  /** As `request` with GET, for a list in pages: gives the next page's path too. */
  async page<Schema extends v.GenericSchema>(
    path: string,
    schema: Schema,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Page<v.InferOutput<Schema>>> {
    const { value, headers } = await this.#ask({ method: "GET", path, ...options }, schema, true);
    return { value, next: nextPage(headers, this.access.host) };
  }

  /**
   * Opens a stream, once: the caller decides when it is opened again.
   *
   * @throws {HubError} If the Hub refuses or cannot be reached.
   * @throws The reason of `signal`, once it is aborted.
   */
  async stream(path: string, signal: AbortSignal): Promise<Response> {
    return await this.#transport.send({ method: "GET", path, signal }, "text/event-stream");
  }

  async #ask<Schema extends v.GenericSchema>(
    request: HubRequest,
    schema: Schema,
    retry: boolean,
  ): Promise<{ value: v.InferOutput<Schema>; headers: Headers }> {
    for (let tries = 1;; tries++) {
      try {
        const response = await this.#transport.send(request, "application/json");
        const text = await this.#transport.readText(response, request);
        return { value: this.#parse(text, schema, request), headers: response.headers };
      } catch (error) {
        if (!(error instanceof HubError) || !error.transient || !retry) throw error;
        const delay = retryDelay(tries, error.retryAfter);
        if (delay === null) throw error;
        const count = `${tries} of ${mostTries - 1}`;
        this.access.onRetry?.(`${error.message}: asking again in ${delay / 1000} s (${count})`);
        await this.wait(delay, request.signal);
      }
    }
  }

  #parse<Schema extends v.GenericSchema>(
    text: string,
    schema: Schema,
    request: HubRequest,
  ): v.InferOutput<Schema> {
    const redact = (part: string) => this.#transport.redact(part, request.secrets);
    const failure = { status: 200, ambiguous: request.method !== "GET" };
    const where = this.#transport.where(request);
    let json: unknown;
    try {
      json = text.trim() === "" ? undefined : JSON.parse(text);
    } catch {
      // A proxy's page, which may be gone the next time.
      const message = `Expected JSON but found "${excerpt(text, redact)}" (${where})`;
      throw new HubError(message, { ...failure, transient: true });
    }
    const result = v.safeParse(schema, json);
    if (result.success) return result.output;
    const [issue] = result.issues;
    const name = v.getDotPath(issue) ?? "the answer";
    const found = excerpt(issue.received, redact);
    const message = `Expected ${redact(name)} to be ${
      issue.expected ?? "other"
    } but found ${found} (${where})`;
    throw new HubError(message, { ...failure, transient: false });
  }
}

function checkHost(host: string): void {
  const url = URL.parse(host);
  if (`${url?.username ?? ""}${url?.password ?? ""}` !== "") {
    throw new UserError(
      "Expected the Hub's address without a name and a password, which it does not ask for",
    );
  }
  if (url === null || url.origin !== host) {
    throw new UserError(`Expected the Hub's address as "https://huggingface.co" but found "${host}"`);
  }
  const isHere = /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname);
  if (url.protocol === "https:" || (url.protocol === "http:" && isHere)) return;
  throw new UserError(
    `Expected the Hub's address to begin with "https://", as the token could be read on the way, but found "${host}"`,
  );
}
