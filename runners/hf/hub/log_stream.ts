/** What came of reading: the texts of new events (none if it was but a sign of life), or how it stopped. */
export type LogRead = readonly string[] | "quiet" | "end" | "cut";

/**
 * One connection to a job's log: server-sent events, each with one line `data: {"timestamp": …, "data": …}`, and comments
 * that keep it alive. As in the Hub's own clients, each `data:` line is an event, whether or not an empty line follows.
 */
export class LogStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  readonly #decoder = new TextDecoder();
  #rest = "";
  #pending: Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>> | "cut"> | undefined;

  /** Reads the body of an answer. */
  constructor(response: Response) {
    this.#reader = response.body?.getReader();
  }

  /**
   * Waits for bytes: `"quiet"` if none come in time, `"end"` at a good end, `"cut"` at a bad one.
   *
   * @throws The reason of `signal`, once it is aborted.
   */
  async read(milliseconds: number, signal: AbortSignal): Promise<LogRead> {
    signal.throwIfAborted();
    if (this.#reader === undefined) return "end";
    this.#pending ??= this.#reader.read().catch(() => "cut" as const);
    const got = await this.#orQuiet(this.#pending, milliseconds, signal);
    if (got === "quiet") return "quiet";
    this.#pending = undefined;
    if (got === "cut") return "cut";
    if (got.done) return this.#last();
    const lines = `${this.#rest}${this.#decoder.decode(got.value, { stream: true })}`.split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.flatMap(readEvent);
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    await this.#reader?.cancel().catch(() => undefined);
    await this.#pending;
  }

  /** An event whose line has no end counts if it is whole. */
  #last(): LogRead {
    const rest = this.#rest;
    this.#rest = "";
    return rest.endsWith("}") ? readEvent(rest) : "end";
  }

  async #orQuiet<T>(reading: Promise<T>, milliseconds: number, signal: AbortSignal): Promise<T | "quiet"> {
    const { promise, resolve, reject } = Promise.withResolvers<"quiet">();
    const timer = setTimeout(() => resolve("quiet"), milliseconds);
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop);
    try {
      return await Promise.race([reading, promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }
}

/** The text of a line `data: …`; nothing for comments, other fields and empty lines. */
function readEvent(line: string): string[] {
  const data = /^data: ?(.*?)\r?$/s.exec(line)?.[1];
  if (data === undefined) return [];
  try {
    const event: unknown = JSON.parse(data);
    if (typeof event === "object" && event !== null && "data" in event && typeof event.data === "string") {
      return [event.data];
    }
  } catch {
    // A line that is not JSON is taken as it is, as the Hub's own client does.
  }
  return [data];
}
