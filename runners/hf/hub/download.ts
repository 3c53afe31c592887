/**
 * Reads a file of the Hub as a stream that goes on where a connection broke.
 *
 * @module
 */
import {
  __internal_XetBlob as XetBlob,
  fileDownloadInfo,
  type FileDownloadInfoOutput,
  HubApiError,
} from "@huggingface/hub";
import { errorMessage } from "../../../lib/errors.ts";
import type { HubClient } from "./hub_client.ts";
import { HubError } from "./hub_error.ts";
import { MissingEntryError } from "./library_fetch.ts";
import { retryDelay } from "./retry_delay.ts";

/** Where a file is, and how it is reached. */
export interface Source {
  /** Such as `"buckets/me/exitlab"`. */
  readonly repo: string;
  /** `undefined` for that of a bucket. */
  readonly revision: string | undefined;
  /** Its path. */
  readonly path: string;
  /** How requests are made. */
  readonly fetch: typeof fetch;
}

/** Milliseconds without a byte after which a stream counts as broken. */
const usualSilence = 60_000;

/**
 * Finds a file.
 *
 * @returns Its size and its bytes, piece by piece; `undefined` if there is none.
 */
export async function openRemote(
  client: HubClient,
  source: Source,
): Promise<{ readonly size: number; readonly pieces: AsyncGenerator<Uint8Array<ArrayBuffer>> } | undefined> {
  let info: FileDownloadInfoOutput | null;
  try {
    info = await fileDownloadInfo({ ...common(client, source), path: encodePath(source.path) });
  } catch (error) {
    if (error instanceof MissingEntryError) return undefined;
    // An empty file has no first byte to ask for.
    if (!(error instanceof HubApiError) || error.statusCode !== 416) throw error;
    return { size: 0, pieces: piecesOf(client, source, undefined, 0) };
  }
  if (info === null) return undefined;
  return { size: info.size, pieces: piecesOf(client, source, info, info.size) };
}

async function* piecesOf(
  client: HubClient,
  source: Source,
  info: FileDownloadInfoOutput | undefined,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let at = 0;
  for (let breaks = 0; info !== undefined && at < size;) {
    try {
      const stream = await streamFrom(source, info, at);
      for await (const piece of watched(stream, client.access.timeout ?? usualSilence)) {
        if (at + piece.length > size) throw new TypeError("it is longer than the Hub says");
        at += piece.length;
        breaks = 0;
        yield piece;
      }
      if (at < size) throw new TypeError("it ended early");
    } catch (error) {
      const isLost = error instanceof TypeError || error instanceof Deno.errors.Http ||
        error instanceof DOMException || error instanceof Error && !(error instanceof HubError) &&
          !(error instanceof HubApiError);
      if (!isLost) throw error;
      const message = `Expected ${size} bytes of ${source.repo}/${source.path} but found ${at}: ${
        client.redact(errorMessage(error))
      }`;
      const delay = retryDelay(++breaks, null);
      if (delay === null) {
        throw new HubError(message, { status: null, ambiguous: false, transient: true });
      }
      client.access.onRetry?.(`${message}; going on in ${delay / 1000} s`);
      await client.wait(delay);
    }
  }
}

async function streamFrom(
  source: Source,
  info: FileDownloadInfoOutput,
  at: number,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  if (info.xet !== undefined) {
    const blob = new XetBlob({
      ...{ hash: info.xet.hash, size: info.size, fetch: source.fetch },
      ...{ refreshUrl: info.xet.refreshUrl.href, reconstructionUrl: info.xet.reconstructionUrl.href },
      // One request after the other: little memory, and no timer that outlives a broken stream.
      parallelDownloads: false,
    });
    // Its `stream` would tell of errors by their message alone.
    const { body } = await blob.slice(at, info.size).response();
    if (body === null) throw new TypeError("it is gone");
    return body;
  }
  const response = await source.fetch(info.url, {
    headers: { Range: `bytes=${at}-${info.size - 1}`, "If-Range": info.etag },
  });
  if (response.body !== null && (response.status === 206 || (response.status === 200 && at === 0))) {
    return response.body;
  }
  await response.body?.cancel();
  throw new HubError(
    `Expected the rest of ${source.repo}/${source.path} but found an answer of ${response.status}; it may have changed`,
    { status: response.status, ambiguous: false, transient: false },
  );
}

/** A stream that counts as broken after some milliseconds without a byte. */
async function* watched(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  silence: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { promise: isSilent, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(() => reject(new TypeError("it fell silent")), silence);
      const { done, value } = await Promise.race([reader.read(), isSilent]).finally(() =>
        clearTimeout(timer)
      );
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** What every call of the library is told. */
export function common(
  client: HubClient,
  { repo, revision, fetch }: Omit<Source, "path">,
): { repo: string; hubUrl: string; fetch: typeof globalThis.fetch; revision?: string } {
  return { repo, hubUrl: client.access.host, fetch, ...revision === undefined ? {} : { revision } };
}

/** The library puts paths into addresses as they are. */
export function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
