import assert from "node:assert/strict";
import * as v from "valibot";
import { UserError } from "../../lib/errors.ts";
import {
  givenOptions,
  notNegative,
  parseOptions,
  positive,
  probability,
  UnknownOptionError,
  whole,
} from "../../lib/part.ts";

const schema = v.pipe(
  v.strictObject({
    size: v.optional(whole(1, 9), 4),
    rate: v.optional(positive, 1e-3),
    mode: v.optional(v.picklist(["fast", "slow"]), "fast"),
    on: v.optional(v.boolean(), false),
    inner: v.optional(
      v.strictObject({ deep: v.optional(v.strictObject({ chance: v.optional(probability, 0.5) }), {}) }),
      {},
    ),
    list: v.optional(v.array(v.strictObject({ weight: notNegative })), []),
    pair: v.optional(v.strictTuple([whole(0), whole(0)])),
    either: v.optional(v.union([v.number(), v.strictObject({ low: v.number() })])),
  }),
  v.check(({ size }) => size !== 5, "of another size than 5"),
);

function refuses(given: unknown, message: string): void {
  assert.throws(() => parseOptions(schema, given, "thing()"), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.message, message);
    return true;
  });
}

Deno.test("parseOptions() fills in defaults at every level", () => {
  assert.deepEqual(parseOptions(schema, { inner: {} }, "thing()"), {
    size: 4,
    rate: 1e-3,
    mode: "fast",
    on: false,
    inner: { deep: { chance: 0.5 } },
    list: [],
  });
});

Deno.test("parseOptions() refuses a value with path, form wanted, value and place", () => {
  refuses({ size: 12 }, 'Expected "size" to be a whole number from 1 to 9 but found 12 in thing()');
  refuses({ size: "4" }, 'Expected "size" to be a whole number from 1 to 9 but found "4" in thing()');
  refuses({ size: null }, 'Expected "size" to be a whole number from 1 to 9 but found null in thing()');
  refuses({ size: 2.5 }, 'Expected "size" to be a whole number from 1 to 9 but found 2.5 in thing()');
  refuses({ rate: 0 }, 'Expected "rate" to be a number above 0 but found 0 in thing()');
  refuses({ rate: NaN }, 'Expected "rate" to be a number above 0 but found NaN in thing()');
  refuses({ rate: Infinity }, 'Expected "rate" to be a number above 0 but found Infinity in thing()');
  refuses({ rate: 10n }, 'Expected "rate" to be a number above 0 but found 10n in thing()');
  refuses({ on: "yes" }, 'Expected "on" to be true or false but found "yes" in thing()');
  refuses({ on: () => true }, 'Expected "on" to be true or false but found a function in thing()');
  refuses({ mode: "medium" }, 'Expected "mode" to be "fast" or "slow" but found "medium" in thing()');
  assert.throws(
    () => parseOptions(schema, { size: 5 }, "thing()"),
    /"options" to be of another size than 5 but found \{ size: 5/,
  );
});

Deno.test("parseOptions() names nested paths and places in lists", () => {
  refuses(
    { inner: { deep: { chance: 1.2 } } },
    'Expected "inner.deep.chance" to be a probability in [0, 1] but found 1.2 in thing()',
  );
  refuses({ inner: 3 }, 'Expected "inner" to be an object but found 3 in thing()');
  refuses({ list: {} }, 'Expected "list" to be a list but found {} in thing()');
  refuses(
    { list: [{ weight: 1 }, { weight: -1 }] },
    'Expected "list.1.weight" to be a number of at least 0 but found -1 in thing()',
  );
  refuses({ list: [{}] }, 'Missing option "list.0.weight" in thing()');
  refuses({ pair: [1] }, 'Missing option "pair.1" in thing()');
  refuses({ either: "x" }, 'Expected "either" to be a number or an object but found "x" in thing()');
});

Deno.test("parseOptions() refuses unknown options with the one that was meant", () => {
  refuses({ sise: 3 }, 'Unknown option "sise" (Did you mean "size"?) in thing()');
  refuses(
    { zzzzz: 3 },
    'Unknown option "zzzzz" (known are size, rate, mode, on, inner, list, pair, either) in thing()',
  );
  refuses(
    { inner: { deep: { chanse: 1 } } },
    'Unknown option "inner.deep.chanse" (Did you mean "chance"?) in thing()',
  );
  refuses({ list: [{ weight: 1, wait: 2 }] }, 'Unknown option "list.0.wait" (known are weight) in thing()');
  assert.throws(() => parseOptions(schema, { sise: 3 }, "thing()"), UnknownOptionError);
  assert.throws(() => parseOptions(schema, JSON.parse('{"__proto__": 1}'), "thing()"), UserError);
});

Deno.test("parseOptions() refuses what are no options at all, and shortens long values", () => {
  refuses("size", 'Expected "options" to be an object but found "size" in thing()');
  refuses(undefined, 'Expected "options" to be an object but found undefined in thing()');
  refuses([1], 'Expected "options" to be an object but found [ 1 ] in thing()');
  refuses(
    { on: "x".repeat(99) },
    `Expected "on" to be true or false but found "${"x".repeat(56)}... in thing()`,
  );
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  assert.throws(
    () => parseOptions(schema, { on: cycle }, "thing()"),
    /to be true or false but found .*Circular/,
  );
});

Deno.test("givenOptions() leaves out what is undefined and keeps null", () => {
  assert.deepEqual(givenOptions({ a: 1, b: undefined, c: null, d: false }), { a: 1, c: null, d: false });
});
