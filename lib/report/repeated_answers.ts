/** What is asked of an answer of a chain to see whether it repeats the one before. */
export interface ChainAnswerLike {
  /** k. */
  readonly step: number;
  /** Whether it is solved. */
  readonly solved: boolean;
  /** What was written; `null` if that was not kept. */
  readonly response: string | null;
}

/**
 * The answers of a chain, each with the last step up to which it stays the same, so that it is shown once.
 *
 * @param chain By step.
 *
 * @example
 * ```ts
 * import { repeatedAnswers } from "exitlab/lib/report/repeated_answers.ts";
 * import assert from "node:assert/strict";
 *
 * const chain = ["a", "a", "b"].map((response, step) => ({ step, solved: false, response }));
 * assert.deepEqual(repeatedAnswers(chain).map(({ answer, until }) => [answer.step, until]), [[0, 1], [2, 2]]);
 * ```
 */
export function repeatedAnswers<Answer extends ChainAnswerLike>(
  chain: readonly Answer[],
): { readonly answer: Answer; readonly until: number }[] {
  const found: { answer: Answer; until: number }[] = [];
  for (const answer of chain) {
    const last = found.at(-1);
    if (last?.answer.response === answer.response && last.answer.solved === answer.solved) {
      last.until = answer.step;
    } else found.push({ answer, until: answer.step });
  }
  return found;
}

/** The steps of such an answer in words: `"k = 3"`, `"k = 3 to 7"`. */
export function stepWords(from: number, until: number): string {
  return until === from ? `k = ${from}` : `k = ${from} to ${until}`;
}
