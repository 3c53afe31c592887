/** Where progress is shown; standard error in practice. */
export interface ProgressTarget {
  /** Whether lines can be rewritten. */
  isTerminal(): boolean;
  /** The width of a line in characters. */
  width(): number;
  /** Takes text as it is. */
  write(text: string): void;
}

/** How often plain lines are written where lines cannot be rewritten, in milliseconds. */
const plainInterval = 10_000;
/** How often a terminal's line is rewritten at most, in milliseconds. */
const terminalInterval = 80;

/**
 * One line of progress: rewritten in place on a terminal, written now and then elsewhere.
 *
 * @example
 * ```ts
 * import { ProgressLine } from "exitlab/lib/report/progress_line.ts";
 * import assert from "node:assert/strict";
 *
 * let shown = "";
 * const target = { isTerminal: () => false, width: () => 80, write: (text: string) => shown += text };
 * const line = new ProgressLine(target, () => 0);
 * line.show("step 1");
 * line.show("step 2");
 * line.settle("done");
 * assert.equal(shown, "step 1\ndone\n");
 * ```
 */
export class ProgressLine {
  readonly #target: ProgressTarget;
  readonly #now: () => number;
  #shownAt = -Infinity;
  #open = false;

  /** Progress on a target; `now` gives milliseconds. */
  constructor(target: ProgressTarget, now: () => number = () => performance.now()) {
    this.#target = target;
    this.#now = now;
  }

  /** Shows where things stand, unless the last time was a moment ago. */
  show(text: string): void {
    const terminal = this.#target.isTerminal();
    const now = this.#now();
    if (now - this.#shownAt < (terminal ? terminalInterval : plainInterval)) return;
    this.#shownAt = now;
    if (terminal) {
      this.#target.write(`\r\x1b[2K${text.slice(0, Math.max(1, this.#target.width() - 1))}`);
      this.#open = true;
    } else {
      this.#target.write(`${text}\n`);
    }
  }

  /** Writes a line that stays; the progress line goes. */
  settle(text: string): void {
    this.clear();
    this.#target.write(`${text}\n`);
    this.#shownAt = -Infinity;
  }

  /** Takes the progress line away. */
  clear(): void {
    if (this.#open) this.#target.write("\r\x1b[2K");
    this.#open = false;
  }
}
