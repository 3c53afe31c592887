/**
 * Causal attention of one head over one segment: T consecutive rows whose keys are the P rows of a shared prefix and
 * then their own. Only tiles on or below the diagonal are computed; probabilities are computed again on the way back
 * instead of being kept. Rows hold queries, keys and values of all heads side by side.
 */
import { packColumns, packRows } from "./pack";
import { softmaxRow } from "./softmax";
import { tile, tileTransposed } from "./tile";
import { copyShort, madd, sumLanes, zeroShort } from "./vector";

/** Query rows whose probabilities are held at a time on the way back; a multiple of 6. */
const QUERY_BLOCK: i32 = 48;

@inline
function roundUp8(count: i32): i32 {
  return (count + 7) & ~7;
}

/** Copies one head of prefix and own rows into [padded][size], padding with zeros. */
function collect(
  prefix: usize,
  prefixRows: i32,
  own: usize,
  ownRows: i32,
  stride: usize,
  size: i32,
  out: usize,
): void {
  const bytes = <usize> size << 2;
  for (let r = 0; r < prefixRows; r++, prefix += stride, out += bytes) copyShort(prefix, out, bytes);
  for (let r = 0; r < ownRows; r++, own += stride, out += bytes) copyShort(own, out, bytes);
  const count = prefixRows + ownRows;
  zeroShort(out, <usize> (roundUp8(count) - count) * bytes);
}

/**
 * The output of attention.
 *
 * @param q First query row. k, v: first own key and value row. prefixK, prefixV: those of the prefix.
 * @param stride Bytes between rows of q, k and v. outStride: of the result.
 * @param scratch Holds (4 · size + 6) · (prefixRows + rows, rounded up to 8) numbers.
 */
export function attend(
  q: usize,
  k: usize,
  v: usize,
  prefixK: usize,
  prefixV: usize,
  stride: usize,
  prefixRows: i32,
  rows: i32,
  size: i32,
  out: usize,
  outStride: usize,
  scratch: usize,
): void {
  const padded = roundUp8(prefixRows + rows);
  const matrix = <usize> (padded * size) << 2;
  const plain = scratch, keys = scratch + matrix, values = keys + matrix, scores = values + matrix;
  collect(prefixK, prefixRows, k, rows, stride, size, plain);
  packRows(plain, <usize> size << 2, padded, size, keys);
  collect(prefixV, prefixRows, v, rows, stride, size, plain);
  packColumns(plain, <usize> size << 2, padded, size, values);
  const scale: f32 = 1 / sqrt<f32>(<f32> size);
  for (let row = 0; row < rows; row += 6) {
    const count = min(6, rows - row);
    const seen = roundUp8(prefixRows + row + count);
    probabilities(
      q + <usize> row * stride,
      stride,
      keys,
      size,
      count,
      prefixRows + row,
      seen,
      scores,
      padded,
      scale,
    );
    for (let column = 0; column < size; column += 8) {
      tile(
        count,
        scores,
        <usize> padded << 2,
        values + (<usize> (column * padded) << 2),
        seen,
        out + <usize> row * outStride + (<usize> column << 2),
        outStride,
      );
    }
  }
}

/** softmax(scale · q · keysᵀ) for `count` rows, the first of which sees `before` + 1 keys. */
function probabilities(
  q: usize,
  stride: usize,
  keys: usize,
  size: i32,
  count: i32,
  before: i32,
  seen: i32,
  scores: usize,
  padded: i32,
  scale: f32,
): void {
  const rowBytes = <usize> padded << 2;
  for (let key = 0; key < seen; key += 8) {
    tile(
      count,
      q,
      stride,
      keys + (<usize> (key * size) << 2),
      size,
      scores + (<usize> key << 2),
      rowBytes,
    );
  }
  for (let r = 0; r < count; r++) softmaxRow(scores + <usize> r * rowBytes, before + r + 1, seen, scale);
}

/**
 * The way back: dq is stored, dk and dv (prefix and own) are added to.
 *
 * @param dOut Gradient of the output. dq, dk, dv, prefixDk, prefixDv: as q, k, v, … and with their stride.
 * @param scratch Holds (7 · size + 96) · (prefixRows + rows, rounded up to 8) numbers.
 */
