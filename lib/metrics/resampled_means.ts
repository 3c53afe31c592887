/**
 * The inner loop of the bootstrap: a comparison of a hundred runs has a thousand million steps of it.
 *
 * @module
 */

/** Which items each resample has at all, and how often. Resample r has those from `ends[r - 1]`, or 0, up to `ends[r]`. */
export interface DrawnItems {
  /** Their places, in order. */
  readonly items: Uint32Array;
  /** How often each is drawn, from 1. */
  readonly times: Float64Array;
  /** Where the items of each resample end. */
  readonly ends: Uint32Array;
}

/**
 * Lists what was drawn; a third of the items never is.
 *
 * @param counts How often resample r has item i, at r × `items` + i.
 *
 * @example
 * ```ts
 * import { drawnItems } from "exitlab/lib/metrics/resampled_means.ts";
 * import assert from "node:assert/strict";
 *
 * const { items, times, ends } = drawnItems(Uint16Array.of(2, 0, 1, 1), 2);
 * assert.deepEqual([[...items], [...times], [...ends]], [[0, 0, 1], [2, 1, 1], [1, 3]]);
 * ```
 */
export function drawnItems(counts: Uint16Array, items: number): DrawnItems {
  const drawn = counts.reduce((sum, times) => sum + Number(times > 0), 0);
  const [places, times] = [new Uint32Array(drawn), new Float64Array(drawn)];
  const ends = new Uint32Array(counts.length / items);
  let at = 0;
  for (const [place, count] of counts.entries()) {
    if (count > 0) {
      places[at] = place % items;
      times[at] = count;
      at++;
    }
    if (place % items === items - 1) ends[Math.floor(place / items)] = at;
  }
  return { items: places, times, ends };
}

/** So many rows are summed side by side: each addition waits for the one before it, but not for those of other rows. */
const atOnce = 4;

/**
 * For each resample, the sum over drawn rows and columns of the values times how often both are drawn; always in the same
 * order, so that it is the same to the last bit.
 *
 * @param values Row after row.
 * @param rows Which rows each resample has.
 * @param columns Which columns each resample has; as many resamples.
 * @param width The number of columns.
 */
export function resampledSums(
  values: Float64Array,
  rows: DrawnItems,
  columns: DrawnItems,
  width: number,
): Float64Array {
  const sums = new Float64Array(rows.ends.length);
  const block = new Float64Array(atOnce);
  const starts = new Uint32Array(atOnce);
  for (let resample = 0; resample < sums.length; resample++) {
    const end = rows.ends[resample] ?? 0;
    let sum = 0;
    for (let at = rows.ends[resample - 1] ?? 0; at < end; at += atOnce) {
      // Past the last row the last is summed again, and not counted.
      for (let n = 0; n < atOnce; n++) starts[n] = (rows.items[Math.min(at + n, end - 1)] ?? 0) * width;
      sumRows(values, starts, columns, resample, block);
      for (let n = 0; n < atOnce && at + n < end; n++) sum += (rows.times[at + n] ?? 0) * (block[n] ?? 0);
    }
    sums[resample] = sum;
  }
  return sums;
}

/** Four rows, from `starts`, over the columns that a resample has. */
function sumRows(
  values: Float64Array,
  starts: Uint32Array,
  { items, times, ends }: DrawnItems,
  resample: number,
  sums: Float64Array,
): void {
  const first = starts[0] ?? 0;
  const second = starts[1] ?? 0;
  const third = starts[2] ?? 0;
  const fourth = starts[3] ?? 0;
  const end = ends[resample] ?? 0;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let at = ends[resample - 1] ?? 0; at < end; at++) {
    const column = items[at] ?? 0;
    const often = times[at] ?? 0;
    a += often * (values[first + column] ?? 0);
    b += often * (values[second + column] ?? 0);
    c += often * (values[third + column] ?? 0);
    d += often * (values[fourth + column] ?? 0);
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
}
