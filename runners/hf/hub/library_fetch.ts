import { errorMessage } from "../../../lib/errors.ts";
import type { HubClient } from "./hub_client.ts";
import { excerpt, HubError, refusal } from "./hub_error.ts";
import { retryAfter } from "./hub_headers.ts";
import { mostTries, retryDelay } from "./retry_delay.ts";

/** A file or folder that is not there, in a bucket or a repository that is. */
export class MissingEntryError extends HubError {}

const [usualTimeout, mostRedirects] = [60_000, 5];
/** Bytes of an answer that is read at once. */
const shortAnswer = 64 * 1024;
/** Bytes that a slow line sends in a millisecond. */
const slowest = 50;

/**
 * The `fetch` that the Hub's own library is given, which makes each request but once.
 *
 * - What fails for a while (no connection, 408, 429, 5xx) is asked again after a growing delay. All requests of uploads
 *   and downloads may be: content goes by its hash, and a file is replaced by itself.
 * - The token is added here, for the Hub's own address alone, so that the library has none to give away. Other servers
 *   (for content) have tokens of their own.
 * - Short answers are read to their end, so that one that is cut off is asked for again.
 * - A file that is not there becomes a `MissingEntryError`.
 */
export function libraryFetch(client: HubClient): typeof fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const method = init.method ?? "GET";
    const changes = method !== "GET";
    const where = client.redact(`${method} ${url.origin}${url.pathname}`);
    for (let tries = 1;; tries++) {
      let failure: HubError;
      try {
        const response = await send(client, url, method, init);
        const { status, headers } = response;
        const refused = {
          ...{ status, where, path: url.pathname, changes },
          retryAfter: retryAfter(headers),
        };
        const refuse = (said: string): HubError => refusal({ ...refused, hadToken: true, said });
        if (response.ok || !refuse("").transient) return await settled(client, url, response, where, changes);
        failure = refuse(await saidBy(client, response));
      } catch (error) {
        init.signal?.throwIfAborted();
        const isLost = error instanceof TypeError || error instanceof Deno.errors.Http ||
          error instanceof DOMException;
        if (!isLost) throw error;
        const reason = client.redact(errorMessage(error));
        failure = new HubError(`Expected an answer but found none: ${reason} (${where})`, {
          ...{ status: null, ambiguous: changes, transient: true },
        });
      }
      const delay = retryDelay(tries, failure.retryAfter);
      if (delay === null) throw failure;
      client.access.onRetry?.(
        `${failure.message}: asking again in ${delay / 1000} s (${tries} of ${mostTries - 1})`,
      );
      await client.wait(delay, init.signal ?? undefined);
    }
  };
}

/** Sends once and follows redirects; no token leaves its host. */
async function send(client: HubClient, first: URL, method: string, init: RequestInit): Promise<Response> {
  const { host, token, timeout = usualTimeout } = client.access;
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new DOMException("it took too long", "TimeoutError")),
    timeout + sizeOf(init.body) / slowest,
  );
  const signal = init.signal instanceof AbortSignal
    ? AbortSignal.any([init.signal, late.signal])
    : late.signal;
  try {
    let url = first;
    for (let redirects = 0;; redirects++) {
      const isHost = url.origin === host;
      if (!isHost && url.protocol !== "https:") {
        throw new HubError(`Expected the Hub to name an address with "https://" but found "${url.origin}"`, {
          ...{ status: null, ambiguous: false, transient: false },
        });
      }
      const headers = new Headers(init.headers);
      // Where the library has no token to send, it may say so in a word.
      const isVoid = headers.get("authorization") === "Bearer undefined";
      if (url.origin !== first.origin || isVoid) headers.delete("authorization");
      if (isHost && token !== undefined && !headers.has("authorization")) {
        headers.set("authorization", `Bearer ${token}`);
      }
      const response = await (client.access.fetch ?? fetch)(url, {
        ...{ method, headers, signal, redirect: "manual" },
        ...init.body === undefined ? {} : { body: init.body },
      });
      const to = response.headers.get("location");
      const next = response.status >= 300 && response.status <= 399 && to !== null
        ? URL.parse(to, url)
        : null;
      if (next === null || method !== "GET" || redirects === mostRedirects) return response;
      await response.body?.cancel();
      url = next;
    }
  } finally {
    clearTimeout(timer);
  }
}

/**
 * An answer that stands: read to its end unless it is long, for the library leaves some unread; a file that is not there is
 * an error of its own.
 */
async function settled(
  client: HubClient,
  url: URL,
  response: Response,
  where: string,
  changes: boolean,
): Promise<Response> {
  const { status, headers } = response;
  const code = headers.get("x-error-code");
  const isMissing = status === 404 && (code === null || code === "EntryNotFound") &&
    url.origin === client.access.host && /\/(resolve|tree)(\/|$)/.test(url.pathname);
  if (isMissing) {
    await response.body?.cancel();
    throw new MissingEntryError(`Expected a file that exists but found none (${where})`, {
      ...{ status, ambiguous: false, transient: false },
    });
  }
  const isShort = lengthOf(headers) <= shortAnswer;
  if (!changes && !isShort && !/\bjson\b/.test(headers.get("content-type") ?? "")) return response;
  const bytes = await response.arrayBuffer();
  return new Response(bytes.byteLength === 0 ? null : bytes, { status, headers });
}

function sizeOf(body: RequestInit["body"]): number {
  if (typeof body === "string") return body.length;
  if (body instanceof Blob) return body.size;
  return body instanceof Uint8Array ? body.length : 0;
}

/** The bytes of an answer as its headers tell; infinite if they do not. */
function lengthOf(headers: Headers): number {
  const [, first, last] = /^bytes (\d+)-(\d+)\//.exec(headers.get("content-range") ?? "") ?? [];
  if (last !== undefined) return Number(last) - Number(first) + 1;
  return Number(headers.get("content-length") ?? Infinity);
}

async function saidBy(client: HubClient, response: Response): Promise<string> {
  const text = await response.text().catch(() => "");
  return excerpt(text, (part) => client.redact(part));
}
