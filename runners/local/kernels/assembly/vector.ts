/** Arithmetic on four float32 lanes. */

/** a · b + c: fused where the machine can (relaxed SIMD), two roundings in the plain build. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** The sum of the lanes. */
@inline
export function sumLanes(x: v128): f32 {
  const pairs = f32x4.add(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** The largest lane. */
@inline
export function maxLane(x: v128): f32 {
  const pairs = f32x4.pmax(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return max<f32>(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}

/** What `exp4` computes with. Loaded once a loop: V8 would build a constant anew at each use. */
const expConstants: usize = memory.data<f32>([
  88.3,
  -87.3,
  1.44269504088896341,
  12582912,
  -0.693359375,
  2.12194440e-4,
  1.9875691500e-4,
  1.3981999507e-3,
  8.3334519073e-3,
  4.1665795894e-2,
  1.6666665459e-1,
  5.0000001201e-1,
  1,
]);

/**
 * eˣ by lanes: x = n·ln 2 + r, a polynomial in r (the coefficients of Cephes' expf, relative error about 1e-7) and the
 * exponent n put in place. Adding 1.5 · 2²³ rounds to a whole number and leaves it in the low bits. Inputs are clamped
 * to where the result is a normal number.
 */
@inline
export function exp4(input: v128): v128 {
  const at = expConstants;
  const one = v128.load32_splat(at, 48), magic = v128.load32_splat(at, 12);
  const x = f32x4.pmin(v128.load32_splat(at), f32x4.pmax(v128.load32_splat(at, 4), input));
  const rounded = madd(x, v128.load32_splat(at, 8), magic);
  const n = f32x4.sub(rounded, magic);
  const r = madd(n, v128.load32_splat(at, 20), madd(n, v128.load32_splat(at, 16), x));
  let y = madd(v128.load32_splat(at, 24), r, v128.load32_splat(at, 28));
  y = madd(y, r, v128.load32_splat(at, 32));
  y = madd(y, r, v128.load32_splat(at, 36));
  y = madd(y, r, v128.load32_splat(at, 40));
  y = madd(y, r, v128.load32_splat(at, 44));
  y = madd(f32x4.mul(r, r), y, f32x4.add(r, one));
  return f32x4.mul(y, i32x4.add(i32x4.shl(rounded, 23), one));
}

/** Copies `bytes` bytes, a multiple of 16: for short runs, where calling memory.copy costs more than it saves. */
@inline
export function copyShort(from: usize, to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.load(from + i));
}

/** Sets `bytes` bytes, a multiple of 16, to zero. */
@inline
export function zeroShort(to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, f32x4.splat(0));
}
