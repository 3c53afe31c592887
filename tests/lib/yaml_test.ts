import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "../../lib/errors.ts";
import { parseYaml, toYaml } from "../../lib/yaml.ts";
import type { Json } from "../../lib/json.ts";

Deno.test("toYaml() writes what parseYaml() reads back", () => {
  fc.assert(fc.property(fc.json(), (text) => {
    const value: Json = JSON.parse(text.replaceAll("-0", "0"));
    assert.deepEqual(parseYaml(toYaml(value), "x.yaml"), value);
  }));
});

Deno.test("toYaml() keeps text that looks like something else", () => {
  for (
    const text of [
      "yes",
      "null",
      "~",
      "1e3",
      "0x1f",
      "2020-01-01",
      "- a",
      "a: b",
      "#",
      " ",
      "",
      "\n",
      "=",
      "<<",
    ]
  ) {
    assert.deepEqual(parseYaml(toYaml({ text: [text] }), "x.yaml"), { text: [text] });
  }
});

Deno.test("parseYaml() names file, line and column of a mistake", () => {
  assert.throws(() => parseYaml("a: 1\n  b: [2", "plan.yaml"), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /^Cannot read plan\.yaml:2:4 as YAML: /);
    return true;
  });
  assert.throws(() => parseYaml("a: 1\na: 2", "plan.yaml"), /plan\.yaml:2:1 as YAML: duplicated/);
  assert.throws(() => parseYaml("", "plan.yaml"), /Cannot read plan\.yaml as YAML: .*empty/);
});

Deno.test("parseYaml() refuses what is not JSON", () => {
  for (const text of ["a: .inf", "a: .nan", "&a [*a]", "a: !!js/function 'x'"]) {
    assert.throws(() => parseYaml(text, "x.yaml"), UserError, text);
  }
});
