/**
 * The products inside attention, whose matrices are too small to be packed on both sides: a few rows times eight
 * columns, kept in registers. An element is summed over k in the same order in tiles of all heights.
 */
import { madd } from "./vector";

/** C[rows, 8] = A[rows, k] · B[k, 8] for at most six rows; `lda` and `ldc` in bytes, B packed. */
export function tile(rows: i32, a: usize, lda: usize, b: usize, k: i32, c: usize, ldc: usize): void {
  if (rows === 6) {
    tile6(a, lda, b, k, c, ldc);
    return;
  }
  for (; rows >= 2; rows -= 2) {
    tile2(a, lda, b, k, c, ldc);
    a += 2 * lda;
    c += 2 * ldc;
  }
  if (rows > 0) tile1(a, b, k, c);
}

function tile6(a: usize, lda: usize, b: usize, k: i32, c: usize, ldc: usize): void {
  let a1 = a + lda, a2 = a1 + lda, a3 = a2 + lda, a4 = a3 + lda, a5 = a4 + lda;
  let x00 = f32x4.splat(0), x01 = x00, x10 = x00, x11 = x00, x20 = x00, x21 = x00;
  let x30 = x00, x31 = x00, x40 = x00, x41 = x00, x50 = x00, x51 = x00;
  const end = a + (<usize>k << 2);
  while (a < end) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load32_splat(a); x00 = madd(s, b0, x00); x01 = madd(s, b1, x01);
    s = v128.load32_splat(a1); x10 = madd(s, b0, x10); x11 = madd(s, b1, x11);
    s = v128.load32_splat(a2); x20 = madd(s, b0, x20); x21 = madd(s, b1, x21);
    s = v128.load32_splat(a3); x30 = madd(s, b0, x30); x31 = madd(s, b1, x31);
    s = v128.load32_splat(a4); x40 = madd(s, b0, x40); x41 = madd(s, b1, x41);
    s = v128.load32_splat(a5); x50 = madd(s, b0, x50); x51 = madd(s, b1, x51);
    a += 4; a1 += 4; a2 += 4; a3 += 4; a4 += 4; a5 += 4; b += 32;
  }
  storePair(c, x00, x01);
  storePair(c += ldc, x10, x11);
  storePair(c += ldc, x20, x21);
  storePair(c += ldc, x30, x31);
  storePair(c += ldc, x40, x41);
  storePair(c += ldc, x50, x51);
}

function tile2(a: usize, lda: usize, b: usize, k: i32, c: usize, ldc: usize): void {
  let a1 = a + lda;
  let x00 = f32x4.splat(0), x01 = x00, x10 = x00, x11 = x00;
  const end = a + (<usize>k << 2);
  while (a < end) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load32_splat(a); x00 = madd(s, b0, x00); x01 = madd(s, b1, x01);
    s = v128.load32_splat(a1); x10 = madd(s, b0, x10); x11 = madd(s, b1, x11);
    a += 4; a1 += 4; b += 32;
  }
  storePair(c, x00, x01);
  storePair(c + ldc, x10, x11);
}

function tile1(a: usize, b: usize, k: i32, c: usize): void {
  let x0 = f32x4.splat(0), x1 = x0;
  const end = a + (<usize>k << 2);
  while (a < end) {
    const s = v128.load32_splat(a);
    x0 = madd(s, v128.load(b), x0);
    x1 = madd(s, v128.load(b, 16), x1);
    a += 4; b += 32;
  }
  storePair(c, x0, x1);
}

@inline
function storePair(c: usize, low: v128, high: v128): void {
  v128.store(c, low);
  v128.store(c, high, 16);
}

/**
 * C[4, 8] += Aᵀ · B, where row r of A starts at `a + r·lda` (4 numbers used) and row r of B at `b + r·ldb` (8 numbers
 * used); strides in bytes.
 */
export function tileTransposed(
  a: usize, lda: usize, b: usize, ldb: usize, rows: i32, c: usize, ldc: usize,
): void {
  const c1 = c + ldc, c2 = c1 + ldc, c3 = c2 + ldc;
  let x00 = v128.load(c), x01 = v128.load(c, 16), x10 = v128.load(c1), x11 = v128.load(c1, 16);
  let x20 = v128.load(c2), x21 = v128.load(c2, 16), x30 = v128.load(c3), x31 = v128.load(c3, 16);
  for (let r = 0; r < rows; r++) {
    const four = v128.load(a), b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.shuffle<f32>(four, four, 0, 0, 0, 0); x00 = madd(s, b0, x00); x01 = madd(s, b1, x01);
    s = v128.shuffle<f32>(four, four, 1, 1, 1, 1); x10 = madd(s, b0, x10); x11 = madd(s, b1, x11);
    s = v128.shuffle<f32>(four, four, 2, 2, 2, 2); x20 = madd(s, b0, x20); x21 = madd(s, b1, x21);
    s = v128.shuffle<f32>(four, four, 3, 3, 3, 3); x30 = madd(s, b0, x30); x31 = madd(s, b1, x31);
    a += lda;
    b += ldb;
  }
  storePair(c, x00, x01);
  storePair(c1, x10, x11);
  storePair(c2, x20, x21);
  storePair(c3, x30, x31);
}
