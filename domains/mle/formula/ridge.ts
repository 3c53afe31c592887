import { rows, type Sums } from "./table.ts";

/** The penalty on a squared weight, a row: enough for terms that are nearly the same to have finite weights. */
const penalty = 1e-3;

/**
 * The weights of a ridge regression of a target on some of a table's terms, by the normal equations and Cholesky's
 * decomposition. There is no intercept: terms and target are centred.
 *
 * @param sums Of the training rows.
 * @param terms k places of terms; see `termIndex`.
 * @returns k weights.
 */
export function ridge(sums: Sums, terms: readonly number[]): Float64Array {
  const size = terms.length;
  const factor = new Float64Array(size * size);
  const weights = Float64Array.from(terms, (term) => sums.target[term] ?? 0);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = product(sums, terms[row] ?? 0, terms[column] ?? 0) + (row === column ? penalty * rows : 0);
      for (let inner = 0; inner < column; inner++) {
        sum -= (factor[row * size + inner] ?? 0) * (factor[column * size + inner] ?? 0);
      }
      const diagonal = factor[column * size + column] ?? 1;
      factor[row * size + column] = row === column ? Math.sqrt(sum) : sum / diagonal;
    }
  }
  for (let row = 0; row < size; row++) {
    let sum = weights[row] ?? 0;
    for (let inner = 0; inner < row; inner++) {
      sum -= (factor[row * size + inner] ?? 0) * (weights[inner] ?? 0);
    }
    weights[row] = sum / (factor[row * size + row] ?? 1);
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = weights[row] ?? 0;
    for (let inner = row + 1; inner < size; inner++) {
      sum -= (factor[inner * size + row] ?? 0) * (weights[inner] ?? 0);
    }
    weights[row] = sum / (factor[row * size + row] ?? 1);
  }
  return weights;
}

/** The sum over a part's rows of the product of a term and what a fit leaves of the target. */
export function leftAlong(sums: Sums, term: number, terms: readonly number[], weights: Float64Array): number {
  let left = sums.target[term] ?? 0;
  for (let at = 0; at < terms.length; at++) {
    left -= (weights[at] ?? 0) * product(sums, term, terms[at] ?? 0);
  }
  return left;
}

/** The sum over a part's rows of the squares of what a fit leaves of the target. */
export function leftOver(sums: Sums, terms: readonly number[], weights: Float64Array): number {
  let left = sums.squares;
  for (let at = 0; at < terms.length; at++) {
    const term = terms[at] ?? 0;
    left -= (weights[at] ?? 0) * ((sums.target[term] ?? 0) + leftAlong(sums, term, terms, weights));
  }
  return left;
}

function product(sums: Sums, term: number, other: number): number {
  return sums.terms[term * sums.target.length + other] ?? 0;
}
