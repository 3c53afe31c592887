/** Operations on rows of D numbers; D a multiple of 8. */
import { copyShort, madd, sumLanes } from "./vector";

const EPSILON: f32 = 1e-5;

/** y[r] = x[r] · gain / √(mean x[r]² + 1e-5); the reciprocal root is kept in `inverse` for the way back. */
export function rmsNorm(x: usize, gain: usize, y: usize, inverse: usize, rows: i32, width: i32): void {
  const bytes = <usize> width << 2;
  for (let r = 0; r < rows; r++) {
    let even = f32x4.splat(0), odd = even;
    for (let i: usize = 0; i < bytes; i += 32) {
      const a = v128.load(x + i), b = v128.load(x + i, 16);
      even = madd(a, a, even);
      odd = madd(b, b, odd);
    }
    const root: f32 = 1 / sqrt<f32>(sumLanes(f32x4.add(even, odd)) / <f32> width + EPSILON);
    store<f32>(inverse + (<usize> r << 2), root);
    const scale = f32x4.splat(root);
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(y + i, f32x4.mul(f32x4.mul(v128.load(x + i), scale), v128.load(gain + i)));
    }
    x += bytes;
    y += bytes;
  }
}

/** dx += ∂rmsNorm/∂x · dy and dgain += ∂rmsNorm/∂gain · dy. */
export function rmsNormBackward(
  dy: usize,
  x: usize,
  gain: usize,
  inverse: usize,
  dx: usize,
  dgain: usize,
  rows: i32,
  width: i32,
): void {
  const bytes = <usize> width << 2;
  for (let r = 0; r < rows; r++) {
    const root = load<f32>(inverse + (<usize> r << 2));
    const scale = f32x4.splat(root);
    let dot = f32x4.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) {
      const unit = f32x4.mul(v128.load(x + i), scale);
      const change = v128.load(dy + i);
      v128.store(dgain + i, madd(change, unit, v128.load(dgain + i)));
      dot = madd(f32x4.mul(change, v128.load(gain + i)), unit, dot);
    }
    const shift = f32x4.splat(-sumLanes(dot) / <f32> width);
    for (let i: usize = 0; i < bytes; i += 16) {
      const unit = f32x4.mul(v128.load(x + i), scale);
      const change = madd(shift, unit, f32x4.mul(v128.load(dy + i), v128.load(gain + i)));
      v128.store(dx + i, madd(change, scale, v128.load(dx + i)));
    }
    x += bytes;
    dy += bytes;
    dx += bytes;
  }
}

/** y[r] = first[firstIndex[r]] + second[secondIndex[r]]. */
export function embed(
  first: usize,
  firstIndex: usize,
  second: usize,
  secondIndex: usize,
  y: usize,
  rows: i32,
  width: i32,
): void {
  const bytes = <usize> width << 2;
  for (let r = 0; r < rows; r++) {
    const a = first + <usize> load<u32>(firstIndex + (<usize> r << 2)) * bytes;
    const b = second + <usize> load<u32>(secondIndex + (<usize> r << 2)) * bytes;
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(y + i, f32x4.add(v128.load(a + i), v128.load(b + i)));
    }
    y += bytes;
  }
}

/** y[r] = x[index[r]]. */
export function gatherRows(x: usize, index: usize, y: usize, rows: i32, width: i32): void {
  const bytes = <usize> width << 2;
  for (let r = 0; r < rows; r++) {
    copyShort(x + <usize> load<u32>(index + (<usize> r << 2)) * bytes, y, bytes);
    y += bytes;
  }
}

/** y[index[r]] += x[r]. */
export function scatterAddRows(x: usize, index: usize, y: usize, rows: i32, width: i32): void {
  const bytes = <usize> width << 2;
  for (let r = 0; r < rows; r++) {
    const to = y + <usize> load<u32>(index + (<usize> r << 2)) * bytes;
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(to + i, f32x4.add(v128.load(to + i), v128.load(x + i)));
    }
    x += bytes;
  }
}

/** Copies rows of `bytes` bytes, a multiple of 16; strides in bytes. */
export function copyRows(x: usize, ldx: usize, y: usize, ldy: usize, rows: i32, bytes: usize): void {
  for (let r = 0; r < rows; r++) {
    copyShort(x, y, bytes);
    x += ldx;
    y += ldy;
  }
}

/** Sets bytes to zero. */
export function zero(to: usize, bytes: usize): void {
  memory.fill(to, 0, bytes);
}

/** Copies bytes. */
export function copy(from: usize, to: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}
