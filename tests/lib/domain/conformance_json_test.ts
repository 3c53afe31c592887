import assert from "node:assert/strict";
import fc from "fast-check";
import { checkPlain, digest, throughJson } from "../../../lib/domain/conformance_json.ts";
import { Findings } from "../../../lib/domain/finding.ts";

/** What is told of a value. */
function told(value: unknown): string[] {
  const findings = new Findings();
  const plain = checkPlain(value, "it", "Here", findings);
  assert.equal(plain, findings.all.length === 0);
  return findings.all.map(({ message }) => message);
}

Deno.test("checkPlain() takes whatever JSON keeps, and digest() is the same for what was stored and read", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    // Reading makes a zero below zero one above it.
    const stored = JSON.parse(JSON.stringify(value));
    assert.deepEqual(told(stored), []);
    assert.equal(digest(throughJson(stored)), digest(stored));
  }));
});

Deno.test("checkPlain() tells what JSON would change, however deep it lies", () => {
  const spoilt = fc.constantFrom<unknown>(
    NaN,
    Infinity,
    -0,
    undefined,
    1n,
    new Date(0),
    new Map(),
    Symbol("a"),
    told,
  );
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,4}$/), { maxLength: 5 }), spoilt, (path, leaf) => {
      const value = path.reduceRight<unknown>((inner, key) => ({ [key]: [inner], other: null }), leaf);
      const [message = ""] = told(value);
      assert.ok(message.startsWith(`Here: it${path.map((key) => `.${key}[0]`).join("")} is `), message);
    }),
  );
});

Deno.test("checkPlain() tells a value that holds itself, and takes one that comes twice", () => {
  const circle: Record<string, unknown> = {};
  circle["round"] = [circle];
  assert.deepEqual(told(circle), ["Here: it.round[0] holds itself, which JSON does not keep"]);
  const twice = { a: 1 };
  assert.deepEqual(told([twice, twice]), []);
});

Deno.test("digest() tells apart what is no JSON, too", () => {
  const digests = [NaN, Infinity, [1, NaN], { a: NaN }].map((value) => digest(value));
  assert.equal(new Set(digests).size, digests.length);
  assert.equal(digest({ a: NaN, b: 1 }), digest({ b: 1, a: NaN }));
});
