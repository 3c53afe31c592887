/**
 * Answers without what they are wrapped in.
 *
 * @module
 */
import { groupEnd } from "./scan.ts";

/** How many wrappers around a text are taken off. */
const mostWrappers = 8;

const delimiter = /\\\\|\\[()[\]]/g;
/** "or" without room around it, as in `x=1orx=-1`. */
const gluedWord = /(?<=[\d)\]}])(or|and)(?=[A-Z\d(\\]|[a-z]\b)/g;
const dollar = /\\[^]|\$/g;
const box = /^\\(?:boxed|fbox)\s*(?=\{)/;
/** Words before an answer that say that it is one, in a box with it. */
const announcement =
  /^(?:\\(?:text[a-z]*|mbox|mathrm)\s*\{\s*(?:the |our |my )?(?:final |correct )?answer(?:\s+is)?\s*[:=]?\s*\}|(?:the |our |my )?(?:final |correct )?answer\s*(?:is(?![a-z])|:|=)\s*:?)\s*(?=\S)/i;
const quotes = [['\\"', '\\"'], ['"', '"'], ["“", "”"], ["`", "`"], ["«", "»"], ["``", "''"]] as const;

/**
 * An answer without delimiters of mathematics, boxes, emphasis and quotation marks around it, and without the period of its
 * sentence.
 *
 * @example
 * ```ts
 * import { cleanAnswer } from "exitlab/domains/math/answer/extract_clean.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(cleanAnswer("**$\\boxed{\\frac{1}{2}}$.**"), "\\frac{1}{2}");
 * assert.equal(cleanAnswer("$1$ and \\(2\\)"), "1 and 2");
 * assert.equal(cleanAnswer("\\$5"), "\\$5");
 * ```
 */
export function cleanAnswer(text: string): string {
  let clean = text;
  for (let round = 0; round < mostWrappers; round++) {
    const next = unwrap(clean);
    if (next === clean) break;
    clean = next;
  }
  return clean.replaceAll(gluedWord, " $1 ");
}

function unwrap(text: string): string {
  const bare = withoutDollars(withoutEmphasis(trimPunctuation(text)));
  const inner = bare.replaceAll(delimiter, (each) => each === "\\\\" ? each : "").trim();
  const [wrapper] = box.exec(inner) ?? [];
  if (wrapper !== undefined && groupEnd(inner, wrapper.length) === inner.length && inner.endsWith("}")) {
    return inner.slice(wrapper.length + 1, -1).trim();
  }
  for (const [open, close] of quotes) {
    const end = inner.length - close.length;
    if (inner.startsWith(open) && end > 0 && inner.indexOf(close, open.length) === end) {
      return inner.slice(open.length, end).trim();
    }
  }
  return inner.replace(announcement, "").replace(
    /^(?:[:;,=≈∴&]|\\therefore(?![a-zA-Z])|\\qquad|\\quad)\s*/,
    "",
  );
}

/**
 * A text without spaces around it and without punctuation, line breaks and room at its end. An ellipsis stays.
 *
 * @example
 * ```ts
 * import { trimPunctuation } from "exitlab/domains/math/answer/extract_clean.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(trimPunctuation(" 5 . "), "5");
 * assert.equal(trimPunctuation("0.333..."), "0.333...");
 * ```
 */
export function trimPunctuation(text: string): string {
  let end = text.trimEnd().length;
  for (;;) {
    const before = text.slice(Math.max(0, end - 6), end);
    const tail = /(?:\s|(?<!\.)\.|[,;:，。]|\\\\|\\qquad|\\quad|\\[,;!])$/.exec(before)?.[0];
    if (tail === undefined) return text.slice(0, end).trimStart();
    end -= tail.length;
  }
}

/** Without the dollar signs of mathematics: those that come in pairs. */
function withoutDollars(text: string): string {
  if (!text.includes("$")) return text;
  const count = text.match(dollar)?.filter((each) => each === "$").length ?? 0;
  return count % 2 === 1 ? text : text.replaceAll(dollar, (each) => each === "$" ? "" : each);
}

/** Without the signs of emphasis around it; those within it may be products. */
function withoutEmphasis(text: string): string {
  for (const sign of ["**", "__", "~~"]) {
    const from = text.startsWith(sign) ? sign.length : 0;
    const to = text.endsWith(sign) ? sign.length : 0;
    if (from + to > 0 && text.length > from + to) return text.slice(from, text.length - to);
  }
  return text;
}
