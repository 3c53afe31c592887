import assert from "node:assert/strict";
import { mathApi } from "exitlab/domains/tool_use/bfcl/math_api/math_api.ts";
import { repr } from "exitlab/domains/tool_use/bfcl/python/text.ts";
import { dict, type PyValue } from "exitlab/domains/tool_use/bfcl/python/value.ts";

const large = 10n ** 4000n;

function called(name: string, ...args: readonly PyValue[]): string {
  return repr(mathApi.methods.get(name)?.call(dict(), args) ?? assert.fail());
}

// What CPython 3.11 raises.
const raised: readonly (readonly [RegExp, string, ...PyValue[]])[] = [
  [/int too large to convert to float/, "mean", [large, large, 1.5]],
  [/int too large to convert to float/, "sum_values", [1.5, large]],
  [/int too large to convert to float/, "standard_deviation", [large, large, 1.5]],
  [/int too large to convert to float/, "standard_deviation", [large, -large]],
  [/int too large to convert to float/, "divide", large, 1.5],
  [/int too large to convert to float/, "divide", 1.5, large],
  [/int too large to convert to float/, "percentage", 1.5, large],
  [/int too large to convert to float/, "add", large, 0.5],
  [/int too large to convert to float/, "subtract", 0.5, large],
  [/int too large to convert to float/, "multiply", large, 0.5],
  [/int too large to convert to float/, "power", large, -1n],
  [/int too large to convert to float/, "power", 1.5, large],
  [/integer division result too large for a float/, "mean", [large, large]],
  [/integer division result too large for a float/, "divide", large, 3n],
  [/integer division result too large for a float/, "divide", -large, 3n],
  [/integer division result too large for a float/, "percentage", large, 3n],
  [/Exceeds the limit \(4300 digits\)/, "multiply", large, large],
  [/Exceeds the limit \(4300 digits\)/, "multiply", large, -large],
  [/Exceeds the limit \(4300 digits\)/, "add", 10n ** 4300n - 1n, 1n],
  [/Exceeds the limit \(4300 digits\)/, "power", large, 2n],
];

Deno.test("ints beyond all floats, or too long to be shown, raise as in Python", () => {
  for (const [message, name, ...args] of raised) assert.throws(() => called(name, ...args), message, name);
  const tooLarge = "{'error': 'Conversion resulted in a value too large to represent'}";
  assert.equal(called("si_unit_conversion", large, "km", "m"), tooLarge);
  assert.equal(called("imperial_si_conversion", large, "cm", "in"), tooLarge);
});

Deno.test("ints beyond all floats have the results that Python gives them", () => {
  assert.equal(called("divide", large, large * 2n), "{'result': 0.5}");
  assert.equal(called("percentage", large, large), "{'result': 100.0}");
  assert.equal(called("divide", 3n, large), "{'result': 0.0}");
  assert.equal(called("divide", 10n ** 400n, 10n ** 92n), "{'result': 1e+308}");
  assert.equal(called("divide", 2n ** 53n + 1n, 3n), "{'result': 3002399751580331.0}");
  assert.equal(called("max_value", [large, 1.5]), `{'result': ${large}}`);
  assert.equal(called("add", 10n ** 4300n - 2n, 1n), `{'result': ${"9".repeat(4300)}}`);
});
