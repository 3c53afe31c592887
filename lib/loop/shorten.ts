/** How far from where a text would be cut a gap between lines or words is looked for, in characters. */
const nearby = 24;

/** A response that was shortened. */
export interface Shortened {
  /** The text, with a line that says how much is left out. */
  readonly text: string;
  /** How many characters are left out; 0 if it fitted. */
  readonly left: number;
}

/**
 * Shortens a response by rule: of the characters that are kept, a third is its beginning and the rest its end, where the
 * answer is. Cuts are moved to a gap between lines or words if one is near; between them stands how much is left out.
 *
 * @param most The most characters of the response to keep; a whole number from 0.
 *
 * @example
 * ```ts
 * import { shorten } from "exitlab/lib/loop/shorten.ts";
 * import assert from "node:assert/strict";
 *
 * const { text, left } = shorten("Let x be the number. ".repeat(20) + "So x = 7.", 60);
 * assert.match(text, /^Let x be the number\.\n\[\.\.\. \d+ characters left out \.\.\.\]\n.*So x = 7\.$/);
 * assert(left >= 369);
 * assert.deepEqual(shorten("x = 7", 60), { text: "x = 7", left: 0 });
 * ```
 */
export function shorten(response: string, most: number): Shortened {
  if (response.length <= most) return { text: response, left: 0 };
  const head = Math.floor(most / 3);
  const start = cutBefore(response, head);
  const end = cutAfter(response, response.length - (most - head));
  const left = end - start;
  // In ASCII: a policy may know no other characters.
  const mark = `[... ${left} ${left === 1 ? "character" : "characters"} left out ...]`;
  return {
    text: [response.slice(0, start), mark, response.slice(end)].filter((part) => part !== "").join("\n"),
    left,
  };
}

/** The last gap at or a little before an index; without one the index, but never within a character. */
function cutBefore(text: string, index: number): number {
  for (let at = index; at > Math.max(0, index - nearby); at--) {
    if (/\s/.test(text[at] ?? "")) return at;
  }
  return isSplit(text, index) ? index - 1 : index;
}

/** The first place after a gap at or a little after an index; without one the index, but never within a character. */
function cutAfter(text: string, index: number): number {
  for (let at = index; at < Math.min(text.length, index + nearby); at++) {
    if (/\s/.test(text[at - 1] ?? "")) return at;
  }
  return isSplit(text, index) ? index + 1 : index;
}

/** Whether a cut at an index would part the two halves of a character. */
function isSplit(text: string, index: number): boolean {
  return /^[\udc00-\udfff]/.test(text.slice(index, index + 1)) &&
    /[\ud800-\udbff]$/.test(text.slice(0, index));
}
