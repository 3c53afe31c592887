import type { Term } from "./program.ts";
import { leftAlong, leftOver, ridge } from "./ridge.ts";
import { letters } from "./shapes.ts";
import { rows, type Sums, type Table, termIndex } from "./table.ts";

/** What the fit says of a column. */
export const marks = { fine: "=", reshape: "~", idle: "-", open: "!", unused: "." } as const;

/** The correlation from which a residual depends on a column; of 64 rows and four shapes, few reach it by chance. */
const dependence = 0.36;
/** The share of the target's variation that a term, or another shape of it, must explain to count. */
const least = 0.02;
/** At most so many unused columns are shown as open: those on which the residual depends most. */
const mostOpen = 2;

/** What came of running a program. */
export interface ProgramResult {
  /** R² in rows that the fit has not seen: the share of the target's variation that it explains there, at most 1. */
  readonly validation: number;
  /** The same for the test rows. */
  readonly test: number;
  /** A mark for each column. */
  readonly marks: string;
}

/** Fits a program's terms to the training rows by ridge regression, and says how well it does elsewhere. */
export function runProgram({ train, validation, test }: Table, program: readonly Term[]): ProgramResult {
  const terms = program.map(({ column, letter }) => termIndex(column, letter));
  const weights = ridge(train, terms);
  const explained = (part: Sums): number => 1 - leftOver(part, terms, weights) / part.variation;
  return {
    validation: explained(validation),
    test: explained(test),
    marks: markColumns(train, program, terms, weights),
  };
}

/**
 * What the fit to the training rows says of each column: whether its term is of use (`=`) or of none (`-`), or would be
 * of more use in another shape (`~`), which is not told; and the unused columns on which the residual depends most (`!`).
 */
function markColumns(
  train: Sums,
  program: readonly Term[],
  terms: readonly number[],
  weights: Float64Array,
): string {
  const columns = train.target.length / letters.length;
  const left = leftOver(train, terms, weights);
  const marked: string[] = Array(columns).fill(marks.unused);
  for (const [at, { column, letter }] of program.entries()) {
    const other = leastLeft(train, terms, at, column, letter);
    const without = leftOf(train, terms.toSpliced(at, 1));
    const useless = without - left < least * train.squares;
    marked[column] = left - other >= least * train.squares
      ? marks.reshape
      : useless
      ? marks.idle
      : marks.fine;
  }
  for (const column of openColumns(train, program, terms, weights, left)) marked[column] = marks.open;
  return marked.join("");
}

/** What is left with the best other shape of a column in the place of its present one. */
function leastLeft(
  train: Sums,
  terms: readonly number[],
  at: number,
  column: number,
  letter: string,
): number {
  const others = letters.filter((other) => other !== letter);
  return Math.min(...others.map((other) => leftOf(train, terms.with(at, termIndex(column, other)))));
}

function leftOf(train: Sums, terms: readonly number[]): number {
  return leftOver(train, terms, ridge(train, terms));
}

function openColumns(
  train: Sums,
  program: readonly Term[],
  terms: readonly number[],
  weights: Float64Array,
  left: number,
): number[] {
  const used = new Set(program.map(({ column }) => column));
  const count = train.target.length / letters.length;
  return Array.from({ length: count }, (_, column) => column)
    .filter((column) => !used.has(column))
    .map((column) => {
      const along = letters.map((letter) => leftAlong(train, termIndex(column, letter), terms, weights));
      return { column, dependsOn: Math.max(...along.map(Math.abs)) / Math.sqrt(rows * left) };
    })
    .filter(({ dependsOn }) => dependsOn >= dependence)
    .toSorted((a, b) => b.dependsOn - a.dependsOn)
    .slice(0, mostOpen)
    .map(({ column }) => column);
}
