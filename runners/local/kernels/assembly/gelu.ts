/** GELU in its tanh form (Hendrycks and Gimpel, arXiv 1606.08415): u · σ(2z), z = √(2/π) · (u + 0.044715 u³). */
import { exp4, madd } from "./vector";

const TWICE_ROOT: f32 = 1.5957691216057308; // 2 √(2/π)
const CUBIC: f32 = 0.044715;

/** σ(2z). */
@inline
function gate(u: v128): v128 {
  const z = f32x4.mul(f32x4.splat(TWICE_ROOT), madd(f32x4.mul(f32x4.mul(u, u), u), f32x4.splat(CUBIC), u));
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp4(f32x4.neg(z))));
}

/** h = gelu(u) for `count` numbers, a multiple of 4. */
export function gelu(u: usize, h: usize, count: i32): void {
  const end = u + (<usize> count << 2);
  for (; u < end; u += 16, h += 16) {
    const x = v128.load(u);
    v128.store(h, f32x4.mul(x, gate(x)));
  }
}

/** h = gelu(u) once more, and dh becomes du = dh · gelu′(u). */
export function geluBackward(u: usize, h: usize, dh: usize, count: i32): void {
  const end = u + (<usize> count << 2);
  for (; u < end; u += 16, h += 16, dh += 16) {
    const x = v128.load(u);
    const open = gate(x);
    v128.store(h, f32x4.mul(x, open));
    const slope = f32x4.mul(
      f32x4.splat(TWICE_ROOT),
      madd(f32x4.mul(x, x), f32x4.splat(3 * CUBIC), f32x4.splat(1)),
    );
    const change = f32x4.mul(f32x4.mul(x, slope), f32x4.sub(open, f32x4.mul(open, open)));
    v128.store(dh, f32x4.mul(v128.load(dh), f32x4.add(open, change)));
  }
}
