import type { Answer } from "./answer.ts";

/** Whether two answers in words are the same, without case, spacing and punctuation. */
export function sameText(a: Answer, b: Answer): boolean {
  if (a.kind !== "text" || b.kind !== "text") return false;
  const [x, y] = [bareWords(a.text), bareWords(b.text)];
  if (x === "" || y === "") return a.text === b.text;
  // One letter may be a name, and names have a case.
  return x.length === 1 ? bareCase(a.text) === bareCase(b.text) : x === y;
}

function bareWords(text: string): string {
  return bareCase(text).toLowerCase();
}

function bareCase(text: string): string {
  return text.normalize("NFKC").replaceAll(/\\[a-zA-Z]+|[^\p{L}\p{N}]/gu, "").replace(
    /^(?:the|an?)(?=\p{Lu})/u,
    "",
  );
}
