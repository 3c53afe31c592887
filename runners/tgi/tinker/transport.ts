/**
 * One request, one answer: addresses, the key, time-outs and limits. Whether to ask again is decided above
 * (`retry.ts`).
 *
 * @module
 */
import { errorMessage } from "../../../lib/errors.ts";
import { CutError } from "./failure.ts";

/** What is sent. */
export interface WireRequest {
  /** The method. */
  readonly method: "GET" | "POST" | "DELETE";
  /** The path, such as `/api/v1/healthz`. */
  readonly route: string;
  /** What it is called in messages. Default its method and path. */
  readonly name?: string;
  /** What is sent with it. */
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** The type of the body. Default `"application/json"`. */
  readonly contentType?: string;
  /** The types that can be read. Default `"application/json"`. */
  readonly accept?: string;
  /** The header `X-Idempotency-Key`: the server does the same call once, however often it is sent. */
  readonly idempotencyKey?: string;
  /** Whether the server would do it twice if it came twice: then it is sent again only where it never came. */
  readonly unrepeatable?: boolean;
  /** Milliseconds until it is given up. Default that of the transport. */
  readonly timeout?: number;
}

/** What was answered. */
export interface WireReply {
  /** The HTTP status. */
  readonly status: number;
  /** The media type, in lower case, without parameters. */
  readonly contentType: string;
  /** The whole body. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Milliseconds that the server asks to wait, if it does. */
  readonly retryAfter: number | undefined;
  /** A text from it without the key, which a proxy may give back. */
  readonly redact: (text: string) => string;
}

/** Where to and how. */
export interface TransportOptions {
  /** The server's address, perhaps with a path of its own in front of `/api/v1`. */
  readonly url: string;
  /** Sent as `X-API-Key`, to this server only. */
  readonly key?: string;
  /** Milliseconds until a request is given up. */
  readonly timeout: number;
  /** The most bytes of an answer. */
  readonly mostReplyBytes: number;
  /** What does it. */
  readonly fetch: typeof fetch;
}

/** Sends requests to one server. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #base: string;

  /** A transport to a server. */
  constructor(options: TransportOptions) {
    this.#options = options;
    this.#base = options.url.replace(/\/+$/, "");
  }

  /** The address of the server, without its trailing slash. */
  get base(): string {
    return this.#base;
  }

  /** A text without the key, plain or as JSON writes it. */
  redact(text: string): string {
    const { key } = this.#options;
    if (key === undefined || key === "") return text;
    return text.replaceAll(key, "…").replaceAll(JSON.stringify(key).slice(1, -1), "…");
  }

  /**
   * Sends a request once.
   *
   * @throws {CutError} If there was no whole answer in time.
   * @throws {Error} If the answer is larger than allowed, or `signal` was aborted (its reason).
   */
  async send(request: WireRequest, signal: AbortSignal): Promise<WireReply> {
    const { key, fetch, mostReplyBytes } = this.#options;
    const headers: Record<string, string> = { accept: request.accept ?? "application/json" };
    if (request.body !== undefined) headers["content-type"] = request.contentType ?? "application/json";
    if (key !== undefined) headers["x-api-key"] = key;
    if (request.idempotencyKey !== undefined) headers["x-idempotency-key"] = request.idempotencyKey;
    const deadline = new AbortController();
    const milliseconds = request.timeout ?? this.#options.timeout;
    const timer = setTimeout(() => deadline.abort(), milliseconds);
    const either = AbortSignal.any([signal, deadline.signal]);
    try {
      const response = await fetch(`${this.#base}${request.route}`, {
        method: request.method,
        headers,
        ...request.body === undefined ? {} : { body: bodyOf(request.body, request.unrepeatable) },
        signal: either,
        // A redirect would take the key and the weights' data to a host that nobody granted.
        redirect: "manual",
      });
      const body = await readBody(response, mostReplyBytes, `${request.method} ${request.route}`);
      const contentType = (response.headers.get("content-type") ?? "").split(";", 1).join("").trim()
        .toLowerCase();
      return {
        status: response.status,
        contentType,
        body,
        retryAfter: retryAfter(response.headers),
        redact: (text) => this.redact(text),
      };
    } catch (error) {
      signal.throwIfAborted();
      if (deadline.signal.aborted) throw new CutError(`it did not answer within ${milliseconds / 1000} s`);
      // What `fetch` and the reading of a body throw when there is no connection, or it breaks.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.Http)) throw error;
      const reason = errorMessage(error.cause ?? error).replace(
        /^error sending request .*?: (?=client error|.*\(os error)/,
        "",
      );
      const cut = new CutError(`it cannot be reached (${this.redact(reason)})`, { cause: error });
      // No connection, no request.
      cut.hasArrived = !/client error \(Connect\)/.test(reason);
      throw cut;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Deno's `fetch` itself sends what it still has once more when a connection ends without an answer; a stream it has not. */
function bodyOf(body: string | Uint8Array<ArrayBuffer>, unrepeatable: boolean = false): BodyInit {
  return unrepeatable ? new Blob([body]).stream() : body;
}

async function readBody(response: Response, most: number, where: string): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > most) {
      throw new Error(`Expected an answer of at most ${most} bytes but found a longer one (${where})`);
    }
    chunks.push(chunk);
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** The milliseconds of `retry-after`: seconds, or a time of day. */
function retryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined) return undefined;
  const milliseconds = /^\d+(\.\d+)?$/.test(value) ? 1000 * Number(value) : Date.parse(value) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}
