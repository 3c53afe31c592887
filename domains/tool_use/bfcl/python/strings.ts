/**
 * What Python's methods of texts give where JavaScript's differ.
 *
 * @module
 */

// Separators of files, groups, records and units are written by their codes: as characters they would be unseen.
const [file, unit] = [String.fromCharCode(0x1c), String.fromCharCode(0x1f)];
const lineBreak = new RegExp(`\\r\\n|[\\n\\r\\v\\f${file}-${String.fromCharCode(0x1e)}\\x85\\u2028\\u2029]`);
const whiteSpace = new RegExp(`[\\s${file}-${unit}\\x85]+`);

/** `splitlines`: a line break at the end begins no line. */
export function splitLines(text: string): string[] {
  const lines = text.split(lineBreak);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** `split` without a separator: by white space, without empty words. */
export function splitWords(text: string): string[] {
  return text.split(whiteSpace).filter((word) => word !== "");
}

/** How many characters a text has, those outside the first plane counted once. */
export function length(text: string): number {
  return [...text].length;
}

/** The order of texts by code points. */
export function compareText(left: string, right: string): number {
  const [a, b] = [[...left], [...right]];
  for (const [at, char] of a.entries()) {
    const other = b[at];
    if (other === undefined) return 1;
    if (char !== other) return (char.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
  }
  return a.length - b.length;
}
