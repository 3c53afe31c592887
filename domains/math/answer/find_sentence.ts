/**
 * Where the sentences of a text end, mathematics apart.
 *
 * @module
 */
import type { Span } from "./find_math.ts";

const stop = /[.!?。\n]/g;
/** What shortens a word rather than end a sentence. */
const shortened = /(?<![\p{L}])(?:sq|cu|approx|vs|ca|e\.g|i\.e|eq|no|resp|\p{Lu})$/iu;
/** What promises that the answer stands on the next line. */
const promise = /(?:[:=]|(?<![\p{L}])(?:is|are|equals?|be|get|have))[\s*_]*$/u;

/** The index of the first span that ends after a position. */
export function spanAfter(spans: readonly Span[], at: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.end ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Where the sentence ends that a position is in: at its period, at the end of a line, or at a limit.
 *
 * @param spans The mathematics of the text, in order; nothing in it ends a sentence.
 */
export function sentenceEnd(text: string, spans: readonly Span[], from: number, limit: number): number {
  let next = spanAfter(spans, from);
  let resume = from;
  for (const { 0: mark, index } of text.slice(from, limit).matchAll(stop)) {
    const at = from + index;
    if (at < resume) continue;
    while ((spans[next]?.end ?? Infinity) <= at) next++;
    const around = spans[next];
    if (around !== undefined && around.start <= at) resume = around.end;
    else if (ends(mark, text, from, at)) return at;
  }
  return Math.min(Math.max(limit, resume), text.length);
}

function ends(mark: string, text: string, from: number, at: number): boolean {
  const before = text.slice(Math.max(from, at - 12), at);
  if (mark === "。") return true;
  if (mark === "\n") return before.trim() !== "" && !promise.test(before);
  const after = text[at + 1] ?? "";
  if (!/^$|[\s"”'*_`)\]}<\\]/.test(after)) return false;
  if (mark === ".") return !(shortened.test(before) && /^\s?[a-z\d]/.test(text.slice(at + 1, at + 3)));
  return /[\p{L})"*]$/u.test(before) || mark === "?";
}

/**
 * Where the sentence begins that a position is in, but no further back than a limit.
 *
 * @param spans The mathematics of the text, in order; nothing in it ends a sentence.
 */
export function sentenceStart(text: string, spans: readonly Span[], at: number, limit: number): number {
  let start = limit;
  while (start < at) {
    const end = sentenceEnd(text, spans, start, at);
    if (end >= at) break;
    start = end + 1;
  }
  return start;
}
