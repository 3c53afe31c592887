/** How distances from the centroid become factors. */
export type DiversityForm =
  | {
    /** Eq. 6 of the paper, guarded. */
    readonly mode: "paper";
    /** The least denominator, as a multiple of the mean distance; at least 0. */
    readonly floor: number;
    /** The largest factor; above 0. */
    readonly cap: number;
  }
  | {
    /** From 0 for the nearest to 1 for the farthest, or with mean 1. */
    readonly mode: "minmax" | "mean";
  };

/**
 * Distances that differ by less than this share of the largest embedding's norm count as equal: what is left there is
 * the rounding of embeddings in single precision.
 */
const tolerance = 1e-6;

/**
 * How far each response of a group is from the others, as a factor for its advantage (Eq. 6 of arXiv 2509.04575).
 * With the distances δ_i = ‖e_i − ē‖ from the centroid ē:
 *
 * - `"paper"`: min(cap, δ_i / max(δ_max − δ_min, floor · mean δ))
 * - `"minmax"`: (δ_i − δ_min) / (δ_max − δ_min)
 * - `"mean"`: δ_i / mean δ
 *
 * Where all distances are equal, all factors are 1.
 *
 * @param embeddings The group's G vectors, all of one length.
 * @returns G finite numbers of at least 0.
 * @throws {RangeError} If the vectors differ in length, or a number is not finite.
 *
 * @example
 * ```ts
 * import { diversityFactors } from "exitlab/lib/operator/diversity_factors.ts";
 * import assert from "node:assert/strict";
 *
 * // Three copies and one other: the centroid is 1, the distances are 1, 1, 1 and 3.
 * const group = [[0], [0], [0], [4]];
 * assert.deepEqual(diversityFactors(group, { mode: "paper", floor: 1, cap: 4 }), [0.5, 0.5, 0.5, 1.5]);
 * assert.deepEqual(diversityFactors(group, { mode: "minmax" }), [0, 0, 0, 1]);
 * ```
 */
export function diversityFactors(
  embeddings: readonly ArrayLike<number>[],
  form: DiversityForm,
): number[] {
  const vectors = checked(embeddings);
  const distances = centroidDistances(vectors);
  const least = Math.min(...distances);
  const range = Math.max(...distances) - least;
  const size = Math.max(...vectors.map(norm));
  if (range <= tolerance * size) return distances.map(() => 1);
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  switch (form.mode) {
    case "paper":
      return distances.map((distance) => Math.min(form.cap, distance / Math.max(range, form.floor * mean)));
    case "minmax":
      return distances.map((distance) => (distance - least) / range);
    case "mean":
      return distances.map((distance) => distance / mean);
  }
}

function checked(embeddings: readonly ArrayLike<number>[]): readonly number[][] {
  const length = embeddings[0]?.length ?? 0;
  return embeddings.map((embedding) => {
    const vector = Array.from(embedding);
    if (vector.length !== length) {
      throw new RangeError(`Expected embeddings of ${length} numbers but found one of ${vector.length}`);
    }
    const strange = vector.find((value) => !Number.isFinite(value));
    if (strange !== undefined) {
      throw new RangeError(`Expected embeddings of finite numbers but found ${strange}`);
    }
    return vector;
  });
}

function centroidDistances(vectors: readonly (readonly number[])[]): number[] {
  const centroid = (vectors[0] ?? []).map((_, at) =>
    vectors.reduce((sum, vector) => sum + (vector[at] ?? 0), 0) / vectors.length
  );
  return vectors.map((vector) => norm(vector.map((value, at) => value - (centroid[at] ?? 0))));
}

function norm(vector: readonly number[]): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
