/**
 * A run's live tail through a job's log. A line of `events.jsonl` is deflated (with its checksum) and cut into lines that begin with
 * `@exit`, as logs cut long lines where they like.
 *
 * @module
 */
import { deflateSync, inflateSync } from "node:zlib";
import { Buffer } from "node:buffer";

/** The most characters of a piece. */
const pieceLength = 4000;

const form = /^@exit (\d+) (\d+)\/(\d+) ([\w+/=]*)$/;

/**
 * The lines of the log that a line of the tail becomes.
 *
 * @param index Its place in the tail, from 0.
 *
 * @example
 * ```ts
 * import { encodeLine, LineReader } from "exitlab/runners/hf/job/live_lines.ts";
 * import assert from "node:assert/strict";
 *
 * const reader = new LineReader();
 * const [first = ""] = encodeLine(7, '{"steps":{"iteration":[3]}}');
 * assert.match(first, /^@exit 7 1\/1 /);
 * assert.deepEqual(reader.read(first), { index: 7, text: '{"steps":{"iteration":[3]}}' });
 * assert.equal(reader.read("iteration 3  reward 0.250"), "other");
 * ```
 */
export function encodeLine(index: number, text: string): string[] {
  const packed = deflateSync(text).toString("base64");
  const count = Math.max(1, Math.ceil(packed.length / pieceLength));
  return Array.from(
    { length: count },
    (_, at) => `@exit ${index} ${at + 1}/${count} ${packed.slice(at * pieceLength, (at + 1) * pieceLength)}`,
  );
}

/** A line of the tail, put together. */
export interface TailLine {
  /** Its place in the tail, from 0. */
  readonly index: number;
  /** Its text. */
  readonly text: string;
}

/** Puts the pieces together again. */
export class LineReader {
  #index = -1;
  #pieces: string[] = [];

  /**
   * Takes in a line of the log.
   *
   * @returns The line of the tail that it completes, `undefined` if it is a piece of one, `"other"` if it is none.
   */
  read(line: string): TailLine | undefined | "other" {
    const match = form.exec(line.trimEnd());
    if (match === null) return "other";
    const [, index = "", part = "", parts = "", piece = ""] = match;
    if (part === "1") {
      this.#index = Number(index);
      this.#pieces = [];
    }
    // A piece whose predecessor is missing: its line is lost, and the next one begins anew.
    if (Number(index) !== this.#index || Number(part) !== this.#pieces.length + 1) return undefined;
    this.#pieces.push(piece);
    if (part !== parts) return undefined;
    try {
      const text = inflateSync(Buffer.from(this.#pieces.join(""), "base64")).toString("utf8");
      return { index: this.#index, text };
    } catch {
      return undefined;
    }
  }
}
