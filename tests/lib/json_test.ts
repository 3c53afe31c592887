import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { canonicalJson, contentHash, isJson, isJsonObject, type Json } from "../../lib/json.ts";

const json: fc.Arbitrary<Json> = fc.jsonValue().map((value): Json => {
  const copy: Json = JSON.parse(JSON.stringify(value)); // -0 becomes 0
  return copy;
});

/** The same value with the keys of every object the other way round. */
function reversed(value: Json): Json {
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).toReversed().map(([key, field]) => [key, reversed(field)]),
    );
  }
  return Array.isArray(value) ? value.map(reversed) : value;
}

Deno.test("canonicalJson() gives text that reads back as the same value", () => {
  fc.assert(fc.property(json, (value) => assert.deepEqual(JSON.parse(canonicalJson(value)), value)));
});

Deno.test("canonicalJson() and contentHash() do not depend on the order of keys", () => {
  fc.assert(fc.property(json, (value) => {
    assert.equal(canonicalJson(reversed(value)), canonicalJson(value));
    assert.equal(contentHash(reversed(value)), contentHash(value));
  }));
});

Deno.test("canonicalJson() tells different values apart", () => {
  fc.assert(fc.property(json, json, (a, b) => {
    assert.equal(canonicalJson(a) === canonicalJson(b), isDeepStrictEqual(a, b));
  }));
});

Deno.test("canonicalJson() leaves out undefined fields and writes -0 as 0", () => {
  const sparse: Json = Object.fromEntries([["a", 1], ["b", JSON.parse("[]")[0]]]);
  assert.equal(canonicalJson(sparse), '{"a":1}');
  assert.equal(canonicalJson([-0]), "[0]");
});

Deno.test("canonicalJson() keeps __proto__ as a key like any other", () => {
  assert.equal(canonicalJson(JSON.parse('{"__proto__":{"a":1}}')), '{"__proto__":{"a":1}}');
});

Deno.test("canonicalJson() refuses what JSON has no text for", () => {
  for (const value of [NaN, Infinity, -Infinity]) assert.throws(() => canonicalJson([value]), TypeError);
  const lost: Json[] = Array.from({ length: 1 });
  assert.throws(() => canonicalJson(lost), /Cannot write a value of type undefined/);
});

Deno.test("contentHash() is the SHA-256 of the canonical text", () => {
  // printf '{}' | sha256sum
  assert.equal(contentHash({}), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
});

Deno.test("isJson() accepts JSON and nothing else", () => {
  fc.assert(fc.property(json, (value) => assert.ok(isJson(value))));
  const cycle: unknown[] = [];
  cycle.push({ cycle });
  for (
    const value of [undefined, NaN, 1n, Symbol("s"), () => 1, new Date(0), new Map(), [undefined], {
      a: Infinity,
    }, cycle]
  ) {
    assert.ok(!isJson(value), String(typeof value));
  }
  const shared = { a: 1 };
  assert.ok(isJson([shared, shared]));
});
