import assert from "node:assert/strict";
import fc from "fast-check";
import { PythonError } from "exitlab/domains/tool_use/bfcl/python/error.ts";
import { readJson } from "exitlab/domains/tool_use/bfcl/python/read_json.ts";
import { plainJson, pyValue } from "exitlab/domains/tool_use/bfcl/python/state_json.ts";
import { dumps, str } from "exitlab/domains/tool_use/bfcl/python/text.ts";
import { isDict, type PyDict, type PyValue } from "exitlab/domains/tool_use/bfcl/python/value.ts";
import { bind, type Simulator } from "exitlab/domains/tool_use/bfcl/simulator.ts";

/** A call and its result as text, as the original gave it: method, arguments in JSON, result. */
export type Fact = readonly [name: string, args: string, result: string];

type Call = readonly [name: string, args: PyDict];

/** A dict of JSON, read with Python's types. */
export function readDict(json: string): PyDict {
  const value = readJson(json);
  return isDict(value) ? value : assert.fail(`${json} is no object`);
}

/** Makes the calls one after another on one instance and holds each result against the original's. */
export function checkFacts(simulator: Simulator, scenario: string, facts: readonly Fact[]): void {
  const self = simulator.load(readDict(scenario));
  for (const [name, args, result] of facts) {
    assert.equal(perform(simulator, self, [name, readDict(args)]), result, `${name}(${args})`);
  }
}

/**
 * Whatever is called: the result is a text or an exception of Python's, the same for the same state; the scenario stays as it
 * is; and a state that went through JSON goes on alike.
 *
 * @param usual Arguments that the methods know, so that calls get beyond their first check.
 */
export function checkProperties(simulator: Simulator, scenario: string, usual: readonly PyValue[]): void {
  const calls = fc.array(anyCall(simulator, usual), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(calls, (each) => {
      const given = readDict(scenario);
      const [self, twin] = [simulator.load(given), simulator.load(given)];
      let restored = simulator.load(given);
      for (const call of each) {
        const result = perform(simulator, self, call);
        assert.equal(perform(simulator, twin, call), result);
        restored = throughJson(restored);
        assert.equal(perform(simulator, restored, call), result);
      }
      assert.deepEqual(twin, self);
      assert.deepEqual(throughJson(restored), throughJson(self));
      assert.deepEqual(given, readDict(scenario));
    }),
    { numRuns: 300 },
  );
}

const hostile: readonly PyValue[] = [
  null,
  true,
  0n,
  -1n,
  10n ** 400n,
  NaN,
  Infinity,
  -0,
  2.5,
  "",
  "__proto__",
  "\u{1f600}'\"\n",
  "x".repeat(5000),
];

function anyCall(simulator: Simulator, usual: readonly PyValue[]): fc.Arbitrary<Call> {
  const value = fc.letrec<{ value: PyValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(...usual),
      fc.constantFrom(...hostile),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("title", "status", "__proto__", "x"), tie("value"), { maxKeys: 3 })
        .map((entries): PyValue => new Map(Object.entries(entries))),
    ),
  })).value;
  return fc.constantFrom(...simulator.methods).chain(([name, { parameters }]) =>
    fc.tuple(...parameters.map(() => fc.option(value, { nil: undefined, freq: 8 }))).map((values): Call => {
      const given = parameters.map((each, at): [string, PyValue | undefined] => [each.name, values[at]]);
      return [
        name,
        new Map(given.flatMap(([key, item]): [string, PyValue][] => item === undefined ? [] : [[key, item]])),
      ];
    })
  );
}

function perform(simulator: Simulator, self: PyDict, [name, args]: Call): string {
  const method = simulator.methods.get(name) ?? assert.fail(`There is no ${name}`);
  // Arguments of one call must not be shared by the instances that are compared.
  const own = new Map([...args].map(([key, value]) => [key, pyValue(plainJson(value))]));
  try {
    const value = method.call(self, bind(simulator.name, name, method, own));
    return (isDict(value) ? dumps(value) : undefined) ?? str(value);
  } catch (error) {
    assert(error instanceof PythonError, String(error));
    return `Error during execution: ${error.message}`;
  }
}

function throughJson(state: PyDict): PyDict {
  const value = pyValue(JSON.parse(JSON.stringify(plainJson(state))));
  return isDict(value) ? value : assert.fail("The state is no dict");
}
