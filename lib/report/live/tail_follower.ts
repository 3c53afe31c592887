/** What came since a tail was last read. */
export interface FollowedLines {
  /** Whether the file was written anew, so that what was read before no longer counts. */
  readonly anew: boolean;
  /** The complete lines, in order. */
  readonly lines: readonly string[];
  /** Whether more is there already. */
  readonly more: boolean;
}

/** So many bytes are read at once, and so many are compared to see that the file is still the one that was read. */
const [chunkBytes, markBytes] = [1 << 18, 64];

/** A longer line is no tail's. */
const longestLine = 1 << 28;

const nothing: FollowedLines = { anew: false, lines: [], more: false };

/**
 * Reads a growing text file a few lines at a time, each line once. A line without its end is left for the next time; a file
 * that was replaced, cut or written over is read from its beginning again. It holds no file open, and locks none.
 */
export class TailFollower {
  readonly #path: string;
  #offset = 0;
  /** The last bytes before the offset. */
  #mark: Uint8Array = new Uint8Array();
  #inode: number | null | undefined;
  #size = -1;

  /** Follows a file, which may not be there yet. */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * What came since the last time.
   *
   * @param limit So many bytes are enough for once; at least one line is read if there is one.
   * @throws {TypeError} If a line is far too long.
   */
  async read(limit: number): Promise<FollowedLines> {
    const { ino, size } = await Deno.stat(this.#path);
    if (ino === this.#inode && size === this.#size) return nothing;
    using file = await Deno.open(this.#path, { read: true });
    const first = this.#inode === undefined;
    const same = ino === this.#inode && size >= this.#offset && await this.#isMarked(file);
    if (!same) this.#offset = 0;
    [this.#inode, this.#size] = [ino, size];
    const { lines, more } = await this.#complete(file, limit);
    // The rest is read the next time, even if nothing comes to it.
    if (more) this.#size = -1;
    return { anew: !same && !first, lines, more };
  }

  /** The complete lines from the offset on, which moves behind them. */
  async #complete(file: Deno.FsFile, limit: number): Promise<{ lines: string[]; more: boolean }> {
    await file.seek(this.#offset, Deno.SeekMode.Start);
    const lines: string[] = [];
    const decoder = new TextDecoder();
    let parts: Uint8Array[] = [];
    let pending = 0;
    let taken = 0;
    while (taken < limit) {
      const chunk = new Uint8Array(chunkBytes);
      const count = await file.read(chunk);
      if (count === null) return { lines, more: false };
      let from = 0;
      for (let end = chunk.indexOf(10); end >= 0 && end < count; end = chunk.indexOf(10, from)) {
        parts.push(chunk.subarray(from, end + 1));
        const line = joined(parts);
        lines.push(decoder.decode(line.subarray(0, -1)));
        this.#offset += line.length;
        this.#mark = line.slice(-markBytes);
        taken += line.length;
        from = end + 1;
        [parts, pending] = [[], 0];
      }
      parts.push(chunk.subarray(from, count));
      pending += count - from;
      if (pending > longestLine) throw new TypeError(`a line is longer than ${longestLine} bytes`);
    }
    return { lines, more: true };
  }

  async #isMarked(file: Deno.FsFile): Promise<boolean> {
    const before = new Uint8Array(this.#mark.length);
    await file.seek(this.#offset - before.length, Deno.SeekMode.Start);
    for (let at = 0; at < before.length;) {
      const count = await file.read(before.subarray(at));
      if (count === null) return false;
      at += count;
    }
    return before.every((byte, at) => byte === this.#mark[at]);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
