/**
 * Reading LaTeX by its brackets: what stands at the top level, and which bracket closes which.
 *
 * @module
 */

/** Pieces of LaTeX: a command with its backslash, or one character. */
const piece = /\\[a-zA-Z]+|\\.|[^\\]|\\$/gsu;

const opening: ReadonlySet<string> = new Set(["{", "(", "[", "\\{", "\\langle", "\\lfloor", "\\lceil"]);
const closing: ReadonlySet<string> = new Set(["}", ")", "]", "\\}", "\\rangle", "\\rfloor", "\\rceil"]);

/** One piece of LaTeX and where it stands. */
export interface Piece {
  /** A command with its backslash, or one character. */
  readonly text: string;
  /** Where it begins. */
  readonly at: number;
  /** How many brackets and environments are open around it; a bracket counts as outside of itself. */
  readonly depth: number;
}

/**
 * The pieces of a text with their depths. Any closing bracket closes the latest open one, so that `[0, 1)` is one group;
 * one that closes nothing stays at depth 0.
 */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let depth = 0;
  for (const { 0: each, index: at } of text.matchAll(piece)) {
    const closes = closing.has(each) || (each === "\\end" && text.startsWith("{", at + 4));
    if (closes) depth = Math.max(0, depth - 1);
    found.push({ text: each, at, depth });
    if (opening.has(each) || each === "\\begin") depth++;
  }
  return found;
}

/** Parts of a text between separators at the top level, trimmed; one part if there is none. */
export function splitTop(text: string, separators: ReadonlySet<string>): string[] {
  return splitAt(text, pieces(text).filter(({ depth, text }) => depth === 0 && separators.has(text)));
}

/** Parts of a text between pieces, trimmed. */
export function splitAt(text: string, cuts: readonly Piece[]): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const cut of cuts) {
    parts.push(text.slice(from, cut.at).trim());
    from = cut.at + cut.text.length;
  }
  return [...parts, text.slice(from).trim()];
}

/** A text within one pair of brackets. */
export interface Bracketed {
  /** The opening bracket. */
  readonly open: string;
  /** The closing bracket. */
  readonly close: string;
  /** What is between them. */
  readonly inner: string;
}

/** The brackets around the whole of a text; `undefined` if its first bracket closes before the end. */
export function bracketed(text: string): Bracketed | undefined {
  const all = pieces(text);
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined || all.length < 2) return undefined;
  if (!opening.has(first.text) || !closing.has(last.text)) return undefined;
  const whole = all.slice(1, -1).every(({ depth }) => depth > 0);
  if (!whole || last.depth !== 0) return undefined;
  return { open: first.text, close: last.text, inner: text.slice(first.text.length, last.at).trim() };
}

/** The end of the group that begins with a brace at an index: after its closing brace, or the end of the text. */
export function groupEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return at + 1;
  }
  return text.length;
}
