import assert from "node:assert/strict";
import fc from "fast-check";
import { type NgramOptions, ngramsOf } from "exitlab/domains/mle/mlkit/ngrams.ts";

function terms(text: string, options: Partial<NgramOptions> = {}): string[] {
  const found: string[] = [];
  ngramsOf(options)(text, (term) => found.push(term));
  return found;
}

Deno.test("ngramsOf() takes words of at least two letters, digits or underscores, in lower case", () => {
  assert.deepEqual(terms("I'm 7, Ångström_2 (日本)! don't"), ["ångström_2", "日本", "don"]);
  assert.deepEqual(terms("Ab aB", { lowercase: false }), ["Ab", "aB"]);
  assert.deepEqual(terms(""), []);
});

Deno.test("ngramsOf() gives each run of words of each length, the short ones first", () => {
  assert.deepEqual(terms("aa bb cc", { ngrams: [2, 3] }), ["aa bb", "bb cc", "aa bb cc"]);
});

Deno.test("ngramsOf() gives n − length + 1 runs of characters of each length", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "é", "🙂", "日"), maxLength: 12 });
  fc.assert(fc.property(text, fc.integer({ min: 1, max: 4 }), (text, length) => {
    const points = Array.from(text);
    const found = terms(text, { analyzer: "char", ngrams: [length, length] });
    const expected = points.map((_, at) => points.slice(at, at + length).join(""));
    assert.deepEqual(found, expected.slice(0, Math.max(0, points.length - length + 1)));
  }));
});
