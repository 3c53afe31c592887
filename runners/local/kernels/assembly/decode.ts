/** Attention of single new rows over cached keys and values. A cached row is [keys of all heads, values of all heads]. */
import { softmaxRow } from "./softmax";
import { madd, sumLanes } from "./vector";

/**
 * Attention of one row over `prefixRows` cached rows and then `ownRows` more (its own among them).
 *
 * @param scratch Holds prefixRows + ownRows numbers, rounded up to 4.
 */
export function attendOne(
  q: usize,
  prefix: usize,
  prefixRows: i32,
  own: usize,
  ownRows: i32,
  width: i32,
  heads: i32,
  out: usize,
  scratch: usize,
): void {
  const size = width / heads;
  const bytes = <usize> size << 2;
  const rowBytes = <usize> width << 3;
  const valuesAt = <usize> width << 2;
  const count = prefixRows + ownRows;
  const scale: f32 = 1 / sqrt<f32>(<f32> size);
  for (let head = 0; head < heads; head++) {
    const at = <usize> head * bytes;
    scoreKeys(q + at, prefix + at, prefixRows, rowBytes, bytes, scratch);
    scoreKeys(q + at, own + at, ownRows, rowBytes, bytes, scratch + (<usize> prefixRows << 2));
    softmaxRow(scratch, count, (count + 3) & ~3, scale);
    for (let column: usize = 0; column < bytes; column += 32) {
      weighValues(
        scratch,
        prefix + valuesAt + at + column,
        prefixRows,
        own + valuesAt + at + column,
        ownRows,
        rowBytes,
        out + at + column,
      );
    }
  }
}

/** scores[j] = q · key j. */
function scoreKeys(q: usize, keys: usize, count: i32, rowBytes: usize, bytes: usize, scores: usize): void {
  for (let j = 0; j < count; j++) {
    let even = f32x4.splat(0), odd = even;
    for (let i: usize = 0; i < bytes; i += 32) {
      even = madd(v128.load(q + i), v128.load(keys + i), even);
      odd = madd(v128.load(q + i, 16), v128.load(keys + i, 16), odd);
    }
    store<f32>(scores, sumLanes(f32x4.add(even, odd)));
    scores += 4;
    keys += rowBytes;
  }
}

/** Eight columns of Σ weight j · value j. */
function weighValues(
  weights: usize,
  prefix: usize,
  prefixRows: i32,
  own: usize,
  ownRows: i32,
  rowBytes: usize,
  out: usize,
): void {
  let low = f32x4.splat(0), high = low;
  for (let j = 0; j < prefixRows; j++, prefix += rowBytes, weights += 4) {
    const weight = v128.load32_splat(weights);
    low = madd(weight, v128.load(prefix), low);
    high = madd(weight, v128.load(prefix, 16), high);
  }
  for (let j = 0; j < ownRows; j++, own += rowBytes, weights += 4) {
    const weight = v128.load32_splat(weights);
    low = madd(weight, v128.load(own), low);
    high = madd(weight, v128.load(own, 16), high);
  }
  v128.store(out, low);
  v128.store(out, high, 16);
}
