/**
 * Which words belong to an expression and which make a sentence of it.
 *
 * @module
 */
import { groupEnd } from "./scan.ts";
import { readUnit } from "./units.ts";

/** Functions, Greek letters and numbers that are typed as words, and the words that part answers. */
const mathWords = words(
  "sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan asin acos atan arg sgn log ln lg exp sqrt cbrt " +
    "max min gcd lcm mod det dim deg floor ceil abs alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi " +
    "pi rho sigma tau phi chi psi omega infinity infty inf oo cdot times union cup cap pm " +
    "and or percent percentage pct base degrees degree",
);
/** Short words that no one means as a product of variables. */
export const shortWords: ReadonlySet<string> = words(
  "an as at be by do he if is it me my no of on so to up us we all any are but can did for get had has her him his how " +
    "its let may new not now one our out per put say see set she six ten the too two use via was way who why yes you",
);
/** What stands beside a unit. */
const unitWords = words("sq square cu cubic per squared cubed");

const token = /\\[a-zA-Z]+\*?|\\[^]|\b(?:i\.e|e\.g)\b|\p{L}[\p{L}\p{M}'’]*|[\d)}π∞]/gu;
/** Commands whose group holds words. */
const wordGroup = /^\\(?:text[a-z]*|[mh]box|mathrm|operatorname|emph)$/;

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}

/** A word of a sentence and where it stands. */
export interface FoundWord {
  /** As it is written. */
  readonly word: string;
  /** Where it begins. */
  readonly at: number;
}

/**
 * The first word of a text that cannot be part of an expression; `undefined` if there is none. What stands in `\text{…}`
 * counts as part of one, and so does a unit after a value.
 *
 * @example
 * ```ts
 * import { firstProse } from "exitlab/domains/math/answer/find_words.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(firstProse("5 because"), { word: "because", at: 2 });
 * assert.equal(firstProse("5 miles per hour or \\frac{xy}{2} \\text{ at most}"), undefined);
 * ```
 */
export function firstProse(text: string): FoundWord | undefined {
  let hasValue = false;
  token.lastIndex = 0;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const { 0: piece, index: at } = found;
    if (piece.startsWith("\\")) {
      hasValue = true;
      const isGroup = wordGroup.test(piece) || piece === "\\begin" || piece === "\\end";
      const open = isGroup ? braceAfter(text, at + piece.length) : -1;
      if (open >= 0) token.lastIndex = groupEnd(text, open);
    } else if (/^\P{L}|π/u.test(piece)) hasValue = true;
    else if (
      isProse(
        piece,
        hasValue,
        text.slice(Math.max(0, at - 2), at),
        text.slice(at + piece.length, at + piece.length + 2),
      )
    ) {
      return { word: piece, at };
    }
  }
  return undefined;
}

/** Where a brace opens after a few spaces; -1 if something else stands there. */
function braceAfter(text: string, from: number): number {
  const at = text.slice(from, from + 4).search(/\S/);
  return at >= 0 && text[from + at] === "{" ? from + at : -1;
}

function isProse(word: string, hasValue: boolean, before: string, after: string): boolean {
  // "5 a day" is no product.
  if (word.length === 1) return word === "a" && /[\d$%] $/.test(before) && /^(?:[\s.]|$)/.test(after);
  if (word.includes(".")) return true;
  const lower = word.toLowerCase();
  if (mathWords.has(lower) || /^[A-Z]{2,4}$/.test(word)) return false;
  // Inches, but not "5 in total".
  if (lower === "in") return !hasValue || !/^(?:$|\.$|[\^,])/.test(after);
  if (hasValue && (unitWords.has(lower) || readUnit(word) !== undefined)) return false;
  return word.length > 3 || shortWords.has(lower) || /\P{ASCII}/u.test(word);
}
