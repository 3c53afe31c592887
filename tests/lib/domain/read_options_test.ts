import assert from "node:assert/strict";
import { defineDomain, type DomainSchema } from "exitlab/domain";
import { isDomainDefinition } from "exitlab/lib/domain/define_domain.ts";
import { readOptions } from "exitlab/lib/domain/read_options.ts";
import type { JsonObject } from "exitlab/lib/json.ts";
import * as v from "valibot";
import { sudoku } from "exitlab";

type Result = ReturnType<DomainSchema<JsonObject>["~standard"]["validate"]>;

/** A schema of another library, which answers this. */
function answering(answer: (value: unknown) => Result): DomainSchema<JsonObject> {
  return { "~standard": { version: 1, vendor: "another", validate: answer } };
}

Deno.test("readOptions() takes a schema of any library of the Standard Schema", () => {
  const doubled = answering((value) => ({ value: { was: JSON.stringify(value), size: 4 } }));
  assert.deepEqual(readOptions(doubled, { a: 1 }, "mine()"), { was: '{"a":1}', size: 4 });
});

Deno.test("readOptions() says what such a schema refuses, and where", () => {
  const refusals: readonly (readonly [Result, string])[] = [
    [
      { issues: [{ message: "too small", path: ["a", { key: 0 }] }] },
      'Cannot take the options of mine(): "a.0": too small',
    ],
    [{ issues: [{ message: "no object" }] }, "Cannot take the options of mine(): no object"],
    [
      { value: { at: NaN } },
      "Expected the schema of mine() to give an object of plain JSON but it gives another",
    ],
    [Promise.resolve({ value: {} }), "Expected the schema of mine() to answer at once but it answers later"],
  ];
  for (const [answer, message] of refusals) {
    assert.throws(() => readOptions(answering(() => answer), {}, "mine()"), { name: "UserError", message });
  }
});

Deno.test("isDomainDefinition() knows a definition from a domain, a factory and anything else", () => {
  const definition = {
    name: "mine",
    version: "1",
    schema: v.strictObject({}),
    build: () => {
      throw new Error("not built");
    },
  };
  assert.ok(isDomainDefinition(definition));
  const others = [null, 1, "mine", {}, sudoku, sudoku(), { ...definition, schema: {} }, {
    ...definition,
    version: 1,
  }];
  for (const value of [...others, defineDomain(definition)]) assert.ok(!isDomainDefinition(value));
});
