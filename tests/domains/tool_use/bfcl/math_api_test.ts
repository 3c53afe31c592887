import assert from "node:assert/strict";
import { readJson } from "exitlab/domains/tool_use/bfcl/python/read_json.ts";
import { isDict } from "exitlab/domains/tool_use/bfcl/python/value.ts";
import { callMethod } from "exitlab/domains/tool_use/bfcl/world.ts";

function result(name: string, args: string): string {
  const read = readJson(args);
  if (!isDict(read)) throw new TypeError(`Expected an object but found ${args}`);
  return callMethod({ MathAPI: {} }, "MathAPI", name, read).result;
}

const facts: readonly (readonly [name: string, args: string, result: string])[] = [
  [
    "imperial_si_conversion",
    '{"value": -57, "unit_in": "celsius", "unit_out": "fahrenheit"}',
    '{"result": -70.60000000000001}',
  ],
  [
    "imperial_si_conversion",
    '{"value": 1e308, "unit_in": "fahrenheit", "unit_out": "celsius"}',
    '{"result": 5.555555555555556e+307}',
  ],
  ["percentage", '{"part": "x", "whole": 0}', '{"error": "Whole value cannot be zero"}'],
  ["power", '{"base": -712, "exponent": -2.09}', "{'result': (1.0488681227382547e-06-3.0472435882545e-07j)}"],
  ["logarithm", '{"value": 0, "base": -2, "precision": 5}', "{'result': mpc(real='-inf', imag='+inf')}"],
];

for (const [name, args, expected] of facts) {
  Deno.test(`${name}(${args}) is what the original gives`, () => assert.equal(result(name, args), expected));
}
