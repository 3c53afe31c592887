/** The optimiser: gradients of all shards summed in a fixed order, then AdamW (arXiv 1711.05101). */
import { madd, sumLanes } from "./vector";

/** to = Σ over shards, in order; the shards lie `stride` bytes apart. Returns Σ to². */
export function reduceShards(shards: usize, stride: usize, count: i32, to: usize, size: i32): f64 {
  const bytes = <usize> size << 2;
  let squares: f64 = 0;
  for (let i: usize = 0; i < bytes; i += 16) {
    let from = shards + i;
    let sum = v128.load(from);
    for (let shard = 1; shard < count; shard++) {
      from += stride;
      sum = f32x4.add(sum, v128.load(from));
    }
    v128.store(to + i, sum);
    const low = f64x2.promote_low_f32x4(sum);
    const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(sum, sum, 2, 3, 0, 1));
    const square = f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high));
    squares += f64x2.extract_lane(square, 0) + f64x2.extract_lane(square, 1);
  }
  return squares;
}

/**
 * One step for `size` numbers, a multiple of 4.
 *
 * @param scale Applied to the gradient first (clipping).
 * @param unbias1 1 / (1 − beta1ᵗ); unbias2 likewise.
 */
export function adam(
  weights: usize,
  gradient: usize,
  first: usize,
  second: usize,
  size: i32,
  scale: f32,
  learningRate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  decay: f32,
  unbias1: f32,
  unbias2: f32,
): void {
  const bytes = <usize> size << 2;
  const b1 = f32x4.splat(beta1),
    c1 = f32x4.splat(1 - beta1),
    b2 = f32x4.splat(beta2),
    c2 = f32x4.splat(1 - beta2);
  const keep = f32x4.splat(1 - learningRate * decay);
  for (let i: usize = 0; i < bytes; i += 16) {
    const g = f32x4.mul(v128.load(gradient + i), f32x4.splat(scale));
    const m = madd(b1, v128.load(first + i), f32x4.mul(c1, g));
    const v = madd(b2, v128.load(second + i), f32x4.mul(c2, f32x4.mul(g, g)));
    v128.store(first + i, m);
    v128.store(second + i, v);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(v, f32x4.splat(unbias2))), f32x4.splat(epsilon));
    const step = f32x4.div(f32x4.mul(m, f32x4.splat(learningRate * unbias1)), root);
    v128.store(weights + i, f32x4.sub(f32x4.mul(v128.load(weights + i), keep), step));
  }
}
