/** How a text is taken apart. */
export interface NgramOptions {
  /** The least and the greatest length of a term in words or characters. Default `[1, 1]`. */
  readonly ngrams: readonly [least: number, greatest: number];
  /** `"word"`: words of at least two letters or digits; `"char"`: characters, spaces included. Default `"word"`. */
  readonly analyzer: "word" | "char";
  /** Whether texts are lower-cased first. Default `true`. */
  readonly lowercase: boolean;
}

/** Single words in lower case. */
export const ngramDefaults: NgramOptions = { ngrams: [1, 1], analyzer: "word", lowercase: true };

/** Calls back with each term of a text, as often as it comes. */
export type Ngrams = (text: string, found: (term: string) => void) => void;

const words = /[\p{L}\p{N}_]{2,}/gu;
const wideSpace = /\p{White_Space}{2,}/gu;
const pair = /[\uD800-\uDBFF][\uDC00-\uDFFF]/;

/**
 * A way to take texts apart into runs of words (joined by a space) or of characters. Characters are code points, and
 * spaces in a row count as one.
 *
 * @throws {RangeError} If the lengths are not whole numbers from 1 in rising order, or there is no such analyzer.
 *
 * @example
 * ```ts
 * import { ngramsOf } from "exitlab/domains/mle/mlkit/ngrams.ts";
 * import assert from "node:assert/strict";
 *
 * const terms: string[] = [];
 * ngramsOf({ ngrams: [1, 2] })("It's a Big dog", (term) => terms.push(term));
 * assert.deepEqual(terms, ["it", "big", "dog", "it big", "big dog"]);
 * ```
 */
export function ngramsOf(options: Partial<NgramOptions> = {}): Ngrams {
  const { ngrams: [least, greatest], analyzer, lowercase } = { ...ngramDefaults, ...options };
  if (!Number.isInteger(least) || !Number.isInteger(greatest) || least < 1 || greatest < least) {
    throw new RangeError(`Expected lengths such as [1, 2] but found [${least}, ${greatest}] (ngrams)`);
  }
  if (analyzer !== "word" && analyzer !== "char") {
    throw new RangeError(`Expected "word" or "char" but found ${JSON.stringify(analyzer)} (analyzer)`);
  }
  const runs = analyzer === "word" ? wordRuns : characterRuns;
  return (text, found) => runs(lowercase ? text.toLowerCase() : text, least, greatest, found);
}

function wordRuns(text: string, least: number, greatest: number, found: (term: string) => void): void {
  const list = text.match(words) ?? [];
  for (let length = least; length <= greatest; length++) {
    for (let at = 0; at + length <= list.length; at++) {
      found(length === 1 ? list[at] ?? "" : list.slice(at, at + length).join(" "));
    }
  }
}

function characterRuns(text: string, least: number, greatest: number, found: (term: string) => void): void {
  const line = text.replace(wideSpace, " ");
  // code points and code units are the same as long as there is no surrogate pair
  const points = pair.test(line) ? Array.from(line) : undefined;
  const count = points?.length ?? line.length;
  for (let length = least; length <= greatest; length++) {
    for (let at = 0; at + length <= count; at++) {
      found(points === undefined ? line.slice(at, at + length) : points.slice(at, at + length).join(""));
    }
  }
}
