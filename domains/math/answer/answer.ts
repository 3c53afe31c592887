/**
 * What an answer is, once its text was read.
 *
 * @module
 */
import type { Rational } from "./rational.ts";

/** A number that is written out: whole, fraction, mixed, decimal or scientific. */
export type NumberAnswer = {
  readonly kind: "number";
  /** Its exact value. */
  readonly value: Rational;
  /** How many decimal places it is written with; `null` where it is exact by its form, such as a fraction. */
  readonly places: number | null;
};

/** Anything else with a value: roots, π, variables, functions. */
export type ExpressionAnswer = {
  readonly kind: "expression";
  /** In normal form. */
  readonly latex: string;
};

/** A piece of the real line; an end without bound is an expression of infinity. */
export type Interval = {
  readonly from: Answer;
  readonly fromClosed: boolean;
  readonly to: Answer;
  readonly toClosed: boolean;
};

/** How the sides of a relation stand to each other. */
export type Sign = "=" | "<" | "\\le" | ">" | "\\ge" | "\\ne" | "\\in" | "\\approx" | "\\equiv";

/** What an answer is, once its text was read. */
export type Answer =
  | NumberAnswer
  | ExpressionAnswer
  /** More than one way to read it; it equals what one of them equals. */
  | { readonly kind: "either"; readonly readings: readonly Answer[] }
  /** Words, as compared: without case, spacing and punctuation. */
  | { readonly kind: "text"; readonly text: string }
  /** So many of a hundred. */
  | { readonly kind: "percent"; readonly value: Answer }
  /** With a unit, a currency or another label such as `apples`. */
  | { readonly kind: "quantity"; readonly value: Answer; readonly unit: string }
  /** Digits in a base that is written below them. */
  | { readonly kind: "based"; readonly digits: string; readonly base: number }
  /** What is left after a division: `3 \pmod 5`. */
  | { readonly kind: "residue"; readonly value: Answer; readonly modulus: Answer }
  /** Such as 7 : 32. */
  | { readonly kind: "ratio"; readonly items: readonly Answer[] }
  /** Several answers in any order, as `1, 2` or `1 and 2`; `all` if an "and" binds them. */
  | { readonly kind: "list"; readonly items: readonly Answer[]; readonly all: boolean }
  /** In braces: order and repetition do not matter. */
  | { readonly kind: "set"; readonly items: readonly Answer[] }
  /** In brackets: the order matters. With two items it may be meant as an interval. */
  | {
    readonly kind: "tuple";
    readonly items: readonly Answer[];
    readonly open: string;
    readonly close: string;
  }
  /** A union of intervals and single points. */
  | { readonly kind: "span"; readonly intervals: readonly Interval[]; readonly points: readonly Answer[] }
  /** Rows of equal length. */
  | { readonly kind: "matrix"; readonly rows: readonly (readonly Answer[])[] }
  /** Sides with signs between them: `sides[i] signs[i] sides[i + 1]`. */
  | { readonly kind: "relation"; readonly sides: readonly Side[]; readonly signs: readonly Sign[] };

/** One side of a relation. */
export type Side = {
  /** As text in normal form. */
  readonly text: string;
  /** As an answer. */
  readonly answer: Answer;
};
