/** A pivot this small beside its diagonal is rounding error. */
const smallestPivot = 1e-14;

/**
 * Solves A x = b for a symmetric positive definite A by Cholesky's decomposition, in about n³/3 operations. The lower
 * half of A is overwritten with the factor.
 *
 * @param A n × n values, row by row; only the lower half is read.
 * @param b n values.
 * @returns n values, or `null` if A is not positive definite.
 *
 * @example
 * ```ts
 * import { solveCholesky } from "exitlab/domains/mle/mlkit/cholesky.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(solveCholesky(Float64Array.of(4, 0, 2, 5), Float64Array.of(10, 13)), Float64Array.of(1.5, 2));
 * assert.equal(solveCholesky(Float64Array.of(1, 0, 1, 1), Float64Array.of(1, 1)), null);
 * ```
 */
export function solveCholesky(A: Float64Array, b: Float64Array): Float64Array | null {
  const size = b.length;
  if (!factorize(A, size)) return null;
  const x = Float64Array.from(b);
  for (let row = 0; row < size; row++) {
    const start = row * size;
    let sum = x[row] ?? 0;
    for (let inner = 0; inner < row; inner++) sum -= (A[start + inner] ?? 0) * (x[inner] ?? 0);
    x[row] = sum / (A[start + row] ?? 1);
  }
  for (let row = size - 1; row >= 0; row--) {
    const start = row * size;
    const value = (x[row] ?? 0) / (A[start + row] ?? 1);
    x[row] = value;
    for (let inner = 0; inner < row; inner++) x[inner] = (x[inner] ?? 0) - (A[start + inner] ?? 0) * value;
  }
  return x;
}

/** Four rows at a time, so that each earlier row is read from memory once for four scalar products. */
function factorize(A: Float64Array, size: number): boolean {
  for (let top = 0; top < size; top += 4) {
    const bottom = Math.min(top + 4, size);
    if (bottom - top === 4) {
      for (let column = 0; column < top; column++) eliminateFour(A, size, top, column);
    } else {
      for (let row = top; row < bottom; row++) {
        for (let column = 0; column < top; column++) eliminate(A, size, row, column);
      }
    }
    for (let row = top; row < bottom; row++) {
      for (let column = top; column < row; column++) eliminate(A, size, row, column);
      const diagonal = A[row * size + row] ?? 0;
      let pivot = diagonal;
      for (let inner = 0; inner < row; inner++) pivot -= (A[row * size + inner] ?? 0) ** 2;
      if (!(pivot > smallestPivot * diagonal)) return false;
      A[row * size + row] = Math.sqrt(pivot);
    }
  }
  return true;
}

function eliminate(A: Float64Array, size: number, row: number, column: number): void {
  const [mine, other] = [row * size, column * size];
  let sum = A[mine + column] ?? 0;
  for (let inner = 0; inner < column; inner++) sum -= (A[mine + inner] ?? 0) * (A[other + inner] ?? 0);
  A[mine + column] = sum / (A[other + column] ?? 1);
}

function eliminateFour(A: Float64Array, size: number, top: number, column: number): void {
  const other = column * size;
  const first = top * size;
  const second = first + size;
  const third = second + size;
  const fourth = third + size;
  let a = A[first + column] ?? 0;
  let b = A[second + column] ?? 0;
  let c = A[third + column] ?? 0;
  let d = A[fourth + column] ?? 0;
  for (let inner = 0; inner < column; inner++) {
    const factor = A[other + inner] ?? 0;
    a -= (A[first + inner] ?? 0) * factor;
    b -= (A[second + inner] ?? 0) * factor;
    c -= (A[third + inner] ?? 0) * factor;
    d -= (A[fourth + inner] ?? 0) * factor;
  }
  const pivot = A[other + column] ?? 1;
  A[first + column] = a / pivot;
  A[second + column] = b / pivot;
  A[third + column] = c / pivot;
  A[fourth + column] = d / pivot;
}
