import { isJsonArray, type Json } from "../json.ts";

/**
 * The vectors in an endpoint's answer: for each text its vector, or the mean of the vectors of its tokens, however
 * deep an endpoint nests them.
 *
 * @param answer The parsed body.
 * @param count How many texts were asked.
 * @throws {RangeError} If there are not as many vectors as texts, they differ in length, or a number is not finite.
 *
 * @example
 * ```ts
 * import { featureVectors } from "exitlab/lib/operator/feature_vectors.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(featureVectors([[1, 2], [3, 4]], 2), [Float32Array.of(1, 2), Float32Array.of(3, 4)]);
 * assert.deepEqual(featureVectors([[[1, 2], [3, 4]]], 1), [Float32Array.of(2, 3)]);
 * ```
 */
export function featureVectors(answer: Json, count: number): Float32Array[] {
  if (!isJsonArray(answer)) throw new RangeError(`Expected a list of vectors but found ${typeName(answer)}`);
  if (answer.length !== count) {
    throw new RangeError(`Expected a vector for each of ${count} texts but found ${answer.length}`);
  }
  const vectors = answer.map((item) => Float32Array.from(pooled(item)));
  const length = vectors[0]?.length ?? 0;
  const other = vectors.find((vector) => vector.length !== length);
  if (other !== undefined) {
    throw new RangeError(`Expected vectors of ${length} numbers but found one of ${other.length}`);
  }
  const strange = vectors.flatMap((vector) => vector.find((value) => !Number.isFinite(value)) ?? [])[0];
  if (strange !== undefined) throw new RangeError(`Expected finite numbers but found ${strange}`);
  return vectors;
}

/** A vector, or the mean of those within. */
function pooled(item: Json): number[] {
  if (!isJsonArray(item) || item.length === 0) {
    throw new RangeError(`Expected a vector but found ${typeName(item)}`);
  }
  const numbers = item.filter((value) => typeof value === "number");
  if (numbers.length === item.length) return numbers;
  const [first = [], ...rest] = item.map(pooled);
  if (rest.some((vector) => vector.length !== first.length)) {
    throw new RangeError("Expected the vectors of a text's tokens to have one length");
  }
  return first.map((value, at) => rest.reduce((sum, vector) => sum + (vector[at] ?? 0), value) / item.length);
}

function typeName(value: Json): string {
  if (value === null) return "null";
  if (isJsonArray(value)) return value.length === 0 ? "an empty list" : "a list";
  return typeof value === "object" ? "an object" : `the ${typeof value} ${JSON.stringify(value)}`;
}
