/**
 * One request to the Hub, one answer. Whether to ask again is decided above (`hub_client.ts`).
 *
 * @module
 */
import { errorMessage } from "../../../lib/errors.ts";
import type { Json } from "../../../lib/json.ts";
import type { HubAccess } from "./hub_client.ts";
import { excerpt, HubError, refusal } from "./hub_error.ts";
import { redirection, retryAfter } from "./hub_headers.ts";

/** What is sent. */
export interface HubRequest {
  /** The method. */
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** The path, with its query. */
  readonly path: string;
  /** What is sent with it. */
  readonly body?: Json;
  /** Whether it needs no token; then none is sent. Default false. */
  readonly isPublic?: boolean;
  /** What must be in no message, beside the token. */
  readonly secrets?: readonly string[];
  /** Ends it. */
  readonly signal?: AbortSignal;
}

const [usualTimeout, mostBytes, mostRedirects] = [60_000, 64 * 1024 ** 2, 5];

/** Sends requests to one host. */
export class HubTransport {
  readonly #access: HubAccess;
  readonly #timeout: number;

  /** A transport; nothing is sent yet. */
  constructor(access: HubAccess) {
    this.#access = access;
    this.#timeout = access.timeout ?? usualTimeout;
  }

  /** A text without the token and other secrets. */
  redact(text: string, secrets: readonly string[] = []): string {
    return [this.#access.token ?? "", ...secrets].filter((secret) => secret !== "")
      .toSorted((a, b) => b.length - a.length)
      .reduce((clean, secret) => clean.replaceAll(secret, "…"), text);
  }

  /** What a message calls a request. */
  where({ method, path, secrets }: HubRequest): string {
    return this.redact(`${method} ${this.#access.host}${path.replace(/\?.*$/s, "")}`, secrets);
  }

  /**
   * Sends a request once, and follows where a GET is sent on to.
   *
   * @returns An answer with a good status, whose body is still to be read.
   * @throws {HubError} If it is refused, or there is no answer in time.
   * @throws The reason of `request.signal`, once it is aborted.
   */
  async send(request: HubRequest, accept: string): Promise<Response> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.#timeout);
    const { signal } = request;
    const either = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
    try {
      let url = new URL(`${this.#access.host}${request.path}`);
      for (let redirects = 0;; redirects++) {
        const { response, hadToken } = await this.#fetch(url, request, accept, either);
        if (response.ok) return response;
        const mayFollow = request.method === "GET" && redirects < mostRedirects;
        const next = mayFollow ? redirection(response, url) : undefined;
        if (next === undefined) throw await this.#refusal(response, request, hadToken, either);
        await response.body?.cancel();
        url = next;
      }
    } catch (error) {
      throw this.#failure(error, request, late.signal.aborted);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * The whole text of an answer.
   *
   * @throws {HubError} If it is cut, does not come in time, or is too long.
   * @throws The reason of `request.signal`, once it is aborted.
   */
  async readText(response: Response, request: HubRequest): Promise<string> {
    const reader = response.body?.getReader();
    if (reader === undefined) return "";
    const { signal } = request;
    let isLate = false;
    const stop = () => void reader.cancel().catch(() => undefined);
    const timer = setTimeout(() => {
      isLate = true;
      stop();
    }, this.#timeout);
    signal?.addEventListener("abort", stop);
    try {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      for (let bytes = 0;;) {
        const { done, value } = await reader.read();
        if (done) break;
        chunks.push(value);
        bytes += value.length;
        if (bytes > mostBytes) {
          stop();
          throw new HubError(
            `Expected an answer of at most ${mostBytes} bytes but found a longer one (${
              this.where(request)
            })`,
            { status: response.status, ambiguous: request.method !== "GET", transient: false },
          );
        }
      }
      if (isLate || signal?.aborted) throw new TypeError("it was ended");
      return await new Blob(chunks).text();
    } catch (error) {
      throw this.#failure(error, request, isLate);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  }

  async #fetch(
    url: URL,
    { method, body, isPublic = false }: HubRequest,
    accept: string,
    signal: AbortSignal,
  ): Promise<{ response: Response; hadToken: boolean }> {
    const isHost = url.origin === new URL(this.#access.host).origin;
    const token = isHost && !isPublic ? this.#access.token : undefined;
    const headers: Record<string, string> = { accept };
    if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const response = await (this.#access.fetch ?? fetch)(url, {
      method,
      headers,
      // Deno's fetch itself sends a text once more when a connection ends without an answer; a stream it has not.
      ...body === undefined ? {} : { body: new Blob([JSON.stringify(body)]).stream() },
      signal,
      // The token must not go where an answer points to.
      redirect: "manual",
    });
    return { response, hadToken: token !== undefined };
  }

  async #refusal(
    response: Response,
    request: HubRequest,
    hadToken: boolean,
    signal: AbortSignal,
  ): Promise<HubError> {
    const body = await this.readText(response, { ...request, signal }).catch(() => "");
    return refusal({
      status: response.status,
      where: this.where(request),
      path: request.path,
      said: excerpt(body, (text) => this.redact(text, request.secrets)),
      hadToken,
      changes: request.method !== "GET",
      retryAfter: retryAfter(response.headers),
    });
  }

  /** What a failure means: an abort stays what it is, and a lost connection becomes a sentence. */
  #failure(error: unknown, request: HubRequest, isLate: boolean): unknown {
    if (request.signal?.aborted) return request.signal.reason;
    const isLost = error instanceof TypeError || error instanceof Deno.errors.Http;
    if (error instanceof HubError || (!isLost && !isLate)) return error;
    const said = errorMessage(error instanceof Error ? error.cause ?? error : error);
    const reason = isLate ? `it did not come within ${this.#timeout / 1000} s` : this.redact(
      said.replace(/^error sending request .*?: (?=client error|.*\(os error)/, ""),
      request.secrets,
    );
    // No connection, no request.
    const isUnsent = !isLate && /client error \(Connect\)/.test(reason);
    return new HubError(
      `Expected an answer from the Hub but found none: ${reason} (${this.where(request)})`,
      { status: null, ambiguous: request.method !== "GET" && !isUnsent, transient: true },
    );
  }
}
