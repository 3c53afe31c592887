/**
 * The last number of plain text, with the expression that it is part of.
 *
 * @module
 */
import { runAround } from "./find_run.ts";
import { suffixOf } from "./find_suffix.ts";
import { firstProse } from "./find_words.ts";

/** A number that is no part of a word, with thousands, decimals and an exponent. */
const number =
  /(?<![\p{Script=Latin}\p{N}_])(?:\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3}(?!\d))+(?:[.,]\d+)?|\d+(?:[.,]\d+)*|\.\d+|[\u00bc-\u00be\u2150-\u215e])(?:[eE][-+]?\d+(?![\p{L}\d]))?/gu;
/** What makes a number one of a row and not a count. */
const ordinal = /^(?:st|nd|rd|th)(?![a-z])/;
const label = /(?:^|\n)[\s#*]*$/;
/** What makes it the name of a step, wherever it stands. */
const step = /(?<!\p{L})steps?\s*#?$/iu;

/**
 * The last number of a text that is no part of a word, no ordinal and no label of a list, with the expression around it.
 * Remarks in parentheses count only if no other number is there.
 *
 * @example
 * ```ts
 * import { lastNumber } from "exitlab/domains/math/answer/find_number.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(lastNumber("not 10 but 1,000.99€ in all"), "1,000.99€");
 * assert.equal(lastNumber("so 16 - 3 - 4 = 9 eggs"), "9");
 * assert.equal(lastNumber("AZYUK2A"), undefined);
 * ```
 */
export function lastNumber(text: string): string | undefined {
  const plain = withoutRemarks(text);
  const at = lastAt(plain);
  if (at !== undefined) return numberAt(plain, at);
  const inRemark = plain === text ? undefined : lastAt(text);
  return inRemark === undefined ? undefined : numberAt(text, inRemark);
}

/** A text of the same length with spaces in place of remarks in parentheses. */
export function withoutRemarks(text: string): string {
  if (!text.includes("(")) return text;
  return text.replaceAll(
    /\([^()\n]*\)/g,
    (group) => firstProse(group) === undefined ? group : " ".repeat(group.length),
  );
}

function lastAt(text: string): number | undefined {
  let last: number | undefined;
  for (const { 0: digits, index: at } of text.matchAll(number)) {
    const end = at + digits.length;
    if (ordinal.test(text.slice(end, end + 3))) continue;
    const before = text.slice(Math.max(0, at - 16), at);
    const isLabel = /^[.):]\s/.test(text.slice(end, end + 2)) && label.test(before);
    if (!isLabel && !step.test(before)) last = at;
  }
  return last;
}

/**
 * A number with the expression around it and what belongs to it.
 *
 * @param at Where it begins.
 */
export function numberAt(text: string, at: number): string {
  const run = runAround(text, at);
  return /[%°€£¥]$/.test(run.text)
    ? run.text
    : run.text + suffixOf(text.slice(run.end, run.end + 80)).replace(/^ (?=[€£¢¥])/, "");
}