export function attendBackward(
  q: usize,
  k: usize,
  v: usize,
  prefixK: usize,
  prefixV: usize,
  stride: usize,
  prefixRows: i32,
  rows: i32,
  size: i32,
  dOut: usize,
  outStride: usize,
  dq: usize,
  dk: usize,
  dv: usize,
  prefixDk: usize,
  prefixDv: usize,
  scratch: usize,
): void {
  const keyCount = prefixRows + rows;
  const padded = roundUp8(keyCount);
  const bytes = <usize> size << 2;
  const matrix = <usize> padded * bytes;
  const plain = scratch, keyColumns = plain + matrix, keyRows = keyColumns + matrix;
  const valueColumns = keyRows + matrix, keyChange = valueColumns + matrix, valueChange = keyChange + matrix;
  const weights = valueChange + matrix;
  const rowBytes = <usize> padded << 2;
  const changes = weights + QUERY_BLOCK * rowBytes;
  collect(prefixK, prefixRows, k, rows, stride, size, plain);
  packRows(plain, <usize> size << 2, padded, size, keyColumns);
  packColumns(plain, bytes, padded, size, keyRows);
  collect(prefixV, prefixRows, v, rows, stride, size, plain);
  packRows(plain, <usize> size << 2, padded, size, valueColumns);
  zeroShort(keyChange, 2 * matrix);
  const scale: f32 = 1 / sqrt<f32>(<f32> size);
  for (let block = 0; block < rows; block += QUERY_BLOCK) {
    const blockRows = min(QUERY_BLOCK, rows - block);
    const blockSeen = roundUp8(prefixRows + block + blockRows);
    for (let row = 0; row < blockRows; row += 6) {
      const first = block + row;
      const count = min(6, blockRows - row);
      const seen = roundUp8(prefixRows + first + count);
      const weight = weights + <usize> row * rowBytes, change = changes + <usize> row * rowBytes;
      probabilities(
        q + <usize> first * stride,
        stride,
        keyColumns,
        size,
        count,
        prefixRows + first,
        seen,
        weight,
        padded,
        scale,
      );
      for (let key = 0; key < seen; key += 8) {
        tile(
          count,
          dOut + <usize> first * outStride,
          outStride,
          valueColumns + (<usize> (key * size) << 2),
          size,
          change + (<usize> key << 2),
          rowBytes,
        );
      }
      for (let r = 0; r < count; r++) {
        const offset = <usize> r * rowBytes;
        softmaxBackwardRow(weight + offset, change + offset, seen, blockSeen, scale);
      }
      for (let column = 0; column < size; column += 8) {
        tile(
          count,
          change,
          rowBytes,
          keyRows + (<usize> (column * padded) << 2),
          seen,
          dq + <usize> first * stride + (<usize> column << 2),
          stride,
        );
      }
    }
    for (let key = 0; key < blockSeen; key += 4) {
      const skipped = max(0, key - prefixRows - block);
      const from = <usize> skipped * rowBytes + (<usize> key << 2);
      const to = <usize> key * bytes;
      for (let column = 0; column < size; column += 8) {
        const at = <usize> column << 2;
        tileTransposed(
          weights + from,
          rowBytes,
          dOut + <usize> (block + skipped) * outStride + at,
          outStride,
          blockRows - skipped,
          valueChange + to + at,
          bytes,
        );
        tileTransposed(
          changes + from,
          rowBytes,
          q + <usize> (block + skipped) * stride + at,
          stride,
          blockRows - skipped,
          keyChange + to + at,
          bytes,
        );
      }
    }
  }
  const ownAt = <usize> prefixRows * bytes;
  addRows(keyChange, prefixDk, stride, prefixRows, bytes);
  addRows(valueChange, prefixDv, stride, prefixRows, bytes);
  addRows(keyChange + ownAt, dk, stride, rows, bytes);
  addRows(valueChange + ownAt, dv, stride, rows, bytes);
}

/** dP becomes dS = scale · P · (dP − Σ P dP); both rows are set to zero from `seen` to `end`. */
function softmaxBackwardRow(weight: usize, change: usize, seen: i32, end: i32, scale: f32): void {
  const bytes = <usize> seen << 2;
  let dot = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) dot = madd(v128.load(weight + i), v128.load(change + i), dot);
  const mean = f32x4.splat(sumLanes(dot));
  const factor = f32x4.splat(scale);
  for (let i: usize = 0; i < bytes; i += 16) {
    const p = f32x4.mul(v128.load(weight + i), factor);
    v128.store(change + i, f32x4.mul(p, f32x4.sub(v128.load(change + i), mean)));
  }
  const rest = (<usize> end << 2) - bytes;
  zeroShort(weight + bytes, rest);
  zeroShort(change + bytes, rest);
}

function addRows(from: usize, to: usize, stride: usize, rows: i32, bytes: usize): void {
  for (let r = 0; r < rows; r++) {
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(to + i, f32x4.add(v128.load(to + i), v128.load(from + i)));
    }
    from += bytes;
    to += stride;
  }
}
