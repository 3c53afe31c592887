import type { TokenSequence } from "../../lib/engine/engine.ts";
import type { Rows, Segment } from "./forward.ts";
import type { PrefixTree } from "./prefix_tree.ts";

/** Where a sequence's tokens went: token t is row t of the shared part, or row t - shared of its own. */
export interface Place {
  /** Index of the sequence in the batch. */
  readonly sequence: number;
  /** How many of its first tokens it shares. */
  readonly shared: number;
  /** The row of the first shared token. */
  readonly sharedStart: number;
  /** The row of the first token of its own. */
  readonly ownStart: number;
}

/** Rows of a micro-batch, and where to find each sequence's tokens among them. */
export interface PackedRows {
  /** The rows. */
  readonly rows: Rows;
  /** Where each sequence went. */
  readonly places: readonly Place[];
}

/** Lays the rows of trees out, one after the other. */
export function packRows(
  data: readonly { readonly tokens: TokenSequence }[],
  trees: readonly PrefixTree[],
): PackedRows {
  const places: Place[] = [];
  const segments: Segment[] = [];
  const count = trees.reduce((sum, { rows }) => sum + rows, 0);
  const tokens = new Uint32Array(count);
  const positions = new Uint32Array(count);
  let next = 0;
  for (const { shared, members } of trees) {
    const sharedStart = next;
    next += shared;
    segments.push({ start: sharedStart, rows: shared, prefixStart: sharedStart, prefixRows: 0 });
    for (const sequence of members) {
      const ids = data[sequence]?.tokens ?? [];
      const own = ids.length - shared;
      const place = { sequence, shared, sharedStart, ownStart: next };
      places.push(place);
      for (let at = 0; at < ids.length; at++) {
        const row = rowOf(place, at);
        tokens[row] = ids[at] ?? 0;
        positions[row] = at;
      }
      if (own > 0) segments.push({ start: next, rows: own, prefixStart: sharedStart, prefixRows: shared });
      next += own;
    }
  }
  return { rows: { tokens, positions, segments }, places };
}

/** The row of a sequence's token. */
export function rowOf({ shared, sharedStart, ownStart }: Place, at: number): number {
  return at < shared ? sharedStart + at : ownStart + at - shared;
}
