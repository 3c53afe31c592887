/** How large a request may be. */
export interface ChunkLimits {
  /** The most items. */
  readonly mostDatums: number;
  /** The most bytes. */
  readonly mostBytes: number;
}

/**
 * Cuts a list into runs that keep to the limits, in order, each as long as it can be. An item that is too large by
 * itself gets a run of its own: the server has the last word.
 *
 * @param bytes The size of an item.
 *
 * @example
 * ```ts
 * import { chunk } from "exitlab/runners/tgi/tinker/chunk.ts";
 * import assert from "node:assert/strict";
 *
 * const limits = { mostDatums: 2, mostBytes: 10 };
 * assert.deepEqual(chunk([4, 4, 4, 9, 20, 1], (item) => item, limits), [[4, 4], [4], [9], [20], [1]]);
 * ```
 */
export function chunk<T>(
  items: readonly T[],
  bytes: (item: T) => number,
  { mostDatums, mostBytes }: ChunkLimits,
): T[][] {
  const chunks: T[][] = [];
  let [current, size]: [T[], number] = [[], 0];
  for (const item of items) {
    const more = bytes(item);
    if (current.length > 0 && (current.length === mostDatums || size + more > mostBytes)) {
      chunks.push(current);
      [current, size] = [[], 0];
    }
    current.push(item);
    size += more;
  }
  if (current.length > 0) chunks.push(current);
  return chunks;
}
