import assert from "node:assert/strict";
import fc from "fast-check";
import { gramVector, type Ngrams, ngrams, ngramsEmbedder } from "exitlab/lib/operator/ngrams.ts";
import { noEmbeddings, rollout } from "./fixtures.ts";

const vector = (text: string, options: Partial<Ngrams> = {}): Float64Array =>
  gramVector(text, { ...ngrams(), ...options });

function distance(a: Float64Array, b: Float64Array): number {
  return Math.hypot(...a.map((value, at) => value - (b[at] ?? NaN)));
}

/** The inner product; for vectors of length 1 the cosine. */
function product(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? NaN), 0);
}

/** Wide enough that the few grams of a test do not meet. */
const wide = { dimensions: 65_536 };

Deno.test("gramVector() counts what two texts have in common", () => {
  // Padded with two edges on either side, "abcd" has 6 trigrams and "abce" shares the first 3 of them: ^^a ^ab abc.
  assert(Math.abs(product(vector("abcd", wide), vector("abce", wide)) - 3 / 6) < 1e-12);
  // Single characters: "aab" counts (2, 1) and "abb" (1, 2), so (2 · 1 + 1 · 2) / 5.
  const single = { ...wide, length: 1 };
  assert(Math.abs(product(vector("aab", single), vector("abb", single)) - 4 / 5) < 1e-12);
  assert(Math.abs(product(vector("abc", single), vector("xyz", single))) < 1e-12);
});

Deno.test("gramVector() tells places apart only where positions asks it to", () => {
  const single = { ...wide, length: 1 };
  assert.equal(distance(vector("1221", single), vector("2112", single)), 0);
  // Odd and even places: "12" repeated shares nothing with "21" repeated.
  assert(
    Math.abs(
      product(vector("1212", { ...single, positions: 2 }), vector("2121", { ...single, positions: 2 })),
    ) < 1e-12,
  );
  // With a kind of place for each character the cosine is the share of equal characters.
  const each = { ...single, positions: 4 };
  assert(Math.abs(product(vector("1234", each), vector("1243", each)) - 2 / 4) < 1e-12);
});

Deno.test("gramVector() tells short, empty and repeated texts apart", () => {
  const texts = ["", "1", "2", "12", "21", "1 ", "11", "111"];
  for (const [at, text] of texts.entries()) {
    for (const other of texts.slice(at + 1)) {
      assert(distance(vector(text), vector(other)) > 0.1, `"${text}" and "${other}"`);
    }
  }
});

Deno.test("gramVector() is the same at every call, and of length 1", () => {
  const options = fc.record({
    length: fc.integer({ min: 1, max: 5 }),
    dimensions: fc.integer({ min: 64, max: 1024 }),
    positions: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(fc.property(fc.string({ unit: "grapheme", minLength: 1 }), options, (text, given) => {
    const [first, second] = [gramVector(text, given), gramVector(text, given)];
    assert.deepEqual(first, second);
    assert.equal(first.length, given.dimensions);
    const norm = Math.hypot(...first);
    // Grams that meet in one place with different signs can cancel; with one gram that cannot be.
    assert(Math.abs(norm - 1) < 1e-9 || norm === 0);
    assert(text.length + given.length > 2 || norm > 0);
  }));
});

Deno.test("gramVector() keeps distances through the hashing, on average", () => {
  const letters = "1234";
  const texts = Array.from(
    { length: 40 },
    (_, text) => Array.from({ length: 16 }, (_, at) => letters[(text * 7 + at * (text + 3)) % 4]).join(""),
  );
  const pairs = texts.flatMap((a, at) => texts.slice(at + 1).map((b) => [a, b] as const));
  const [exact, hashed] = [4096, 128].map((dimensions) => {
    const vectors = new Map(texts.map((text) => [text, vector(text, { dimensions })]));
    const of = (text: string): Float64Array => vectors.get(text) ?? new Float64Array();
    return pairs.map(([a, b]) => product(of(a), of(b))).reduce((sum, cosine) => sum + cosine, 0) /
      pairs.length;
  });
  assert(Math.abs((exact ?? 0) - (hashed ?? 1)) < 0.02, `${exact} and ${hashed}`);
});

Deno.test("ngrams() embeds all that was written, in order, without the policy", async () => {
  const options = ngrams({ length: 2 });
  const turns = { ...rollout("b"), responses: ["a", "b"] };
  const vectors = await ngramsEmbedder(options).embed([rollout("a"), turns], noEmbeddings);
  assert.deepEqual([...vectors], [gramVector("a", options), gramVector("a\nb", options)]);
});

Deno.test("ngrams() refuses what is out of range or unknown", () => {
  assert.throws(() => ngrams({ length: 1.5 }), /"length" to be a whole number from 1 to 16 but found 1.5/);
  assert.throws(() => ngrams({ dimensions: 8 }), /"dimensions" to be a whole number from 16 to 65536/);
  assert.throws(() => ngrams({ positions: 0 }), /"positions" to be a whole number from 1/);
});
