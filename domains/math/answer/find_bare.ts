/**
 * Whether a text is an answer as it stands, without a sentence around it.
 *
 * @module
 */
import { cleanAnswer } from "./extract_clean.ts";
import { firstProse } from "./find_words.ts";

/** The longest text that can be one. */
const longest = 4_000;

/**
 * A text without its wrappers if all of it is one answer or a list of them; `undefined` if it has words of a sentence, is
 * empty, or spans lines outside of an environment or a display.
 *
 * @example
 * ```ts
 * import { bareAnswer } from "exitlab/domains/math/answer/find_bare.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(bareAnswer("**$(-\\infty,1]\\cup[10,+\\infty)$**"), "(-\\infty,1]\\cup[10,+\\infty)");
 * assert.equal(bareAnswer("$1$ and $2$"), "1 and 2");
 * assert.equal(bareAnswer("28 percent"), "28 percent");
 * assert.equal(bareAnswer("There are 5."), undefined);
 * ```
 */
export function bareAnswer(text: string): string | undefined {
  if (text.length > longest) return undefined;
  const clean = cleanAnswer(text);
  if (clean === "" || !/[\p{L}\p{N}∞∅]/u.test(clean)) return undefined;
  if (clean.includes("\n") && !clean.includes("\\begin")) return undefined;
  return firstProse(clean) === undefined && !/(?:^|[^.]\.)\s|[?:]$|\p{Ll}{2}\s*:\s/u.test(clean)
    ? clean
    : undefined;
}
