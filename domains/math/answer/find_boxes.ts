/**
 * Where the boxed answers of a text stand.
 *
 * @module
 */
import { cleanAnswer, trimPunctuation } from "./extract_clean.ts";
import type { Span } from "./find_math.ts";

/** Two backslashes: text that was escaped twice. */
const piece = /\\{1,2}(?:boxed|fbox)(?![a-zA-Z])\s*|\\[^]|[{}]/g;
/** A box without braces holds one word. */
const word = /(?:(?!\\f?box)[^\s$]){1,60}/y;
/** Where a box ends at the latest whose brace is never closed. */
const openEnd = /\$|\\[)\]]|\n\s*\n|$/g;

/**
 * The boxes of a text in order, empty ones aside; of boxes within a box only the outermost. One that is never closed
 * ends with its mathematics, its paragraph or the text.
 *
 * @example
 * ```ts
 * import { boxes } from "exitlab/domains/math/answer/find_boxes.ts";
 * import assert from "node:assert/strict";
 *
 * const found = boxes("\\boxed{\\frac{1}{2}} or \\boxed 5 or \\boxed{x");
 * assert.deepEqual(found.map(({ text }) => text), ["\\frac{1}{2}", "5", "x"]);
 * ```
 */
export function boxes(text: string): Span[] {
  const found: Span[] = [];
  /** The open braces: where a box begins and where its text does, or `null` for any other brace. */
  const open: ({ readonly start: number; readonly from: number } | null)[] = [];
  piece.lastIndex = 0;
  for (let match = piece.exec(text); match !== null; match = piece.exec(text)) {
    const { 0: each, index: at } = match;
    if (each === "{") open.push(null);
    else if (each === "}") {
      const box = open.pop();
      if (!box) continue;
      while (found.length > 0 && (found.at(-1)?.start ?? 0) > box.start) found.pop();
      found.push({ start: box.start, end: at + 1, text: text.slice(box.from, at) });
    } else if (each.length > 2) {
      const from = at + each.length;
      if (text[from] === "{") {
        open.push({ start: at, from: from + 1 });
        piece.lastIndex = from + 1;
      } else {
        const bare = bareBox(text, from);
        if (bare !== "") found.push({ start: at, end: from + bare.length, text: bare });
      }
    }
  }
  const last = open.findLast((box) => box !== null);
  if (last) {
    openEnd.lastIndex = last.from;
    const end = openEnd.exec(text)?.index ?? text.length;
    const holdsOther = found.some(({ start }) => start > last.start && start < end);
    if (!holdsOther) found.push({ start: last.start, end, text: text.slice(last.from, end) });
    found.sort((a, b) => a.start - b.start);
  }
  return found.filter(({ text }) => cleanAnswer(text) !== "");
}

function bareBox(text: string, from: number): string {
  word.lastIndex = from;
  const [bare = ""] = word.exec(text) ?? [];
  return trimPunctuation(bare.split(/\\[)\]]/)[0] ?? "");
}
