import { errorMessage } from "../../../lib/errors.ts";
import { readLines } from "../../../lib/metrics/tail.ts";
import { encodeLine } from "./live_lines.ts";

/** Prints a run's tail as it grows, as lines of a job's log. */
export class LiveTail {
  readonly #path: string;
  readonly #print: (line: string) => void;
  /** Which file was read last: a tail that is written anew is another file. */
  #file: number | null = null;
  #lines = 0;
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
    let file: number | null;
    try {
      file = (await Deno.stat(this.#path)).ino;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
    if (file !== this.#file) this.#lines = 0;
    this.#file = file;
    let index = 0;
    for await (const text of readLines(this.#path)) {
      if (index++ < this.#lines) continue;
      for (const line of encodeLine(this.#lines++, text)) this.#print(line);
    }
  }
}
