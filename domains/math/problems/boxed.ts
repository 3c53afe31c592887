/** Where the content of a box stands in a text. */
export interface Box {
  /** Its first character. */
  readonly start: number;
  /** After its last character: the closing brace. */
  readonly end: number;
}

/** The last whole `\boxed{…}` or `\fbox{…}` of a text. */
export function lastBox(text: string): Box | undefined {
  for (const { 0: opening, index } of [...text.matchAll(/\\(?:boxed|fbox)\s*\{/g)].reverse()) {
    const start = index + opening.length;
    const end = closingBrace(text, start);
    if (end !== undefined) return { start, end };
  }
  return undefined;
}

/** The brace that closes the group whose content begins at an index. */
function closingBrace(text: string, start: number): number | undefined {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return at;
  }
  return undefined;
}
