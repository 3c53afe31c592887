import assert from "node:assert/strict";
import fc from "fast-check";
import { deriveSeed, Random, type RandomState } from "../../lib/random.ts";

const seed = fc.integer({ min: 0, max: 2 ** 32 });
const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/** sfc32 as its author states it, in arithmetic modulo 2³² on big integers. */
function referenceBits(state: RandomState, count: number): number[] {
  const modulus = 2n ** 32n;
  let [a, b, c, counter] = state.map(BigInt);
  return Array.from({ length: count }, () => {
    assert.ok(a !== undefined && b !== undefined && c !== undefined && counter !== undefined);
    const output = (a + b + counter) % modulus;
    counter = (counter + 1n) % modulus;
    a = b ^ (b >> 9n);
    b = (c + (c << 3n)) % modulus;
    c = ((((c << 21n) | (c >> 11n)) % modulus) + output) % modulus;
    return Number(output);
  });
}

const draw = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.bits());

Deno.test("Random is sfc32", () => {
  fc.assert(fc.property(fc.tuple(word, word, word, word), (state) => {
    const random = new Random(0);
    random.restore(state);
    assert.deepEqual(draw(random, 50), referenceBits(state, 50));
  }));
});

Deno.test("Random gives the same numbers on every machine", () => {
  // SHA-256 of '[7,"curriculum"]', its first four little-endian words, and what sfc32 makes of them.
  const random = new Random(7, "curriculum");
  assert.deepEqual(random.state(), [3375991812, 1795320664, 3635315182, 2493120650]);
  assert.deepEqual(draw(random, 4), [3369465830, 2650045526, 1866529800, 3407957655]);
});

Deno.test("Random streams depend on seed and names alone", () => {
  fc.assert(fc.property(seed, fc.string(), fc.string(), (value, a, b) => {
    const first = draw(new Random(value, a), 4);
    draw(new Random(value, b), 100);
    assert.deepEqual(draw(new Random(value, a), 4), first);
    if (a !== b) assert.notDeepEqual(draw(new Random(value, b), 4), first);
    assert.notDeepEqual(draw(new Random(value + 1, a), 4), first);
    assert.notDeepEqual(draw(new Random(value, a, 0), 4), first);
  }));
});

Deno.test("Random streams of joined and split names differ", () => {
  assert.notEqual(deriveSeed(1, "a", "b"), deriveSeed(1, "ab"));
  assert.notEqual(deriveSeed(1, "a,b"), deriveSeed(1, "a", "b"));
  assert.notEqual(deriveSeed(1, 1), deriveSeed(1, "1"));
});

Deno.test("Random.restore() continues where state() was taken, through JSON", () => {
  fc.assert(fc.property(seed, fc.nat(50), (value, skipped) => {
    const random = new Random(value, "x");
    draw(random, skipped);
    const saved: RandomState = JSON.parse(JSON.stringify(random.state()));
    const expected = draw(random, 20);
    const other = new Random(value + 1);
    other.restore(saved);
    assert.deepEqual(draw(other, 20), expected);
  }));
});

Deno.test("Random numbers stay within their bounds", () => {
  fc.assert(fc.property(seed, fc.integer({ min: 1, max: 1000 }), (value, bound) => {
    const random = new Random(value);
    const next = random.next();
    assert.ok(next >= 0 && next < 1);
    const whole = random.int(bound);
    assert.ok(Number.isInteger(whole) && whole >= 0 && whole < bound);
    assert.equal(random.chance(0), false);
    assert.equal(random.chance(1), true);
  }));
});

Deno.test("Random.int() is uniform", () => {
  const random = new Random(1, "uniform");
  const counts = Array.from({ length: 10 }, () => 0);
  for (let drawn = 0; drawn < 100_000; drawn++) {
    const value = random.int(10);
    counts[value] = (counts[value] ?? 0) + 1;
  }
  const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  assert.ok(chiSquare < 27.9, `χ² with 9 degrees of freedom is ${chiSquare}`); // p = 0.001
});

Deno.test("Random.shuffle() keeps every item, leaves its input alone and reaches every order", () => {
  fc.assert(fc.property(seed, fc.array(fc.integer()), (value, items) => {
    const before = [...items];
    assert.deepEqual(new Random(value).shuffle(items).toSorted(), before.toSorted());
    assert.deepEqual(items, before);
  }));
  const random = new Random(3);
  const orders = new Set(Array.from({ length: 500 }, () => random.shuffle(["a", "b", "c", "d"]).join("")));
  assert.equal(orders.size, 24);
});

Deno.test("Random.pick() refuses an empty list", () => {
  assert.throws(() => new Random(1).pick([]), RangeError);
  assert.equal(new Random(1).pick(["only"]), "only");
});
