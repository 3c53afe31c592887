/**
 * From text to an answer: lists, relations, unions and brackets are taken apart; what is left are leaves.
 *
 * @module
 */
import type { Answer, Sign } from "./answer.ts";
import { readChoice } from "./choice.ts";
import { normalText } from "./normal_text.ts";
import { readNumber } from "./number_text.ts";
import { readLeaf } from "./read_leaf.ts";
import { bracketed, type Piece, pieces, splitAt, splitTop } from "./scan.ts";
import { realLine, realWithout, span, toSpan, union } from "./spans.ts";

/** The most brackets within brackets that are looked into. */
const deepest = 24;

/** The most parts that an answer is taken apart into. */
const mostParts = 2_000;

/**
 * Reads an answer. What has more than one reading, such as `1,234`, gets them all.
 *
 * @param text LaTeX or plain text, without the words around it.
 *
 * @example
 * ```ts
 * import { readAnswer } from "exitlab/domains/math/answer/read_answer.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(readAnswer("\\{1, 2\\}").kind, "set");
 * assert.equal(readAnswer("x = 5").kind, "relation");
 * assert.equal(readAnswer("(0, 1]").kind, "span");
 * ```
 */
export function readAnswer(text: string): Answer {
  const normal = unboxed(normalText(text));
  const joined = normal.replaceAll(
    /(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])/g,
    (number, at: number) => isNested(normal, at) ? number : number.replaceAll(",", ""),
  );
  const readings = [read(joined, 0)];
  if (joined !== normal) readings.push(read(normal, 0));
  if (/^[-+]?(?:0,\d+|[1-9]\d*,(?:\d{2}|\d{4,}))$/.test(normal)) {
    readings.push(read(normal.replace(",", "."), 0));
  }
  const choice = readChoice(stripped(normal));
  if (choice !== undefined) {
    // Which of the two was asked for, the known-good answer says.
    readings.push({ kind: "text", text: `(${choice.letter})` }, read(choice.chosen, 0));
  }
  return readings.length === 1 ? readings[0] ?? { kind: "text", text: "" } : { kind: "either", readings };
}

/** Whether the character at an index is within brackets. */
function isNested(text: string, index: number): boolean {
  return pieces(text).some(({ at, depth }) => at === index && depth > 0);
}

