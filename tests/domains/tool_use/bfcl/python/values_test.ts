import assert from "node:assert/strict";
import fc from "fast-check";
import { add, compare, divide, float } from "exitlab/domains/tool_use/bfcl/python/arithmetic.ts";
import { parseTime } from "exitlab/domains/tool_use/bfcl/python/date.ts";
import { equal } from "exitlab/domains/tool_use/bfcl/python/equal.ts";
import { roundFloat, roundInt, squareRoot } from "exitlab/domains/tool_use/bfcl/python/rational.ts";
import { readJson } from "exitlab/domains/tool_use/bfcl/python/read_json.ts";
import { plainJson, pyValue } from "exitlab/domains/tool_use/bfcl/python/state_json.ts";
import { compareText, splitLines, splitWords } from "exitlab/domains/tool_use/bfcl/python/strings.ts";
import { dumps, repr } from "exitlab/domains/tool_use/bfcl/python/text.ts";
import { type PyKey, PyOpaque, type PyValue } from "exitlab/domains/tool_use/bfcl/python/value.ts";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("__proto__", "0", "10", "$set", "$float", "constructor"),
);
const key: fc.Arbitrary<PyKey> = fc.oneof(text, fc.bigInt({ min: -20n, max: 20n }));
const value: fc.Arbitrary<PyValue> = fc.letrec<{ value: PyValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.bigInt(),
    fc.double(),
    text,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 3 }).map((entries): PyValue => new Map(entries)),
    fc.array(key, { maxLength: 3 }).map((keys): PyValue => new Set(keys)),
    fc.constant(new PyOpaque("Decimal('1.5')")),
  ),
})).value;

