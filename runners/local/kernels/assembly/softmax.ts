/** Softmax over one row of scores. */
import { exp4, maxLane, sumLanes } from "./vector";

/**
 * Turns scores into probabilities in place: softmax(scale · score) over the first `valid`, zero up to `padded`, a multiple
 * of 4. Rows are 16-byte blocks: what lies between `valid` and `padded` is overwritten.
 */
export function softmaxRow(row: usize, valid: i32, padded: i32, scale: f32): void {
  for (let i = valid; i < padded; i++) store<f32>(row + (<usize> i << 2), -Infinity);
  const end = row + (<usize> padded << 2);
  let largest = v128.load(row);
  for (let p = row + 16; p < end; p += 16) largest = f32x4.pmax(largest, v128.load(p));
  const factor = f32x4.splat(scale);
  const shift = f32x4.splat(maxLane(largest) * scale);
  let total = f32x4.splat(0);
  for (let p = row; p < end; p += 16) {
    const weight = exp4(f32x4.sub(f32x4.mul(v128.load(p), factor), shift));
    v128.store(p, weight);
    total = f32x4.add(total, weight);
  }
  const inverse = f32x4.splat(1 / sumLanes(total));
  for (let p = row; p < end; p += 16) v128.store(p, f32x4.mul(v128.load(p), inverse));
  for (let i = valid; i < padded; i++) store<f32>(row + (<usize> i << 2), 0);
}
