import assert from "node:assert/strict";
import fc from "fast-check";
import { add, divide, float, multiply } from "exitlab/domains/tool_use/bfcl/python/arithmetic.ts";
import { fixed } from "exitlab/domains/tool_use/bfcl/python/fixed.ts";

// What CPython 3.11 prints.
const printed: readonly (readonly [number, number, string])[] = [
  [0.125, 2, "0.12"],
  [0.375, 2, "0.38"],
  [2.675, 2, "2.67"],
  [1e21, 2, "1000000000000000000000.00"],
  [-0.001, 2, "-0.00"],
  [-0, 1, "-0.0"],
  [2.5, 0, "2"],
  [Infinity, 2, "inf"],
  [-Infinity, 2, "-inf"],
  [NaN, 2, "nan"],
];

Deno.test("fixed() rounds as Python formats, halves to even", () => {
  for (const [value, places, text] of printed) assert.equal(fixed(value, places), text);
});

Deno.test("fixed() is toFixed() wherever that need not choose between two", () => {
  fc.assert(
    fc.property(fc.double({ min: -1e20, max: 1e20, noNaN: true }), fc.nat(20), (value, places) => {
      if (fixed(value, places) === value.toFixed(places)) return;
      // Half of one in the last place, or a zero that was negative.
      const tie = Number.isInteger(Math.abs(value) * 2 ** Math.min(places + 1, 60));
      assert(tie || Object.is(value, -0), `${value} to ${places}: ${fixed(value, places)}`);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("ints beyond all floats raise where Python makes a float of them", () => {
  const large = 10n ** 400n;
  for (
    const act of [
      () => float(large),
      () => add(large, 1.5),
      () => multiply(0.5, large),
      () => divide(large, 2.5),
      () => divide(1.5, -large),
    ]
  ) {
    assert.throws(act, /^PythonError: int too large to convert to float$|int too large to convert to float/);
  }
  assert.throws(() => divide(large, 3n), /integer division result too large for a float/);
});

Deno.test("ints are divided as if exactly, then rounded once", () => {
  // What CPython 3.11 gives.
  assert.equal(divide(5n * (10n ** 18n - 25n), 9n), 5.555555555555555e17);
  assert.equal(divide(1n, 9007199254740993n), 1.1102230246251564e-16);
  assert.equal(divide(10n ** 400n, 10n ** 390n), 1e10);
  assert.equal(divide(-(10n ** 300n), 10n ** 320n), -1e-20);
  fc.assert(fc.property(fc.bigInt(), fc.bigInt({ min: 1n }), fc.bigInt({ min: 1n }), (a, b, factor) => {
    assert.equal(divide(a * factor, b * factor), divide(a, b));
  }));
});
