import { contentHash } from "../../../lib/domain/mod.ts";

/** What goes, where it stands between two digits. */
const between =
  /(?<=\d)(?:\\(?:left|right|displaystyle|quad|qquad)(?![a-z])|\\[,;:!()[\] ]|\.(?!\d)|[\s$~,;:?`"\u201c\u201d\u00ab\u00bb])+(?=\d)/g;
/** The rest of a number from which its thousands were parted. */
const thousands = /^\d{3}(?!\d)/;
/** Parts what were two numbers. */
const mark = "\u00a6";

/**
 * A problem's text without what may differ between two prints of it: letter case, white space, prose punctuation, math
 * delimiters and LaTeX spacing. Signs, brackets and decimal points stay, for they tell variants of a problem apart; numbers
 * do not run into each other, but a comma or thin space before three digits may part thousands.
 */
function normalProblem(text: string): string {
  return text.normalize("NFKC").toLowerCase()
    .replaceAll(/[\u2010-\u2015\u2212]/g, "-")
    .replaceAll(/[\u2018\u2019\u00b4]/g, "'")
    .replaceAll(/\\[dt](?=(?:frac|binom)(?![a-z]))/g, "\\")
    .replaceAll(between, (gap, at: number, whole: string) => {
      const isWithin = /^(?:,|\\[,!]|,\\!)$/.test(gap) && thousands.test(whole.slice(at + gap.length));
      return isWithin ? "" : mark;
    })
    .replaceAll(/\\(?:left|right|displaystyle|quad|qquad)(?![a-z])|\\[,;:!()[\] ]/g, "")
    .replaceAll(/\.(?!\d)|[\s$~,;:?`"\u201c\u201d\u00ab\u00bb]/g, "");
}

/**
 * The same for the same problem, however it is printed: 12 hexadecimal digits of the hash of its normal text. Task ids are
 * made of it, so a change of what is normal changes ids.
 *
 * @example
 * ```ts
 * import { problemKey } from "exitlab/domains/math/problems/normal_problem.ts";
 * import assert from "node:assert/strict";
 *
 * const first = problemKey("What is $\\dfrac{1}{2} + 1.5$?");
 * assert.equal(first, problemKey("what is \\(\\frac{1}{2}\\,+\\,1.5\\)"));
 * assert.notEqual(first, problemKey("What is $\\frac{1}{2} - 1.5$?"));
 * ```
 */
export function problemKey(text: string): string {
  return contentHash(normalProblem(text)).slice(0, 12);
}
