import type { Datum } from "../../lib/engine/engine.ts";
import type { Segment } from "./forward.ts";
import type { PrefixTree } from "./prefix_tree.ts";
import type { MicroBatch } from "./tasks.ts";

/** Where a sequence's tokens went: token t is row t of the shared part, or row t - shared of its own. */
interface Place {
  readonly sequence: number;
  readonly shared: number;
  readonly sharedStart: number;
  readonly ownStart: number;
}

/** A micro-batch, and where to find each sequence's tokens among the wanted ones. */
export interface PackedBatch {
  /** What goes to a worker. */
  readonly batch: MicroBatch;
  /** Where each sequence went. */
  readonly places: readonly Place[];
  /** For each row, the index of its token among the wanted ones; unused for the first token of a sequence. */
  readonly wantedAt: Uint32Array;
}

const nothing: Datum = { tokens: [], coefficients: new Float32Array() };

/** Lays the rows of trees out, one after the other; weights of shared tokens are summed over their sequences. */
export function packBatch(data: readonly Datum[], trees: readonly PrefixTree[]): PackedBatch {
  const { places, segments } = placeTrees(data, trees);
  const count = trees.reduce((sum, { rows }) => sum + rows, 0);
  const tokens = new Uint32Array(count);
  const positions = new Uint32Array(count);
  const sources = new Uint32Array(count);
  const coefficients = new Float32Array(count);
  const entropyWeights = new Float32Array(count);
  for (const place of places) {
    const { tokens: ids, coefficients: weights, entropy } = data[place.sequence] ?? nothing;
    for (let at = 0; at < ids.length; at++) {
      const row = rowOf(place, at);
      tokens[row] = ids[at] ?? 0;
      positions[row] = at;
      sources[row] = rowOf(place, at - 1);
      coefficients[row] = (coefficients[row] ?? 0) + (weights[at] ?? 0);
      entropyWeights[row] = (entropyWeights[row] ?? 0) + (entropy?.[at] ?? 0);
    }
  }
  const { wanted, weighed } = orderWanted(positions, coefficients, entropyWeights);
  const wantedAt = new Uint32Array(count);
  for (let index = 0; index < wanted.length; index++) wantedAt[wanted[index] ?? 0] = index;
  return {
    batch: {
      rows: { tokens, positions, segments },
      sources: wanted.map((row) => sources[row] ?? 0),
      targets: wanted.map((row) => tokens[row] ?? 0),
      coefficients: pick(coefficients, wanted),
      entropyWeights: pick(entropyWeights, wanted),
      weighed,
    },
    places,
    wantedAt,
  };
}

/** The rows whose token something predicts: those with weights first, and how many have one. */
function orderWanted(
  positions: Uint32Array,
  coefficients: Float32Array,
  entropyWeights: Float32Array,
): { wanted: Uint32Array; weighed: number } {
  const isPredicted = positions.map((position) => position === 0 ? 0 : 1);
  const wanted = new Uint32Array(isPredicted.reduce((sum, one) => sum + one, 0));
  let next = 0;
  const append = (weighed: boolean): void => {
    for (let row = 0; row < positions.length; row++) {
      const hasWeight = coefficients[row] !== 0 || entropyWeights[row] !== 0;
      if (isPredicted[row] === 1 && hasWeight === weighed) wanted[next++] = row;
    }
  };
  append(true);
  const weighed = next;
  append(false);
  return { wanted, weighed };
}

/** Writes a figure of each wanted token to where it belongs in the sequences. */
export function unpack(
  { places, wantedAt }: PackedBatch,
  wanted: Float32Array,
  sequences: Float32Array[],
): void {
  for (const place of places) {
    const out = sequences[place.sequence];
    for (let at = 1; out !== undefined && at < out.length; at++) {
      out[at] = wanted[wantedAt[rowOf(place, at)] ?? 0] ?? NaN;
    }
  }
}

function placeTrees(
  data: readonly Datum[],
  trees: readonly PrefixTree[],
): { places: Place[]; segments: Segment[] } {
  const places: Place[] = [];
  const segments: Segment[] = [];
  let next = 0;
  for (const { shared, members } of trees) {
    const sharedStart = next;
    next += shared;
    segments.push({ start: sharedStart, rows: shared, prefixStart: sharedStart, prefixRows: 0 });
    for (const sequence of members) {
      const own = (data[sequence]?.tokens.length ?? 0) - shared;
      places.push({ sequence, shared, sharedStart, ownStart: next });
      if (own > 0) segments.push({ start: next, rows: own, prefixStart: sharedStart, prefixRows: shared });
      next += own;
    }
  }
  return { places, segments };
}

function rowOf({ shared, sharedStart, ownStart }: Place, at: number): number {
  return at < shared ? sharedStart + at : ownStart + at - shared;
}

function pick(values: Float32Array, rows: Uint32Array): Float32Array {
  const picked = new Float32Array(rows.length);
  for (let index = 0; index < rows.length; index++) picked[index] = values[rows[index] ?? 0] ?? 0;
  return picked;
}