Deno.test("a value survives JSON with its types, the order of its keys and the sign of its zeros", () => {
  fc.assert(
    fc.property(value, (each) => {
      const restored = pyValue(JSON.parse(JSON.stringify(plainJson(each))));
      assert.deepEqual(restored, each);
      assert.equal(repr(restored), repr(each));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("readJson() reads what dumps() writes", () => {
  const jsonable = value.filter((each) => dumps(each) !== undefined && keysDiffer(each));
  fc.assert(
    fc.property(jsonable, (each) => {
      const written = dumps(each) ?? "";
      assert.equal(dumps(readJson(written)), written);
    }),
    { numRuns: 500 },
  );
});

/** Whether no dict has both a number and its text as keys, which are written alike: of them a reader keeps the last. */
function keysDiffer(each: PyValue): boolean {
  if (Array.isArray(each)) return each.every(keysDiffer);
  if (!(each instanceof Map)) return true;
  return new Set([...each.keys()].map(String)).size === each.size && [...each.values()].every(keysDiffer);
}

Deno.test("readJson() takes what JSON.parse takes, but for depth, and refuses what it refuses", () => {
  fc.assert(fc.property(fc.json({ maxDepth: 5 }), (json) => {
    assert.equal(JSON.stringify(JSON.parse(dumps(readJson(json)) ?? "")), JSON.stringify(JSON.parse(json)));
  }));
  for (const wrong of ["", "{", "[1,]", "{'a': 1}", "01", "1.", "nul", '"\\x"', '"a', "[1] 2", '{"a" 1}']) {
    assert.throws(() => readJson(wrong), /column \d+/, wrong);
  }
  assert.throws(() => readJson("[".repeat(300)), /deeper than 200 levels/);
});

// What CPython 3.11 prints.
const printed: readonly (readonly [PyValue, string])[] = [
  [100, "100.0"],
  [100n, "100"],
  [1e16, "1e+16"],
  [123456789012345680, "1.2345678901234568e+17"],
  [0.0001, "0.0001"],
  [0.00001, "1e-05"],
  [1.5e-7, "1.5e-07"],
  [-0, "-0.0"],
  [Infinity, "inf"],
  ["it's", '"it\'s"'],
  ['it\'s "so"', "'it\\'s \"so\"'"],
  ["a\n\t\u0000\u007f\u00a0é\u2028", "'a\\n\\t\\x00\\x7f\\xa0é\\u2028'"],
  [[null, true, new Map<PyKey, PyValue>([["a", 1n], [2n, 1.5]])], "[None, True, {'a': 1, 2: 1.5}]"],
  [new Set<PyKey>(), "set()"],
];

Deno.test("repr() prints as Python does", () => {
  for (const [each, expected] of printed) assert.equal(repr(each), expected);
});

Deno.test("dumps() writes as json.dumps does, or not at all", () => {
  const nested = new Map<PyKey, PyValue>([["é", [1n, 2, "☃"]], [3n, null]]);
  assert.equal(dumps(nested), '{"\\u00e9": [1, 2.0, "\\u2603"], "3": null}');
  assert.equal(dumps(new Map([["a", new PyOpaque("mpf('1')")]])), undefined);
});

Deno.test("equal() is Python's: numbers by value, dicts without order", () => {
  assert(equal(1n, 1) && equal(true, 1n) && equal(false, 0) && !equal("1", 1n) && !equal(null, false));
  assert(equal(new Map([["a", 1n], ["b", 2n]]), new Map([["b", 2], ["a", 1]])));
  assert(!equal([1n], [1n, 2n]) && !equal(2n ** 53n + 1n, 2 ** 53));
  fc.assert(
    fc.property(value, (each) => repr(each).includes("nan") || equal(each, pyValue(plainJson(each)))),
  );
});

// From CPython 3.11.
const rounded: readonly (readonly [number, number, number])[] = [
  [2.5, 0, 2],
  [3.5, 0, 4],
  [2.675, 2, 2.67],
  [0.125, 2, 0.12],
  [1.005, 2, 1],
  [15.5, -1, 20],
  [25, -1, 20],
  [1234.5678, -2, 1200],
  [1e300, 2, 1e300],
  [123456.789, 10, 123456.789],
];

Deno.test("roundFloat() and roundInt() round to even as Python does", () => {
  for (const [number, places, expected] of rounded) assert.equal(roundFloat(number, places), expected);
  assert.equal(roundInt(1250n, -2), 1200n);
  assert.equal(roundInt(1350n, -2), 1400n);
  assert.equal(roundInt(5n, 2), 5n);
  assert(Object.is(roundFloat(-0.2, 0), -0));
});

Deno.test("squareRoot() is the floor of the root", () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 60n }), (number) => {
    const root = squareRoot(number);
    assert(root * root <= number && (root + 1n) * (root + 1n) > number);
  }));
});

Deno.test("arithmetic keeps ints and raises as Python does", () => {
  assert.equal(add(1n, 2n), 3n);
  assert.equal(add(1n, 2), 3);
  assert.throws(() => add(1n, "a"), /unsupported operand type\(s\) for \+: 'int' and 'str'/);
  assert.throws(() => divide(1n, 0n), /^PythonError|division by zero/);
  assert.throws(() => compare("a", 1n), /'<' not supported between instances of 'str' and 'int'/);
  assert.equal(float(" 1_000.5e1 "), 10_005);
  assert.throws(() => float("x"), /could not convert string to float: 'x'/);
});

Deno.test("strings split and sort as Python's", () => {
  assert.deepEqual(splitLines("a\r\nb\u2028c\n"), ["a", "b", "c"]);
  assert.deepEqual(splitLines("\n"), [""]);
  assert.deepEqual(splitWords(" a\t b\u001cc "), ["a", "b", "c"]);
  assert.deepEqual(["\u{10000}", "\uffff", "b", "B"].toSorted(compareText), [
    "B",
    "b",
    "\uffff",
    "\u{10000}",
  ]);
});

Deno.test("parseTime() takes dates that there are", () => {
  assert.equal(parseTime("2024-1-5", "%Y-%m-%d"), Date.UTC(2024, 0, 5));
  for (const wrong of ["2024-02-30", "2024-13-01", "x", "2024-01-05 10:00:00"]) {
    assert.throws(() => parseTime(wrong, "%Y-%m-%d"), /does not match format '%Y-%m-%d'/);
  }
});
