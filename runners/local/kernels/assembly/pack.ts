/** Matrices laid out the way `gemm` reads them: panels that are contiguous over the inner dimension. */

/** B[k, n] as panels [n / 8][k][8]; `ldb` in bytes, n a multiple of 8. */
export function packColumns(b: usize, ldb: usize, k: i32, n: i32, out: usize): void {
  for (let column = 0; column < n; column += 8) {
    let from = b + (<usize> column << 2);
    for (let row = 0; row < k; row++) {
      v128.store(out, v128.load(from));
      v128.store(out, v128.load(from, 16), 16);
      from += ldb;
      out += 32;
    }
  }
}

/** Bᵀ for B[n, k], as panels [n / 8][k][8]; n a multiple of 8, k of 4. */
export function packRows(b: usize, ldb: usize, n: i32, k: i32, out: usize): void {
  for (let row = 0; row < n; row += 8) {
    packFourRows(b, ldb, 4, k, out, 32);
    packFourRows(b + 4 * ldb, ldb, 4, k, out + 16, 32);
    b += 8 * ldb;
    out += <usize> k << 5;
  }
}

/** A[m, k] as panels [m / 4][k][4]; k a multiple of 4. Rows missing from the last panel repeat its last one. */
export function packQuadRows(a: usize, lda: usize, m: i32, k: i32, out: usize): void {
  for (let left = m; left > 0; left -= 4) {
    packFourRows(a, lda, left, k, out, 16);
    a += lda << 2;
    out += <usize> k << 4;
  }
}

/** Up to four rows of k numbers, transposed; the results' quadruples are `stride` bytes apart. */
@inline
function packFourRows(a: usize, lda: usize, rows: i32, k: i32, out: usize, stride: usize): void {
  let a1 = rows > 1 ? a + lda : a;
  let a2 = rows > 2 ? a1 + lda : a1;
  let a3 = rows > 3 ? a2 + lda : a2;
  const end = a + (<usize> k << 2);
  for (; a < end; a += 16, a1 += 16, a2 += 16, a3 += 16) {
    const r0 = v128.load(a), r1 = v128.load(a1), r2 = v128.load(a2), r3 = v128.load(a3);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(out, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
    out += stride;
    v128.store(out, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
    out += stride;
    v128.store(out, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
    out += stride;
    v128.store(out, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
    out += stride;
  }
}
