/**
 * Whether two numbers or expressions have the same value.
 *
 * @module
 */
import type { Answer, NumberAnswer } from "./answer.ts";
import { bareText, type Comparison, type Of } from "./comparison.ts";
import { exactValue } from "./exact_value.ts";
import { shortWords } from "./find_words.ts";
import { readNumber } from "./number_text.ts";
import { absolute, add, isSame, negate, order, type Rational, rational } from "./rational.ts";
import { contents } from "./symbol_value.ts";
import { sameExpression } from "./same_expression.ts";

/** Whether an answer is a number or an expression. */
export function isValue(answer: Answer): answer is Of<"number"> | Of<"expression"> {
  return answer.kind === "number" || answer.kind === "expression";
}

/** Whether the values are equal: exactly, at sample points, by rounding to six places or more, or within the tolerance. */
export function sameValue(
  a: Of<"number" | "expression">,
  b: Of<"number" | "expression">,
  by: Comparison,
): boolean {
  if (a.kind === "number" && b.kind === "number") {
    return isSame(a.value, b.value) || isRounded(a, b) || isWithin(a.value, b.value, by);
  }
  const [x, y] = [latexOf(a), latexOf(b)];
  if (areOtherWords(bareText(x), bareText(y))) return false;
  const sameness = sameExpression(by, x, y);
  if (sameness === "same") return true;
  if (sameness === "unknown") return bareText(x) === bareText(y);
  const [u, v] = [valueOf(a, by), valueOf(b, by)];
  return u !== undefined && v !== undefined &&
    (isRounded({ value: u, places: placesOf(a) }, { value: v, places: placesOf(b) }) || isWithin(u, v, by));
}

/** Whether two texts are other letters and no product: names in capitals, such as NE, and words, such as on, have an order. */
function areOtherWords(x: string, y: string): boolean {
  if (x === y || !/^[a-zA-Z]{2,}$/.test(x) || !/^[a-zA-Z]{2,}$/.test(y)) return false;
  const isWord = (text: string): boolean => /^[A-Z]+$/.test(text) || shortWords.has(text.toLowerCase());
  return isWord(x) || isWord(y);
}

/** A value as LaTeX. */
export function latexOf(answer: Of<"number" | "expression">): string {
  if (answer.kind === "expression") return answer.latex;
  const { top, bottom } = answer.value;
  return bottom === 1n ? String(top) : `\\frac{${top}}{${bottom}}`;
}

/** The decimal places of a decimal; `null` for anything else. */
function placesOf(answer: Answer): number | null {
  return answer.kind === "number" ? answer.places : null;
}

/** The value of a constant, exact or to many digits. */
export function valueOf(
  answer: Of<"number" | "expression">,
  { reader, work }: Comparison,
): Rational | undefined {
  if (answer.kind === "number") return answer.value;
  const expression = reader.read(answer.latex);
  if (expression === undefined || contents(expression).variables) return undefined;
  return exactValue(expression, work) ?? reader.value(answer.latex);
}

/** The fewest decimal places with which a decimal may stand for what it rounds. */
const fewestPlaces = 6;

/** Whether one is a decimal of at least six places, and the other rounds to it. */
function isRounded(
  a: Pick<NumberAnswer, "value" | "places">,
  b: Pick<NumberAnswer, "value" | "places">,
): boolean {
  const places = Math.min(a.places ?? Infinity, b.places ?? Infinity);
  if (places < fewestPlaces || places === Infinity) return false;
  const half = rational(1n, 2n * 10n ** BigInt(places));
  const difference = distance(a.value, b.value);
  // A number that has hardly a digit in so many places is not told by them.
  const enough = rational(1n, 10n ** BigInt(places - fewestPlaces + 1));
  return half !== undefined && difference !== undefined && enough !== undefined &&
    order(absolute(a.value), enough) >= 0 && order(difference, half) <= 0;
}

/** Whether two numbers differ by no more than the tolerance. */
function isWithin(a: Rational, b: Rational, { tolerance }: Comparison): boolean {
  const most = typeof tolerance === "number" ? tolerance : tolerance?.[0];
  if (most === undefined || !(most > 0) || !Number.isFinite(most)) return false;
  const limit = readNumber(String(most))?.value;
  const difference = distance(a, b);
  return limit !== undefined && difference !== undefined && order(difference, limit) <= 0;
}

function distance(a: Rational, b: Rational): Rational | undefined {
  const difference = add(a, negate(b));
  return difference && absolute(difference);
}
