/**
 * Words in pictures: how wide they are, and what of a long name is shown. SVG does not wrap lines, and nothing measures
 * a font here, so that widths are estimates that are rather too large.
 *
 * @module
 */

/** The marks of lines and kinds, so that they are told apart without colours. */
export const symbols = ["circle", "square", "triangle", "diamond", "star", "cross", "wye", "times"] as const;

/** The height of a line of text, in pixels. */
export const lineHeight: number = 14;

/** Names longer than this are cut in a picture; the table beside it has all of them. */
const longestName = 24;

/** The width of a Latin letter, in pixels. */
const letterWidth = 8;

/** What is about twice as wide as a Latin letter: CJK, full-width forms and emoji. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * About how wide a bold word is at 12 pixels.
 *
 * @example
 * ```ts
 * import { textWidth } from "exitlab/lib/report/charts/chart_text.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(textWidth("ab"), 16);
 * assert.equal(textWidth("漢"), textWidth("ab"));
 * ```
 */
export function textWidth(text: string): number {
  return letters(text).reduce((sum, letter) => sum + widthOf(letter), 0) * letterWidth;
}

/**
 * A name as a picture shows it: its beginning if it is long, never half of a letter.
 *
 * @example
 * ```ts
 * import { shortName } from "exitlab/lib/report/charts/chart_text.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(shortName("exit"), "exit");
 * assert.equal(shortName("a".repeat(40)), `${"a".repeat(23)}…`);
 * ```
 */
export function shortName(name: string): string {
  if (textWidth(name) <= letterWidth * longestName) return name;
  let [short, width] = ["", 0];
  for (const letter of letters(name)) {
    width += widthOf(letter);
    if (width > longestName - 1) break;
    short += letter;
  }
  return `${short}…`;
}

function letters(text: string): string[] {
  return [...graphemes.segment(text)].map(({ segment }) => segment);
}

function widthOf(letter: string): number {
  return wide.test(letter) ? 2 : 1;
}
