import { errorMessage } from "../../../lib/errors.ts";
import { encodeLine } from "./live_lines.ts";

/** Prints a run's tail as it grows, as lines of a job's log. */
export class LiveTail {
  readonly #path: string;
  readonly #print: (line: string) => void;
  /** Which file was read last: a tail that is written anew is another file. */
  #file: number | null = null;
  #lines = 0;
  /** Bytes of the lines that were printed. */
  #bytes = 0;
  #busy: Promise<void> = Promise.resolve();

  /** Reads `events.jsonl` at this path, which need not exist. */
  constructor(path: string, print: (line: string) => void) {
    this.#path = path;
    this.#print = print;
  }

  /** Prints what was added since the last call. */
  async flush(): Promise<void> {
    this.#busy = this.#busy.then(() => this.#flush()).catch((error: unknown) => {
      // Figures on the way are a courtesy: the run itself goes on.
      this.#print(`The live figures cannot be read: ${errorMessage(error)}`);
    });
    await this.#busy;
  }

  async #flush(): Promise<void> {
    let info: Deno.FileInfo;
    try {
      info = await Deno.stat(this.#path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
    if (info.ino !== this.#file || info.size < this.#bytes) [this.#lines, this.#bytes] = [0, 0];
    this.#file = info.ino;
    const added = await readFrom(this.#path, this.#bytes);
    // What follows the last line break is not written to its end yet.
    const whole = added.subarray(0, added.lastIndexOf(lineBreak) + 1);
    this.#bytes += whole.length;
    for (const text of new TextDecoder().decode(whole).split("\n").slice(0, -1)) {
      for (const line of encodeLine(this.#lines++, text)) this.#print(line);
    }
  }
}

const lineBreak = 10;

async function readFrom(path: string, start: number): Promise<Uint8Array> {
  const file = await Deno.open(path);
  await file.seek(start, Deno.SeekMode.Start);
  return new Uint8Array(await new Response(file.readable).arrayBuffer());
}
