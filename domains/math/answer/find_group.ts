/**
 * Neighbours that are one answer together: `$1$ and $2$`.
 *
 * @module
 */
import { cleanAnswer } from "./extract_clean.ts";
import type { Span } from "./find_math.ts";
import { conclusion } from "./find_row.ts";
import { suffixOf } from "./find_suffix.ts";

/** What may stand between two answers of one list, in characters. */
const mostBetween = 60;
/** How many words may, beside "and" or "or". */
const mostWords = 4;
/** How many answers one list may have. */
const mostItems = 64;

const wrappers = /\\text[a-z]*|\\(?:qquad|quad|mbox|newline|[()[\],;:! \\])|[$*{}&~\s]/g;
const conjunction = /(?<![\p{L}])(?:and|or)(?![\p{L}])/iu;
/** Words after which something new is said. */
const turning =
  /(?<![\p{L}])(?:so|thus|hence|therefore|then|which|gives?|gets?|obtains?|is|are|be|total|answers?|final|wait|no|not|but|instead|actually|equivalently|approximately|about|simply|because|since|if|where)(?![\p{L}])/iu;

/** A list of answers, or one answer. */
export interface Group {
  /** Where its first answer begins. */
  readonly start: number;
  /** Where its last answer ends, without a unit after it. */
  readonly end: number;
  /** The answers, with what belongs to them, between commas. */
  readonly text: string;
}

/**
 * The group that ends with one of the spans of a text; `undefined` if there is nothing in it.
 *
 * @param spans In order; none within another.
 * @param last The index of the group's last span.
 * @param boxed Whether they are boxes: then a few words may stand between two of them, if "and" or "or" is one, and a row
 * in one is no step of a calculation.
 *
 * @example
 * ```ts
 * import { boxes } from "exitlab/domains/math/answer/find_boxes.ts";
 * import { groupAt } from "exitlab/domains/math/answer/find_group.ts";
 * import assert from "node:assert/strict";
 *
 * const text = "\\boxed{1} papers and \\boxed{2} bins";
 * assert.equal(groupAt(text, boxes(text), 1, true)?.text, "1, 2");
 * ```
 */
export function groupAt(
  text: string,
  spans: readonly Span[],
  last: number,
  boxed: boolean,
): Group | undefined {
  const end = spans[last];
  if (end === undefined) return undefined;
  let first = last;
  while (first > 0 && last - first < mostItems) {
    const [before, after] = [spans[first - 1], spans[first]];
    if (before === undefined || after === undefined) break;
    if (!joins(text.slice(before.end, Math.min(after.start, before.end + mostBetween + 1)), boxed)) break;
    first--;
  }
  const items = spans.slice(first, last + 1).flatMap(({ text: inner, start, end }) => {
    const item = boxed ? cleanAnswer(inner) : conclusion(inner, text.startsWith("\\begin", start));
    return item === "" ? [] : [withSuffix(item, text.slice(end, end + mostBetween))];
  });
  if (items.length === 0) return undefined;
  return { start: spans[first]?.start ?? end.start, end: end.end, text: [...new Set(items)].join(", ") };
}

function withSuffix(item: string, after: string): string {
  const suffix = suffixOf(after);
  return /%$|\\circ\}?$|\\text\{[^{}]*\}$/.test(item) ? item : item + suffix;
}

/** Whether what stands between two answers makes a list of them. */
function joins(between: string, boxed: boolean): boolean {
  if (between.length > mostBetween || /[.!?]\s/.test(between)) return false;
  const bare = between.replaceAll(wrappers, " ").trim();
  if (bare === "") return boxed && !between.includes("\n");
  if (/^[,;]?\s*(?:and|or)?[,:]?$/i.test(bare)) return true;
  if (!boxed) return false;
  if (/^\(?[b-h]\)$/.test(bare)) return true;
  const unnamed = bare.replace(/\p{L}(?:_\{?\w\}?|\(\p{L}\))? *= *$/u, "");
  const found = unnamed.match(/\p{L}{2,}/gu) ?? [];
  return conjunction.test(unnamed) && !turning.test(unnamed) && !/[\d=]/.test(unnamed) &&
    found.length <= mostWords;
}
