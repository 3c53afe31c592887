/**
 * The expression that a number of plain text is part of: `x = 5`, `-3/4`, `(3, 4)`.
 *
 * @module
 */
import { firstProse } from "./find_words.ts";

/** How far it reaches to either side of the number. */
const reach = 200;

const functions = "sqrt|frac|pi|sin|cos|tan|log|ln|exp|cdot|times|infty|pm|le|ge|leq|geq";
const pieceForm = new RegExp(
  String.raw`<<|>>|[<>!]=|\\?(?:${functions})(?![a-zA-Z])|` +
    String
      .raw`\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3}(?!\d))+(?:[.,]\d+)?|\d+(?:[.,:]\d+)*(?:[eE][-+]?\d+(?![a-zA-Z\d]))?|\.\d+|` +
    String.raw`[\u00bc-\u00be\u2150-\u215e]|\p{L}+|[^\S\n]+|[^]`,
  "gu",
);
const operator = /^(?:[-+−–*/^×÷·⋅=±≤≥<>≈≠]|[<>!]=|\\?(?:cdot|times|pm|le|ge|leq|geq))$/;
const sign = /^(?:[π√∞°²³⁴⁵|_{}%\u00bc-\u00be\u2150-\u215e])$/u;
const named = new RegExp(String.raw`^\\?(?:${functions})$`);
const calculation = /^(?=.*[\d)]\s*[-+−–*/×÷x])[\d\s.,$€£%()+\-−–*/×÷x=]+$/s;
const currency = /^[$€£¥₹]$/;

/** A piece of a line and where it stands. */
interface Piece {
  readonly text: string;
  readonly at: number;
}

/** An expression and where it ends. */
export interface Run {
  /** As it is written. */
  readonly text: string;
  /** Where it ends. */
  readonly end: number;
}

/**
 * The expression around a number of plain text. Of a chain such as `2 + 3 = 5` only its last side.
 *
 * @param at Where the number begins.
 *
 * @example
 * ```ts
 * import { runAround } from "exitlab/domains/math/answer/find_run.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(runAround("thus x = 5 eggs", 9).text, "x = 5");
 * assert.equal(runAround("at (3, 4) now", 7).text, "(3, 4)");
 * ```
 */
export function runAround(text: string, at: number): Run {
  const from = Math.max(text.lastIndexOf("\n", at) + 1, at - reach);
  const [line = ""] = /^[^\n]*/.exec(text.slice(from, at + reach)) ?? [];
  const pieces = grouped(piecesOf(line));
  const middle = pieces.findIndex((piece) => from + piece.at + piece.text.length > at);
  const first = edge(pieces, middle, -1);
  const last = edge(pieces, middle, 1);
  const run = pieces.slice(first, last + 1);
  const end = from + (run.at(-1)?.at ?? 0) + (run.at(-1)?.text.length ?? 0);
  return { text: lastSide(withoutDash(run, pieces[first - 1])), end };
}

function piecesOf(line: string): Piece[] {
  return Array.from(line.matchAll(pieceForm), ({ 0: text, index: at }) => ({ text, at }));
}

/** Brackets without words in them become one piece. */
function grouped(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  const open: number[] = [];
  for (const piece of pieces) {
    result.push(piece);
    if (/^[([{]$/.test(piece.text)) open.push(result.length - 1);
    if (!/^[)\]}]$/.test(piece.text)) continue;
    const start = open.pop();
    if (start === undefined) continue;
    const group = result.slice(start).map(({ text }) => text).join("");
    if (
      firstProse(group) !== undefined || /\p{L}{2}/u.test(group) && /(?:^|[^\\])\b(?:and|or)\b/.test(group)
    ) {
      continue;
    }
    result.splice(start, result.length, { text: group, at: result[start]?.at ?? piece.at });
  }
  return result;
}

/** How far the expression reaches to one side of a piece. */
function edge(pieces: readonly Piece[], middle: number, step: 1 | -1): number {
  let reached = middle;
  for (let at = middle + step; at >= 0 && at < pieces.length; at += step) {
    const piece = pieces[at]?.text ?? "";
    const nearest = pieces[reached]?.text ?? "";
    if (piece.trim() === "") {
      const next = pieces[at + step]?.text ?? "";
      if (piece.length < 4 && (operator.test(next) || operator.test(nearest)) && !currency.test(next)) {
        continue;
      }
      return reached;
    }
    const glued = Math.abs(at - reached) === 1;
    const bound = glued || operator.test(nearest);
    const isValue = /^(?:\d|\.\d|\p{L}$|[([{].)/u.test(piece) || sign.test(piece) || named.test(piece) ||
      currency.test(piece) && (step < 0 || operator.test(nearest));
    if (!(operator.test(piece) || bound && isValue)) return reached;
    reached = at;
  }
  return reached;
}

/** Without operators that have nothing on one side; a dash between words is none of a number. */
function withoutDash(run: readonly Piece[], before: Piece | undefined): string {
  let from = 0;
  let to = run.length;
  while (to > from && (operator.test(run[to - 1]?.text ?? "") || run[to - 1]?.text.trim() === "")) to--;
  while (from < to) {
    const [piece, next] = [run[from]?.text ?? "", run[from + 1]?.text ?? ""];
    const isMinus = /^[-−–±+]$/.test(piece) && next.trim() !== "" &&
      (from > 0 || !/[\p{L}\p{N})]$/u.test(before?.text ?? ""));
    if (isMinus || !(operator.test(piece) || piece.trim() === "")) break;
    from++;
  }
  return run.slice(from, to).map(({ text }) => text).join("");
}

/** Of a chain its last side, unless it names one variable. */
function lastSide(text: string): string {
  const sides = text.split(/[=≈]/).map((side) => side.trim()).filter((side) => side !== "");
  if (sides.length === 2 && /^\p{L}(?:_\w)?$|^\p{L}\(\w\)$/u.test(sides[0] ?? "")) return text.trim();
  return sides.at(-1) ?? text.trim();
}

/**
 * Of a calculation with numbers its result; any other text as it is.
 *
 * @example
 * ```ts
 * import { resultOf } from "exitlab/domains/math/answer/find_run.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(resultOf("$8 + $6 = $14"), "$14");
 * assert.equal(resultOf("7 = 2x + 1"), "7 = 2x + 1");
 * ```
 */
export function resultOf(text: string): string {
  const at = text.lastIndexOf("=");
  const isCalculation = at > 0 && calculation.test(text.slice(0, at)) &&
    /^[\s$€£]*[-−]?[\d.,]/.test(text.slice(at + 1));
  return isCalculation ? text.slice(at + 1).trim() : text;
}
