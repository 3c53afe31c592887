/**
 * A choice with its letter before it: `(D) 24`, `D. 24`, `\textbf{(D)}\ 24`.
 *
 * @module
 */

const forms: readonly RegExp[] = [
  /^\(\s*([A-J])\s*\)\s*(\S.*)$/s,
  /^([A-J])\s*[.):]\s*(\S.*)$/s,
  /^\\text\s*\{\s*(?:\(\s*([A-J])\s*\)|([A-J])\s*[.):])\s*\}\s*[.:]?\s*(\S.*)$/s,
  /^\\text\s*\{\s*(?:\(\s*([A-J])\s*\)|([A-J])\s*[.):])\s*([^{}\s][^{}]*)\}$/,
];

/** Who names two letters has not chosen. */
const otherLetter = /(?<![a-zA-Z\\])[A-J](?![a-zA-Z])/;

/** The letter of a choice and what is chosen, from text in normal form; `undefined` if it has no letter before it. */
export function readChoice(text: string): { readonly letter: string; readonly chosen: string } | undefined {
  for (const form of forms) {
    const [, ...parts] = form.exec(text) ?? [];
    const [letter, chosen] = parts.filter((part) => part !== undefined);
    if (letter === undefined || chosen === undefined || !/[\p{L}\p{N}]/u.test(chosen)) continue;
    return otherLetter.test(chosen) ? undefined : { letter, chosen };
  }
  return undefined;
}
