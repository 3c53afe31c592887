import { errorMessage } from "../errors.ts";

/** Why there is no answer. */
export class HttpFailure extends Error {
  /** Whether asking again may help. */
  readonly passing: boolean;
  /** Seconds that the server asks to wait, if it does. */
  readonly after: number | undefined;

  /** A failure with what was seen. */
  constructor(message: string, passing: boolean, after?: number) {
    super(message);
    this.passing = passing;
    this.after = after;
  }
}

/** How to ask. */
export interface GetOptions {
  /** A bearer token. */
  readonly token: string | undefined;
  /** Ends the request. */
  readonly signal: AbortSignal;
  /** The most bytes of an answer. */
  readonly mostBytes: number;
}

/** What was answered. */
export interface Answer {
  /** The status: 200, or one that asking again would not change. */
  readonly status: number;
  /** The whole body. */
  readonly body: string;
  /** Its length in bytes. */
  readonly bytes: number;
  /** The header `x-revision`. */
  readonly revision: string | null;
}

/**
 * Asks for an address once.
 *
 * @throws {HttpFailure} If there was no whole answer in time, it was too large, or it was 429 or 5xx.
 */
export async function httpGet(url: URL, { token, signal, mostBytes }: GetOptions): Promise<Answer> {
  const headers: HeadersInit = token === undefined ? {} : { authorization: `Bearer ${token}` };
  try {
    // A redirect could take the token to a host that nobody granted.
    const response = await fetch(url, { headers, signal, redirect: "manual" });
    const { body, bytes } = await readBody(response, mostBytes);
    const { status } = response;
    if (status === 429 || status >= 500) {
      throw new HttpFailure(`it answered ${status}`, true, retryAfter(response));
    }
    return { status, body, bytes, revision: response.headers.get("x-revision") };
  } catch (error) {
    if (error instanceof HttpFailure) throw error;
    if (signal.aborted) throw new HttpFailure("it did not answer in time", true);
    // What `fetch` throws when there is no connection, or it breaks.
    if (!(error instanceof TypeError) && !(error instanceof Deno.errors.Http)) throw error;
    const reason = errorMessage(error.cause ?? error).replace(/^error sending request for url \(.*?\): /, "");
    // Without a name service this machine is offline, and will be in a minute.
    throw new HttpFailure(
      `it cannot be reached (${reason}); go online, or give a file of it instead`,
      !/dns error/i.test(reason),
    );
  }
}

async function readBody(response: Response, most: number): Promise<{ body: string; bytes: number }> {
  const decoder = new TextDecoder();
  let [body, bytes] = ["", 0];
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > most) throw new HttpFailure("it is too large", false);
    body += decoder.decode(chunk, { stream: true });
  }
  return { body: body + decoder.decode(), bytes };
}

/** The seconds of `retry-after`: a number, or a time of day. */
function retryAfter({ headers }: Response): number | undefined {
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value.trim()) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
