import { join } from "node:path";
import { explainWriteError } from "../../lib/loop/write_error.ts";
import type { TailLine } from "./job/live_lines.ts";

/**
 * Writes a remote run's tail to `events.jsonl` in its folder here, where everything that reads runs finds it. A log that is
 * read again from its beginning changes nothing; a job that goes on from a checkpoint writes over what came after it.
 */
export class TailMirror {
  readonly #path: string;
  #lines: string[] = [];
  /** Whether a line was lost on the way; what follows it cannot be placed. */
  #torn = false;

  private constructor(path: string, lines: string[]) {
    this.#path = path;
    this.#lines = lines;
  }

  /** Opens the tail of a run's folder, which is there. */
  static async open(directory: string): Promise<TailMirror> {
    const path = join(directory, "events.jsonl");
    let text = "";
    try {
      text = await Deno.readTextFile(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const lines = text.split("\n");
    const mirror = new TailMirror(path, lines.slice(0, -1));
    // Of a process that was killed over it: the next line would be added to its half.
    if (lines.at(-1) !== "") await mirror.#guard(() => mirror.#rewrite());
    return mirror;
  }

  /** Whether lines are missing. */
  get torn(): boolean {
    return this.#torn;
  }

  /**
   * Takes in a line.
   *
   * @returns Whether it is new.
   * @throws {UserError} If the disk is full.
   */
  async write({ index, text }: TailLine): Promise<boolean> {
    if (index === 0) this.#torn = false;
    if (this.#torn || this.#lines[index] === text) return false;
    if (index > this.#lines.length) {
      this.#torn = true;
      return false;
    }
    await this.#guard(async () => {
      if (index === this.#lines.length) {
        await Deno.writeTextFile(this.#path, `${text}\n`, { append: true });
        this.#lines.push(text);
      } else {
        this.#lines = [...this.#lines.slice(0, index), text];
        await this.#rewrite();
      }
    });
    return true;
  }

  async #rewrite(): Promise<void> {
    const draft = `${this.#path}.new`;
    await Deno.writeTextFile(draft, this.#lines.map((line) => `${line}\n`).join(""));
    await Deno.rename(draft, this.#path);
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw explainWriteError(error, this.#path);
    }
  }
}
