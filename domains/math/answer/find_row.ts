/**
 * The conclusion of a piece of mathematics: its last row, and what its last arrow leads to.
 *
 * @module
 */
import { cleanAnswer, trimPunctuation } from "./extract_clean.ts";
import { groupEnd, pieces, splitAt } from "./scan.ts";

/** The longest mathematics that is looked into. */
const longest = 20_000;

const rows =
  /^\\begin\{(?:aligned|align|alignat|alignedat|split|gathered|gather|multline|eqnarray|equation)\*?\}/;
const arrows: ReadonlySet<string> = new Set([
  "\\implies",
  "\\Rightarrow",
  "\\Longrightarrow",
  "\\iff",
  "\\Leftrightarrow",
  "\\Longleftrightarrow",
  "\\therefore",
  "⟹",
  "⇒",
  "⟺",
  "⇔",
]);

/**
 * What a piece of mathematics comes to: of aligned rows the last, of a deduction what follows the last arrow.
 *
 * @param isDisplay Whether it is the inside of an environment whose rows follow each other.
 *
 * @example
 * ```ts
 * import { conclusion } from "exitlab/domains/math/answer/find_row.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(conclusion("\\begin{aligned} x &= 2 + 3 \\\\ &= 5. \\end{aligned}", false), "5");
 * assert.equal(conclusion("2x = 6 \\implies x = 3", false), "x = 3");
 * ```
 */
export function conclusion(math: string, isDisplay: boolean): string {
  const clean = trimPunctuation(math);
  const [open] = rows.exec(clean.slice(0, 40)) ?? [];
  const inner = open !== undefined && /\\end\{[a-z]+\*?\}$/.test(clean.slice(-20))
    ? clean.slice(open.length, clean.lastIndexOf("\\end"))
    : clean;
  const isRows = isDisplay || inner !== clean;
  // The last of very many rows are enough.
  return cleanAnswer(lastPart(inner.slice(-longest), isRows));
}

function lastPart(text: string, isRows: boolean): string {
  if (!isRows && !/[⟹⇒⟺⇔]|\\(?:implies|iff|therefore|Long|Right|Left)/.test(text)) return text;
  const all = pieces(text).filter(({ depth }) => depth === 0);
  const lines = isRows ? splitAt(text, all.filter(({ text }) => text === "\\\\")) : [text];
  const line = lines.findLast((line) => trimPunctuation(line.replaceAll("&", "")) !== "") ?? "";
  const cuts = pieces(line).filter(({ text, depth }) => depth === 0 && arrows.has(text));
  const part = splitAt(line, cuts).findLast((part) => trimPunctuation(part) !== "") ?? "";
  return isRows ? unaligned(part) : part;
}

/** Without the marks that align a row, the tag and the space of its line break. */
function unaligned(row: string): string {
  const marks = pieces(row).filter(({ text, depth }) => depth === 0 && text === "&");
  const bare = splitAt(row, marks).join(" ").replace(/^\s*\[[\d.]+(?:pt|em|ex|mm|cm)\]/, "").trim();
  const tag = /\\(?:tag|label)\*?\s*(?=\{)/.exec(bare);
  if (tag === null) return bare;
  return bare.slice(0, tag.index) + bare.slice(groupEnd(bare, tag.index + tag[0].length));
}
