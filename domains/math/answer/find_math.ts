/**
 * Where the mathematics of a text stands: `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and display environments.
 *
 * @module
 */
import { firstProse } from "./find_words.ts";

/** A piece of a text that holds an answer. */
export interface Span {
  /** Where it begins, its wrapper included. */
  readonly start: number;
  /** Where it ends, its wrapper included. */
  readonly end: number;
  /** What is in it, without its wrapper. */
  readonly text: string;
}

/** A closing delimiter. */
interface Close {
  /** Where it begins. */
  readonly at: number;
  /** Where it ends. */
  readonly end: number;
}

const opener =
  /\\begin\{((?:align|alignat|equation|gather|eqnarray|multline|flalign|displaymath)\*?)\}|\\[^]|\$\$?/g;
const dollarOrEnd = /\\[^]|[$\n]/g;

/**
 * The mathematics of a text in order, by its delimiters. A dollar sign that is escaped or begins a price delimits none.
 *
 * @example
 * ```ts
 * import { mathSpans } from "exitlab/domains/math/answer/find_math.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(mathSpans("from $x = 5$ to \\(7\\)").map(({ text }) => text), ["x = 5", "7"]);
 * assert.deepEqual(mathSpans("It costs $5 and $6, or \\$7."), []);
 * ```
 */
export function mathSpans(text: string): Span[] {
  const find = finder(text);
  const spans: Span[] = [];
  opener.lastIndex = 0;
  for (let found = opener.exec(text); found !== null; found = opener.exec(text)) {
    const { 0: open, 1: environment, index: start } = found;
    const from = start + open.length;
    const close = environment === undefined
      ? closeOf(open, from, text, find)
      : find(`\\end{${environment}}`, from);
    if (close === undefined) continue;
    spans.push({ start, end: close.end, text: text.slice(from, close.at) });
    opener.lastIndex = close.end;
  }
  return spans;
}

type Find = (delimiter: string, from: number) => Close | undefined;

/** Looks for delimiters from rising positions; no part of the text is searched twice for one. */
function finder(text: string): Find {
  const next = new Map<string, number>();
  return (delimiter, from) => {
    let at = next.get(delimiter) ?? -1;
    if (at < from) {
      at = text.indexOf(delimiter, from);
      next.set(delimiter, at < 0 ? Infinity : at);
    }
    return at < 0 || at === Infinity ? undefined : { at, end: at + delimiter.length };
  };
}

function closeOf(open: string, from: number, text: string, find: Find): Close | undefined {
  switch (open) {
    case "$":
      return closingDollar(text, from);
    case "$$":
      return find("$$", from);
    case "\\[":
      return find("\\]", from);
    case "\\(": {
      const close = find("\\)", from);
      return close !== undefined && close.at < (find("\n", from)?.at ?? Infinity) ? close : undefined;
    }
    default:
      return undefined;
  }
}

/** The dollar sign that closes one, on the same line; `undefined` if the one before it is a currency's. */
function closingDollar(text: string, from: number): Close | undefined {
  dollarOrEnd.lastIndex = from;
  let found = dollarOrEnd.exec(text);
  while (found?.[0].startsWith("\\")) found = dollarOrEnd.exec(text);
  if (found === null || found[0] !== "$") return undefined;
  const { index: at } = found;
  return isMath(text.slice(from, at), text.slice(at + 1, at + 3)) ? { at, end: at + 1 } : undefined;
}

/** Whether what is between two dollar signs is mathematics, by itself and by what follows the second. */
function isMath(inner: string, after: string): boolean {
  const bare = inner.trim();
  if (bare === "") return false;
  const opensWide = inner.startsWith(" ");
  const closesWide = inner.endsWith(" ");
  // "$5 and $6", "$20-$5", "$5. $x$"
  if (/^[\d.]/.test(bare) && (/^\.?\d/.test(after) || firstProse(bare) !== undefined)) return false;
  if (/^[\d.]/.test(bare) && closesWide && !opensWide && /^[\p{L}\\(]/u.test(after)) return false;
  return !(opensWide && closesWide && firstProse(bare) !== undefined);
}
