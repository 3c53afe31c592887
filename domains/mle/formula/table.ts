import { Random } from "../../../lib/domain/mod.ts";
import { letters, shaped, unused } from "./shapes.ts";

/** What decides the tables of a domain, beside the seed and the formula of each. */
export interface TableRules {
  /** m, how many columns a table has. */
  readonly columns: number;
  /** The correlation, up to its sign, of any two columns, in [0, 0.9]: they share a factor. */
  readonly shared: number;
  /** The variance of the target's noise over that of the formula, from 0 to 1. */
  readonly noise: number;
}

/** What a table has its rows for: to fit, to select by, and to judge. */
export const parts = ["train", "validation", "test"] as const;

/** One of the parts. */
export type TablePart = typeof parts[number];

/** How many rows a part has. */
export const rows = 64;

/**
 * All that a fit needs to know of the rows of a part: sums of products. A term is a column in a shape, with mean 0 and
 * deviation 1 over the *training* rows; the target is less its mean over them.
 */
export interface Sums {
  /** Of any two terms; T × T values for T terms, see `termIndex`. */
  readonly terms: Float64Array;
  /** Of each term and the target; T values. */
  readonly target: Float64Array;
  /** Of the target and itself. */
  readonly squares: number;
  /** The same about the mean of the part's own rows. */
  readonly variation: number;
}

/** A table, by parts. */
export type Table = { readonly [part in TablePart]: Sums };

/** Where a column in a shape has its place among the terms of a table. */
export function termIndex(column: number, letter: string): number {
  return column * letters.length + letters.indexOf(letter);
}

/**
 * The table of a seed and a formula: columns of normal numbers that share a factor, and a target that is the formula's
 * terms, each with a weight of 0.7 to 1.3 and a sign, and noise. The columns follow from the seed alone.
 *
 * @param formula m characters: a letter, or `.` where the column takes no part.
 */
export function drawTable(
  { columns: count, shared, noise }: TableRules,
  seed: number,
  formula: string,
): Table {
  const random = new Random(seed, "formula table", count);
  const all = parts.length * rows;
  const factor = normals(random, all);
  const columns = Array.from({ length: count }, () => {
    const sign = random.chance(0.5) ? 1 : -1;
    const own = normals(random, all);
    return own.map((value, row) =>
      sign * (Math.sqrt(shared) * (factor[row] ?? 0) + Math.sqrt(1 - shared) * value)
    );
  });
  const signal = new Float64Array(all);
  for (const [at, letter] of [...formula].entries()) {
    const weight = (0.7 + 0.6 * random.next()) * (random.chance(0.5) ? 1 : -1);
    const column = columns[at];
    if (letter === unused || column === undefined) continue;
    const { mean, deviation } = moments(shaped(letter, column));
    for (const [row, value] of shaped(letter, column).entries()) {
      signal[row] = (signal[row] ?? 0) + weight * (value - mean) / deviation;
    }
  }
  const spread = moments(signal).deviation * Math.sqrt(noise);
  const error = normals(random, all);
  const target = signal.map((value, row) => value + spread * (error[row] ?? 0));
  const { mean } = moments(target.subarray(0, rows));
  const centred = target.map((value) => value - mean);
  const terms = columns.flatMap((column) => letters.map((letter) => standardized(shaped(letter, column))));
  const sumsOf = (part: TablePart): Sums => {
    const begin = parts.indexOf(part) * rows;
    const cut = (values: Float64Array): Float64Array => values.subarray(begin, begin + rows);
    return sums(terms.map(cut), cut(centred));
  };
  return { train: sumsOf("train"), validation: sumsOf("validation"), test: sumsOf("test") };
}

function sums(terms: readonly Float64Array[], target: Float64Array): Sums {
  const products = new Float64Array(terms.length ** 2);
  for (const [row, left] of terms.entries()) {
    for (let column = 0; column <= row; column++) {
      const product = dot(left, terms[column] ?? left);
      products[row * terms.length + column] = product;
      products[column * terms.length + row] = product;
    }
  }
  const squares = dot(target, target);
  const total = target.reduce((sum, value) => sum + value, 0);
  return {
    terms: products,
    target: Float64Array.from(terms, (term) => dot(term, target)),
    squares,
    variation: squares - total * total / target.length,
  };
}

/** Values with mean 0 and deviation 1 over the training rows, which come first; all 0 where those do not vary. */
function standardized(values: Float64Array): Float64Array {
  const { mean, deviation } = moments(values.subarray(0, rows));
  return values.map((value) => deviation > 0 ? (value - mean) / deviation : 0);
}

function moments(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

/** Standard normal numbers (Box and Muller, one of each pair). */
function normals(random: Random, count: number): Float64Array {
  return Float64Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()),
  );
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < left.length; row++) sum += (left[row] ?? 0) * (right[row] ?? 0);
  return sum;
}
