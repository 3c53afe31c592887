import assert from "node:assert/strict";
import type { Json } from "exitlab/lib/json.ts";
import { featureVectors } from "exitlab/lib/operator/feature_vectors.ts";

const plain = (answer: Json, count: number): number[][] =>
  featureVectors(answer, count).map((vector) => [...vector]);

Deno.test("featureVectors() takes a vector a text as it is", () => {
  assert.deepEqual(plain([[1, -2, 0.5], [0, 0, 0]], 2), [[1, -2, 0.5], [0, 0, 0]]);
  assert.deepEqual(plain([], 0), []);
});

Deno.test("featureVectors() takes the mean over tokens, of as many as each text has", () => {
  // (1 + 3 + 8) / 3 = 4 and (2 + 4 + 0) / 3 = 2; one token is its own mean.
  assert.deepEqual(plain([[[1, 2], [3, 4], [8, 0]], [[5, 6]]], 2), [[4, 2], [5, 6]]);
});

Deno.test("featureVectors() takes what is nested once more, as pipelines answer", () => {
  assert.deepEqual(plain([[[[1, 2], [3, 4]]], [[[5, 6]]]], 2), [[2, 3], [5, 6]]);
});

for (
  const [what, answer, count, message] of [
    ["an object", { error: "no" }, 1, /list of vectors but found an object/],
    ["text", "vectors", 1, /list of vectors but found the string "vectors"/],
    ["null", null, 1, /list of vectors but found null/],
    ["too few vectors", [[1]], 2, /vector for each of 2 texts but found 1/],
    ["too many vectors", [[1], [2]], 1, /vector for each of 1 texts but found 2/],
    ["numbers for vectors", [1, 2], 2, /a vector but found the number 1/],
    ["an empty vector", [[]], 1, /a vector but found an empty list/],
    ["a null for a number", [[1, null]], 1, /a vector but found the number 1/],
    ["vectors of two lengths", [[1, 2], [3]], 2, /vectors of 2 numbers but found one of 1/],
    ["tokens of two lengths", [[[1, 2], [3]]], 1, /tokens to have one length/],
    ["a number beyond single precision", [[1e300]], 1, /finite numbers but found Infinity/],
  ] as const
) {
  Deno.test(`featureVectors() refuses ${what}`, () => {
    assert.throws(() => featureVectors(answer, count), (error) => {
      assert(error instanceof RangeError);
      assert.match(error.message, message);
      return true;
    });
  });
}
