import { contentHash } from "../../../lib/domain/mod.ts";

/**
 * A problem's text without what may differ between two prints of it: letter case, white space, prose punctuation, math
 * delimiters and LaTeX spacing. Signs, brackets and decimal points stay, for they tell variants of a problem apart.
 *
 * Task ids are made from it: a change here would change every id.
 *
 * @example
 * ```ts
 * import { normalProblem } from "exitlab/domains/math/problems/normal_problem.ts";
 * import assert from "node:assert/strict";
 *
 * const first = normalProblem("What is $\\dfrac{1}{2} + 1.5$?");
 * assert.equal(first, normalProblem("what is \\(\\frac{1}{2}\\,+\\,1.5\\)"));
 * assert.notEqual(first, normalProblem("What is $\\frac{1}{2} - 1.5$?"));
 * ```
 */
export function normalProblem(text: string): string {
  return text.normalize("NFKC").toLowerCase()
    .replaceAll(/[\u2010-\u2015\u2212]/g, "-")
    .replaceAll(/[\u2018\u2019\u00b4]/g, "'")
    .replaceAll(/\\[dt](?=(?:frac|binom)(?![a-z]))/g, "\\")
    .replaceAll(/\\(?:left|right|displaystyle|quad|qquad)(?![a-z])|\\[,;:!()[\] ]/g, "")
    .replaceAll(/\.(?!\d)|[\s$~,;:?`"\u201c\u201d\u00ab\u00bb]/g, "");
}

/** The same for the same problem, however it is printed: 12 hexadecimal digits of the hash of its normal text. */
export function problemKey(text: string): string {
  return contentHash(normalProblem(text)).slice(0, 12);
}
