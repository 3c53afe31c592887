import { ProgressLine } from "../../lib/report/progress_line.ts";
import { standardError } from "./standard_error.ts";

/** The milliseconds after which something is slow. */
const patience = 1000;

/** A line of progress on standard error for what is usually quick: it is shown from the second second on. */
export class SlowProgress {
  readonly #line = new ProgressLine(standardError);
  readonly #began = performance.now();

  /** Shows where things stand, if it has been a while. */
  show(text: string): void {
    if (performance.now() - this.#began > patience) this.#line.show(text);
  }

  /** Takes the line away. */
  clear(): void {
    this.#line.clear();
  }
}
