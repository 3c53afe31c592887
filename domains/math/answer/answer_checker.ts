/**
 * The contract of what says whether a response answers a problem. Domains know this and no computer algebra.
 *
 * @module
 */

/** What is asked of a checker. */
export interface AnswerCheck {
  /** The known-good answer, as its data set writes it: `72`, `\frac{14}{3}`, `$x=1$`, `\boxed{[-2, 7]}`. */
  readonly gold: string;
  /** The whole response of a policy; its last answer counts. */
  readonly response: string;
  /** How far a number may be off, absolutely; one for all numbers, or one for each in turn. Default none. */
  readonly tolerance?: number | readonly number[];
}

/** What a checker says of a response. */
export interface AnswerVerdict {
  /** Whether the response's answer is the known-good one. */
  readonly equal: boolean;
  /** Why, in a few words, such as `"equal as numbers"` or `"no answer found"`. */
  readonly reason: string;
  /** The answer as it was found in the response; `null` if none was. */
  readonly answer: string | null;
}

/** Compares answers. It never throws, whatever a policy writes, and always answers within its time limit. */
export interface AnswerChecker {
  /** Compares the last answer of a response with the known-good one. */
  check(asked: AnswerCheck): Promise<AnswerVerdict>;
  /** Frees what it holds, such as a worker; it may be used again. */
  close(): void;
}
