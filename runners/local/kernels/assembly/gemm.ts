/**
 * Matrix products. Matrices are row-major float32; strides (`lda`, …) count bytes, sizes count numbers.
 *
 * Both sides are packed before they meet: V8 checks the bounds of every load, so that loads cost more than arithmetic,
 * and a tile of 4 × 8 over packed panels needs three loads for eight multiply-adds. An element of the result is summed
 * over k in the same order wherever its row stands, so a row's value does not depend on its neighbours.
 */
import { packColumns, packQuadRows } from "./pack";
import { madd } from "./vector";

/** Rows of A that are packed at a time. */
const ROW_BLOCK: i32 = 96;
/** Numbers of the inner dimension that are packed at a time. */
const INNER_BLOCK: i32 = 512;
/** Rows of a transposed product that are packed at a time. */
const TRANSPOSED_BLOCK: i32 = 128;

/** How many numbers of scratch the products need, the larger side of any transposed product being `columns`. */
export function scratchNumbers(columns: i32): i32 {
  return max(ROW_BLOCK * INNER_BLOCK, TRANSPOSED_BLOCK * (columns + 8));
}

/**
 * C[m, n] (+)= A[m, k] · B[k, n], B packed by `packColumns` or `packRows`; n a multiple of 8, k of 4. `scratch` holds
 * `scratchNumbers` numbers.
 */
export function gemm(
  a: usize,
  lda: usize,
  b: usize,
  c: usize,
  ldc: usize,
  m: i32,
  n: i32,
  k: i32,
  add: bool,
  scratch: usize,
): void {
  for (let k0 = 0; k0 < k; k0 += INNER_BLOCK) {
    const inner = min(INNER_BLOCK, k - k0);
    const adds = add || k0 > 0;
    for (let m0 = 0; m0 < m; m0 += ROW_BLOCK) {
      const rows = min(ROW_BLOCK, m - m0);
      packQuadRows(a + <usize> m0 * lda + (<usize> k0 << 2), lda, rows, inner, scratch);
      let bPanel = b + (<usize> k0 << 5);
      for (let column = 0; column < n; column += 8) {
        let to = c + <usize> m0 * ldc + (<usize> column << 2);
        let aPanel = scratch;
        for (let left = rows; left > 0; left -= 4) {
          tile(aPanel, bPanel, inner, to, ldc, left, adds);
          aPanel += <usize> inner << 4;
          to += ldc << 2;
        }
        bPanel += <usize> k << 5;
      }
    }
  }
}

/** C[m, n] += Aᵀ · B for A[rows, m], B[rows, n]; m a multiple of 4, n of 8. `scratch` as for `gemm`. */
export function gemmTransposed(
  a: usize,
  lda: usize,
  b: usize,
  ldb: usize,
  c: usize,
  ldc: usize,
  rows: i32,
  m: i32,
  n: i32,
  scratch: usize,
): void {
  const bPanel = scratch + (<usize> (TRANSPOSED_BLOCK * m) << 2);
  for (let r0 = 0; r0 < rows; r0 += TRANSPOSED_BLOCK) {
    const count = min(TRANSPOSED_BLOCK, rows - r0);
    packQuadColumns(a + <usize> r0 * lda, lda, count, m, scratch);
    for (let column = 0; column < n; column += 8) {
      packColumns(b + <usize> r0 * ldb + (<usize> column << 2), ldb, count, 8, bPanel);
      let to = c + (<usize> column << 2);
      let aPanel = scratch;
      for (let row = 0; row < m; row += 4) {
        tile(aPanel, bPanel, count, to, ldc, 4, true);
        aPanel += <usize> count << 4;
        to += ldc << 2;
      }
    }
  }
}

/** C[4, 8] (+)= A[4, k] · B[k, 8], A as [k][4] and B as [k][8]; only the first `rows` rows of C are touched. */
function tile(a: usize, b: usize, k: i32, c: usize, ldc: usize, rows: i32, add: bool): void {
  let x00 = f32x4.splat(0), x01 = x00, x10 = x00, x11 = x00, x20 = x00, x21 = x00, x30 = x00, x31 = x00;
  const end = a + (<usize> k << 4);
  const c1 = c + ldc, c2 = c1 + ldc, c3 = c2 + ldc;
  if (add) {
    x00 = v128.load(c);
    x01 = v128.load(c, 16);
    if (rows > 1) {
      x10 = v128.load(c1);
      x11 = v128.load(c1, 16);
    }
    if (rows > 2) {
      x20 = v128.load(c2);
      x21 = v128.load(c2, 16);
    }
    if (rows > 3) {
      x30 = v128.load(c3);
      x31 = v128.load(c3, 16);
    }
  }
  while (a < end) {
    const four = v128.load(a), b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.shuffle<f32>(four, four, 0, 0, 0, 0);
    x00 = madd(s, b0, x00);
    x01 = madd(s, b1, x01);
    s = v128.shuffle<f32>(four, four, 1, 1, 1, 1);
    x10 = madd(s, b0, x10);
    x11 = madd(s, b1, x11);
    s = v128.shuffle<f32>(four, four, 2, 2, 2, 2);
    x20 = madd(s, b0, x20);
    x21 = madd(s, b1, x21);
    s = v128.shuffle<f32>(four, four, 3, 3, 3, 3);
    x30 = madd(s, b0, x30);
    x31 = madd(s, b1, x31);
    a += 16;
    b += 32;
  }
  v128.store(c, x00);
  v128.store(c, x01, 16);
  if (rows > 1) {
    v128.store(c1, x10);
    v128.store(c1, x11, 16);
  }
  if (rows > 2) {
    v128.store(c2, x20);
    v128.store(c2, x21, 16);
  }
  if (rows > 3) {
    v128.store(c3, x30);
    v128.store(c3, x31, 16);
  }
}

/** Panels of four columns: [columns / 4][rows][4]. */
function packQuadColumns(a: usize, lda: usize, rows: i32, columns: i32, out: usize): void {
  const panel = <usize> rows << 4;
  for (let r = 0; r < rows; r++) {
    let to = out;
    let from = a;
    for (let column = 0; column < columns; column += 4) {
      v128.store(to, v128.load(from));
      from += 16;
      to += panel;
    }
    out += 16;
    a += lda;
  }
}