function unboxed(text: string): string {
  return text.replaceAll(/\\(?:boxed|fbox)\s*(?=\{)/g, "");
}

function read(text: string, depth: number, parts: { left: number } = { left: mostParts }): Answer {
  const bare = stripped(text);
  if (depth > deepest || parts.left-- <= 0) return { kind: "text", text: bare };
  const deeper = (part: string): Answer => read(part, depth + 1, parts);
  return readNamed(bare) ?? readNumber(bare) ?? readTurned(bare, deeper) ?? readList(bare, deeper) ??
    readRelation(bare, deeper) ??
    readUnion(bare, deeper) ?? readBrackets(bare, deeper) ?? readLeaf(bare, deeper);
}

type Read = (text: string) => Answer;

const delimited = /^(?:\$\$?([^$]*[^$\\])\$\$?|\\\((.*)\\\)|\\\[(.*)\\\])$/s;

/** Without delimiters of mathematics and punctuation around it. */
function stripped(text: string): string {
  const bare = text.trim().replace(/(?:\s|\\\\|[.,;:/](?!\d))+$/, "").replace(/^[,;:]\s*/, "");
  const [, ...inner] = delimited.exec(bare) ?? [];
  return inner.find((each) => each !== undefined)?.trim() ?? bare;
}

/** All of ℝ or nothing, in words. */
function readNamed(text: string): Answer | undefined {
  const words = text.replaceAll(/\\text\{([^{}]*)\}/g, "$1").trim();
  if (/^all (?:of the )?real(?:s| numbers)?$/i.test(words)) return realLine;
  const empty = /^(?:\\emptyset|\\\{\s*\\\}|no (?:real )?(?:solutions?|roots?)|none)$/i.test(words);
  return empty ? { kind: "set", items: [] } : undefined;
}

/** An open end written as a bracket that looks away: `]0, 1[`. */
function readTurned(text: string, read: Read): Answer | undefined {
  const [, open, inner, close] = /^([[\]])([^[\]]*)([[\]])$/.exec(text) ?? [];
  if (open === undefined || inner === undefined || (open === "[" && close === "]")) return undefined;
  return inner.includes(",")
    ? read(`${open === "]" ? "(" : "["}${inner}${close === "[" ? ")" : "]"}`)
    : undefined;
}

const wordSeparators = /\\text\s*\{[\s,]*(and|or)\s*\}|(?<![a-zA-Z\\])(and|or)(?![a-zA-Z])/g;
const both = "\\wedge";
const oneOf = "\\vee";
const commas: ReadonlySet<string> = new Set([",", both, oneOf]);
const semicolons: ReadonlySet<string> = new Set([";", "；"]);

/** Several answers: between semicolons, else between commas, "and" and "or". */
function readList(text: string, read: Read): Answer | undefined {
  const marked = text.replaceAll(
    wordSeparators,
    (_, inText?: string, bare?: string) => ` ${(inText ?? bare) === "and" ? both : oneOf} `,
  );
  for (const separators of [semicolons, commas]) {
    const parts = splitTop(marked, separators).map((part) => part.replace(/\.$/, "")).filter((part) =>
      part !== ""
    );
    const cut = pieces(marked).some(({ text, depth }) => depth === 0 && separators.has(text));
    if (!cut || parts.length === 0) continue;
    if (parts.length === 1) return read(parts[0] ?? "");
    const all = pieces(marked).every(({ text, depth }) => depth > 0 || text !== oneOf);
    return { kind: "list", items: sharedName(parts.map(read)), all };
  }
  return undefined;
}

/** `a = 4, -8` is about `a` twice. */
function sharedName(items: readonly Answer[]): readonly Answer[] {
  const [first, ...rest] = items;
  const named = first?.kind === "relation" && first.signs.length === 1 && first.signs[0] === "=";
  if (!named || rest.length === 0 || rest.some(({ kind }) => kind === "relation")) return items;
  const [name, value] = first.sides;
  if (name === undefined || value === undefined) return items;
  return [
    first,
    ...rest.map((answer): Answer => ({
      kind: "relation",
      sides: [name, { text: "", answer }],
      signs: ["="],
    })),
  ];
}

const signs: ReadonlyMap<string, Sign> = new Map([
  ["=", "="],
  [":=", "="],
  ["<", "<"],
  [">", ">"],
  ["\\le", "\\le"],
  ["\\ge", "\\ge"],
  ["\\ne", "\\ne"],
  ["\\in", "\\in"],
  ["\\approx", "\\approx"],
  ["\\equiv", "\\equiv"],
  ["\\sim", "\\approx"],
]);

function readRelation(text: string, read: Read): Answer | undefined {
  const top = pieces(text).filter(({ depth }) => depth === 0);
  const member = top.find(({ text }) => text === "\\in");
  const united = top.some(({ text }) => text === "\\cup");
  const cuts: Piece[] = member !== undefined
    ? [member]
    : united
    ? []
    : top.filter(({ text }) => signs.has(text));
  if (cuts.length === 0) return undefined;
  // A colon before an equals sign defines; an ampersand before it aligns.
  const sides = splitAt(text, cuts).map((side) => side.replace(/[:&]\s*$/, "").replace(/^&/, "").trim());
  const found = cuts.flatMap(({ text }) => signs.get(text) ?? []);
  if (sides[0] === "" && sides.length === 2) return read(sides[1] ?? "");
  if (sides.at(-1) === "") return undefined;
  const whole = sides[0] === "" ? sides.slice(1) : sides;
  return {
    kind: "relation",
    sides: whole.map((side) => ({ text: side, answer: read(side) })),
    signs: sides[0] === "" ? found.slice(1) : found,
  };
}

/** Unions, and sets without others. */
function readUnion(text: string, read: Read): Answer | undefined {
  const [whole = "", ...removed] = splitTop(text, new Set(["\\setminus"]));
  if (removed.length === 1) {
    const [from, without] = [read(whole), read(removed[0] ?? "")];
    const points = without.kind === "set" ? without.items : undefined;
    return toSpan(from) === realLine && points !== undefined && points.length > 0
      ? realWithout(points)
      : undefined;
  }
  const parts = splitTop(text, new Set(["\\cup"]));
  if (parts.length < 2) return undefined;
  const spans = parts.map((part) => toSpan(read(part)));
  const known = spans.filter((each) => each !== undefined);
  return known.length === spans.length ? union(known) : undefined;
}

function readBrackets(text: string, read: Read): Answer | undefined {
  const group = bracketed(text);
  if (group === undefined) return undefined;
  const { open, close, inner } = group;
  if (open.startsWith("\\l") && open !== "\\langle") return undefined;
  if (open === "{" || inner === "") return read(inner);
  const items = splitTop(inner, splitTop(inner, semicolons).length > 1 ? semicolons : new Set([","]));
  if (open === "\\{") return readSet(inner, items, read);
  if (items.length === 1) {
    if (open === "(" && /^[A-J]$/.test(inner)) return { kind: "text", text: inner };
    const only = read(inner);
    const isList = open === "[" && close === "]" && only.kind !== "matrix";
    return isList ? { kind: "tuple", items: [only], open, close } : only;
  }
  const answers = items.map(read);
  const [from, to] = answers;
  if (answers.length === 2 && from !== undefined && to !== undefined && /^[([]$/.test(open)) {
    const halfOpen = (open === "(") !== (close === ")");
    const endless = [items[0], items[1]].some((end) => /\\infty/.test(end ?? ""));
    if (halfOpen || endless) return span([{ from, fromClosed: open === "[", to, toClosed: close === "]" }]);
  }
  return { kind: "tuple", items: answers, open, close };
}

/** A set by its members or by a condition. */
function readSet(inner: string, items: readonly string[], read: Read): Answer {
  const bar = pieces(inner).find(({ text, depth }) => depth === 0 && (text === "|" || text === ":"));
  const isCondition = bar !== undefined && /[<>=]|\\(?:le|ge|ne|in)(?![a-z])/.test(inner.slice(bar.at + 1)) &&
    (inner.match(/\|/g)?.length ?? 1) % 2 === 1;
  if (isCondition) return read(inner.slice(bar.at + bar.text.length));
  return { kind: "set", items: items.filter((item) => item !== "").map(read) };
}
