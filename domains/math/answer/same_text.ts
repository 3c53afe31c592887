import type { Answer } from "./answer.ts";

/** Whether two answers in words are the same, without case, spacing and punctuation. */
export function sameText(a: Answer, b: Answer): boolean {
  if (a.kind !== "text" || b.kind !== "text") return false;
  const [x, y] = [bareWords(a.text), bareWords(b.text)];
  if (x === "" || y === "") return a.text === b.text;
  // One letter may be a name, and names have a case; in brackets it is a choice.
  const isName = x.length === 1 && !isChoice(a.text) && !isChoice(b.text);
  return isName ? x === y : x.toLowerCase() === y.toLowerCase();
}

function isChoice(text: string): boolean {
  return /^\(\s*[a-zA-Z]\s*\)$/.test(text.trim());
}

/** Words without articles before them, spacing and punctuation. */
function bareWords(text: string): string {
  const words = text.normalize("NFKC").replaceAll(/\\[a-zA-Z]+/g, " ").trim();
  return words.replace(/^(?:the|an?)\s+/i, "").replaceAll(/[^\p{L}\p{N}]/gu, "");
}
