import type { Datum } from "../../lib/engine/engine.ts";
import { packRows, type Place, rowOf } from "./pack_rows.ts";
import type { PrefixTree } from "./prefix_tree.ts";
import type { MicroBatch } from "./tasks.ts";

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
  const { rows, places } = packRows(data, trees);
  const count = rows.tokens.length;
  const sources = new Uint32Array(count);
  const coefficients = new Float32Array(count);
  const entropyWeights = new Float32Array(count);
  for (const place of places) {
    const { tokens: ids, coefficients: weights, entropy } = data[place.sequence] ?? nothing;
    for (let at = 0; at < ids.length; at++) {
      const row = rowOf(place, at);
      sources[row] = rowOf(place, at - 1);
      coefficients[row] = (coefficients[row] ?? 0) + (weights[at] ?? 0);
      entropyWeights[row] = (entropyWeights[row] ?? 0) + (entropy?.[at] ?? 0);
    }
  }
  const { wanted, weighed } = orderWanted(rows.positions, coefficients, entropyWeights);
  const wantedAt = new Uint32Array(count);
  for (let index = 0; index < wanted.length; index++) wantedAt[wanted[index] ?? 0] = index;
  return {
    batch: {
      rows,
      sources: wanted.map((row) => sources[row] ?? 0),
      targets: wanted.map((row) => rows.tokens[row] ?? 0),
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

function pick(values: Float32Array, rows: Uint32Array): Float32Array {
  const picked = new Float32Array(rows.length);
  for (let index = 0; index < rows.length; index++) picked[index] = values[rows[index] ?? 0] ?? 0;
  return picked;
}
