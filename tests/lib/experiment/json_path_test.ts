import assert from "node:assert/strict";
import fc from "fast-check";
import { firstDifference, getAt, leaves, setAt } from "../../../lib/experiment/json_path.ts";
import type { Json, JsonObject } from "../../../lib/json.ts";

const key = fc.constantFrom("a", "b", "c", "__proto__");
const path = fc.array(key, { minLength: 1, maxLength: 4 });
const object: fc.Arbitrary<JsonObject> = fc.letrec<{ node: Json; object: JsonObject }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small" },
    fc.integer(),
    fc.constant(null),
    fc.array(tie("node")),
    tie("object"),
  ),
  object: fc.dictionary(key, tie("node"), { noNullPrototype: true, maxKeys: 3 }),
})).object;

Deno.test("setAt() changes what getAt() reads, and nothing else", () => {
  fc.assert(fc.property(object, path, path, (value, at, other) => {
    const before = JSON.stringify(value);
    const after = setAt(value, at, "new");
    assert.equal(getAt(after, at), "new");
    assert.equal(JSON.stringify(value), before);
    const apart = at.some((name, index) => index < other.length && name !== other[index]);
    const elsewhere = getAt(value, other);
    if (apart && elsewhere !== undefined) {
      assert.deepEqual(getAt(after, other), elsewhere);
    }
  }));
});

Deno.test("getAt() finds nothing where nothing is, nor what objects inherit", () => {
  assert.equal(getAt({ a: { b: 1 } }, ["a", "c"]), undefined);
  assert.equal(getAt({ a: [1] }, ["a", "0"]), undefined);
  assert.equal(getAt({ a: 1 }, ["toString"]), undefined);
  assert.equal(getAt({ a: 1 }, ["constructor", "name"]), undefined);
  assert.deepEqual(getAt({ a: 1 }, []), { a: 1 });
});

Deno.test("leaves() names every leaf once", () => {
  assert.deepEqual(leaves({ a: { b: 1, c: { d: [2] } }, e: {}, f: null }), [
    ["a.b", 1],
    ["a.c.d", [2]],
    ["e", {}],
    ["f", null],
  ]);
});

Deno.test("firstDifference() finds none between equal values, whatever the order of keys", () => {
  fc.assert(fc.property(object, (value) => {
    const turned = Object.fromEntries(Object.entries(value).toReversed());
    assert.equal(firstDifference(value, turned), undefined);
  }));
});

Deno.test("firstDifference() finds a change, an addition and a removal", () => {
  const value = { a: 1, b: { c: [1, { d: 2 }] } };
  const at = (other: Json): string | undefined => firstDifference(value, other)?.path;
  assert.equal(at({ a: 1, b: { c: [1, { d: 3 }] } }), "b.c.1.d");
  assert.equal(at({ a: 1, b: { c: [1, { d: 2 }, 4] } }), "b.c.2");
  assert.equal(at({ a: 1 }), "b");
  assert.equal(at({ ...value, z: null }), "z");
  assert.equal(at({ a: 1, b: { c: { 0: 1, 1: { d: 2 } } } }), "b.c");
  assert.equal(at([]), "");
  assert.deepEqual(firstDifference(value, { ...value, a: null }), { path: "a", first: 1, second: null });
});
