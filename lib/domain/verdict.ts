import { UserError } from "../errors.ts";

/** What a domain says of one response. */
export type Verdict = {
  /** How good the result is, in [0, 1]; 1 is the best a response can reach. */
  readonly quality: number;
  /** Whether the task counts as solved. */
  readonly solved: boolean;
  /** The absolute reward in [0, 1] that training sees; a domain may grade it coarser than quality. */
  readonly reward: number;
  /**
   * Whether the response could not be judged at all: a program that did not run. The next request may then ask to mend it.
   * `false` when left out.
   */
  readonly failed?: boolean;
};

/** One response and its verdict. */
export type Attempt = {
  /** The text that the policy wrote. */
  readonly response: string;
  /** What the domain said of it. */
  readonly verdict: Verdict;
  /** What the policy may be shown of the verdict, if the domain gives feedback; else `null`. */
  readonly feedback: string | null;
};

/**
 * Refuses a verdict that would poison training.
 *
 * @param verdict As the domain's `step` returned it.
 * @param where The domain and task, for the message, such as `domain "sudoku", task "…"`.
 * @throws {UserError} If quality or reward is not a number in [0, 1].
 *
 * @example
 * ```ts
 * import { checkVerdict } from "exitlab/lib/domain/verdict.ts";
 * import assert from "node:assert/strict";
 *
 * const broken = { quality: NaN, solved: false, reward: 0 };
 * assert.throws(() => checkVerdict(broken, 'domain "mine", task "t1"'), /quality in \[0, 1\] but found NaN/);
 * ```
 */
export function checkVerdict(verdict: Verdict, where: string): Verdict {
  for (const name of ["quality", "reward"] as const) {
    const value = verdict[name];
    if (!(value >= 0 && value <= 1)) {
      throw new UserError(`Expected a verdict with ${name} in [0, 1] but found ${value} (${where})`);
    }
  }
  return verdict;
}
