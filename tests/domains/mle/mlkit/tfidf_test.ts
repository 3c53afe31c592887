import assert from "node:assert/strict";
import fc from "fast-check";
import { row, tfidf } from "mlkit";

const word = fc.constantFrom("cat", "dog", "a", "Bird", "x1", "naïve", "🙂", "-");
const texts = fc.array(fc.array(word, { maxLength: 8 }).map((words) => words.join(" ")), { maxLength: 8 })
  .map((texts) => [...texts, "cat dog"]);

Deno.test("tfidf() gives rows of length 1, or of zeros where no term is known", () => {
  const analyzer = fc.constantFrom("word", "char");
  fc.assert(fc.property(texts, texts, analyzer, fc.boolean(), (known, others, analyzer, sublinear) => {
    const X = tfidf({ ngrams: [1, 2], analyzer, sublinear }).fit(known).transform(others);
    for (let at = 0; at < X.rows; at++) {
      const length = Math.hypot(...row(X, at));
      assert.ok(Math.abs(length - 1) < 1e-12 || row(X, at).every((value) => value === 0), `length ${length}`);
    }
  }));
});

Deno.test("tfidf() gives the same rows in another order when texts are put in another order", () => {
  fc.assert(fc.property(texts, (texts) => {
    const fitted = tfidf().fit(texts);
    const backwards = tfidf().fit(texts.toReversed());
    assert.deepEqual(backwards.vocabulary, fitted.vocabulary);
    const X = fitted.transform(texts);
    const Y = backwards.transform(texts.toReversed());
    for (let at = 0; at < X.rows; at++) assert.deepEqual(row(Y, X.rows - 1 - at), row(X, at));
  }));
});

Deno.test("tfidf() keeps the terms that come most often, of equals the first", () => {
  const texts = ["bb aa cc", "cc dd", "dd dd aa"];
  assert.deepEqual(tfidf({ maxFeatures: 2 }).fit(texts).vocabulary, ["aa", "dd"]);
  assert.deepEqual(tfidf({ minCount: 2, maxShare: 0.7 }).fit(texts).vocabulary, ["aa", "cc", "dd"]);
  assert.deepEqual(tfidf({ maxShare: 0.5 }).fit(texts).vocabulary, ["bb"]);
});

Deno.test('tfidf({ analyzer: "char" }) takes spaces in a row as one, and characters outside the basic plane whole', () => {
  const { vocabulary } = tfidf({ analyzer: "char", ngrams: [2, 2] }).fit(["A \t\n🙂b"]);
  assert.deepEqual(vocabulary, [" 🙂", "a ", "🙂b"]);
});

Deno.test("tfidf() refuses options out of range, texts without a term, and what is no list of texts", () => {
  assert.throws(() => tfidf({ ngrams: [2, 1] }), /Expected lengths such as \[1, 2\] but found \[2, 1\]/);
  assert.throws(() => tfidf({ maxFeatures: 0 }), /Expected maxFeatures of at least 1 but found 0/);
  assert.throws(
    () => Reflect.apply(tfidf, null, [{ analyzer: "words" }]),
    /Expected "word" or "char" but found "words"/,
  );
  assert.throws(() => Reflect.apply(tfidf, null, [{ min_df: 2 }]), /has no option "min_df"/);
  assert.throws(
    () => tfidf({ minCount: 2 }).fit(["a b", "cat"]),
    /Expected at least one term in 2 or more of 2 texts/,
  );
  assert.throws(
    () => Reflect.apply(tfidf().fit, null, ["cat dog"]),
    /Expected an array of strings, such as table.texts/,
  );
});
