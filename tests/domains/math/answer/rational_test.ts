import assert from "node:assert/strict";
import fc from "fast-check";
import {
  add,
  binomial,
  divide,
  factorial,
  floor,
  isSame,
  multiply,
  negate,
  order,
  power,
  type Rational,
  rational,
  toNumber,
} from "../../../../domains/math/answer/rational.ts";

const fraction: fc.Arbitrary<Rational> = fc.tuple(
  fc.bigInt({ min: -500n, max: 500n }),
  fc.bigInt({ min: 1n, max: 500n }),
)
  .map(([top, bottom]) => rational(top, bottom))
  .filter((value) => value !== undefined);

function must(value: Rational | undefined): Rational {
  assert(value !== undefined);
  return value;
}

Deno.test("fractions obey the laws of a field", () => {
  fc.assert(fc.property(fraction, fraction, fraction, (a, b, c) => {
    assert(isSame(must(add(a, b)), must(add(b, a))));
    assert(isSame(must(multiply(a, must(add(b, c)))), must(add(must(multiply(a, b)), must(multiply(a, c))))));
    assert.equal(must(add(a, negate(a))).top, 0n);
    if (b.top !== 0n) assert(isSame(must(multiply(must(divide(a, b)), b)), a));
    assert.equal(Math.sign(order(a, b)), Math.sign(toNumber(a) - toNumber(b)));
    const whole = floor(a);
    assert(order(whole, a) <= 0 && order(must(add(whole, must(rational(1n)))), a) > 0);
  }));
});

Deno.test("powers and roots are exact, or none", () => {
  const of = (top: bigint, bottom: bigint = 1n): Rational => must(rational(top, bottom));
  assert.deepEqual(power(of(4n, 9n), of(1n, 2n)), of(2n, 3n));
  assert.deepEqual(power(of(4n, 9n), of(-3n, 2n)), of(27n, 8n));
  assert.deepEqual(power(of(-8n), of(1n, 3n)), of(-2n));
  assert.deepEqual(power(of(-1n), of(10n ** 30n)), of(1n));
  assert.deepEqual(power(of(-1n), of(10n ** 30n + 1n)), of(-1n));
  assert.deepEqual(power(of(0n), of(5n)), of(0n));
  assert.deepEqual(power(of(7n), of(0n)), of(1n));
  assert.equal(power(of(0n), of(-1n)), undefined);
  assert.equal(power(of(2n), of(1n, 2n)), undefined);
  assert.equal(power(of(-4n), of(1n, 2n)), undefined);
});

Deno.test("roots of powers come out even, and those of their neighbours do not", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 2n, max: 10n ** 40n }), fc.integer({ min: 2, max: 64 }), (base, order) => {
      const whole = base ** BigInt(order);
      const exponent = must(rational(1n, BigInt(order)));
      assert.deepEqual(power({ top: whole, bottom: 1n }, exponent), { top: base, bottom: 1n });
      assert.equal(power({ top: whole + 1n, bottom: 1n }, exponent), undefined);
      assert.equal(power({ top: whole - 1n, bottom: 1n }, exponent), undefined);
    }),
  );
});

Deno.test("as many ways to choose what is taken as what is left", () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 300n }), fc.bigInt({ min: 0n, max: 300n }), (n, k) => {
    if (k > n) return;
    const ways = binomial({ top: n, bottom: 1n }, { top: k, bottom: 1n });
    assert.deepEqual(ways, binomial({ top: n, bottom: 1n }, { top: n - k, bottom: 1n }));
    if (n > 0n && k > 0n && k < n) {
      const one = (a: bigint, b: bigint): bigint =>
        must(binomial({ top: a, bottom: 1n }, { top: b, bottom: 1n })).top;
      assert.equal(must(ways).top, one(n - 1n, k - 1n) + one(n - 1n, k));
    }
  }));
});

Deno.test("what would be too long is none, at once", () => {
  const of = (top: bigint): Rational => must(rational(top));
  assert.equal(power(of(9n), of(10n ** 9n)), undefined);
  assert.equal(factorial(of(10n ** 6n)), undefined);
  assert.equal(binomial(of(10n ** 6n), of(2n)), undefined);
  assert.equal(rational(1n << 30_000n), undefined);
  assert.equal(rational(1n, 0n), undefined);
  assert.equal(must(factorial(of(20n))).top, 2432902008176640000n);
  assert.equal(must(binomial(of(52n), of(5n))).top, 2598960n);
});

Deno.test("the nearest double of long fractions is finite where the quotient is", () => {
  const long = 7n ** 500n;
  assert(Math.abs(toNumber(must(rational(long * 3n, long * 2n + 1n))) - 1.5) < 1e-9);
  assert.equal(toNumber(must(rational(long))), Infinity);
});
