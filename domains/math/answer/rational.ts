/**
 * Exact arithmetic on fractions, with a limit on their size, so that no answer can make it slow.
 *
 * @module
 */

/** A fraction in lowest terms; the denominator is above 0. */
export interface Rational {
  /** Numerator. */
  readonly top: bigint;
  /** Denominator, at least 1. */
  readonly bottom: bigint;
}

/** The most bits that a numerator or denominator may have. */
const mostBits = 24_000n;

/** The most that a factorial is taken of. */
const largestFactorial = 5_000n;

/** A fraction in lowest terms; `undefined` if the denominator is 0 or a part is too long. */
export function rational(top: bigint, bottom: bigint = 1n): Rational | undefined {
  if (bottom === 0n || isLong(top) || isLong(bottom)) return undefined;
  const divisor = greatestDivisor(top, bottom) * (bottom < 0n ? -1n : 1n);
  return { top: top / divisor, bottom: bottom / divisor };
}

/** The sum. */
export function add(a: Rational, b: Rational): Rational | undefined {
  return rational(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom);
}

/** The product. */
export function multiply(a: Rational, b: Rational): Rational | undefined {
  return rational(a.top * b.top, a.bottom * b.bottom);
}

/** The quotient; `undefined` for a division by 0. */
export function divide(a: Rational, b: Rational): Rational | undefined {
  return rational(a.top * b.bottom, a.bottom * b.top);
}

/** The number with the other sign. */
export function negate({ top, bottom }: Rational): Rational {
  return { top: -top, bottom };
}

/** Without the sign. */
export function absolute(a: Rational): Rational {
  return a.top < 0n ? negate(a) : a;
}

/** Whether two fractions are the same number. */
export function isSame(a: Rational, b: Rational): boolean {
  return a.top === b.top && a.bottom === b.bottom;
}

/** Below 0 if a < b, above 0 if a > b, else 0. */
export function order(a: Rational, b: Rational): number {
  const difference = a.top * b.bottom - b.top * a.bottom;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** A power with a whole exponent, or a root that comes out even; `undefined` where it is neither, or too long. */
export function power(base: Rational, exponent: Rational): Rational | undefined {
  const root = exponent.bottom === 1n ? base : evenRoot(base, exponent.bottom);
  return root && wholePower(root, exponent.top);
}

/** n!; `undefined` unless n is a whole number from 0 to 5,000. */
export function factorial({ top, bottom }: Rational): Rational | undefined {
  if (bottom !== 1n || top < 0n || top > largestFactorial) return undefined;
  let product = 1n;
  for (let factor = 2n; factor <= top; factor++) product *= factor;
  return rational(product);
}

/** The number of ways to choose k of n; `undefined` unless both are whole, 0 ≤ k ≤ n ≤ 5,000. */
export function binomial(n: Rational, k: Rational): Rational | undefined {
  if (n.bottom !== 1n || k.bottom !== 1n || k.top < 0n || k.top > n.top || n.top > largestFactorial) {
    return undefined;
  }
  const chosen = 2n * k.top > n.top ? n.top - k.top : k.top;
  let ways = 1n;
  for (let at = 1n; at <= chosen; at++) ways = ways * (n.top - chosen + at) / at;
  return rational(ways);
}

/** The largest whole number that is not above. */
export function floor({ top, bottom }: Rational): Rational {
  const quotient = top / bottom;
  return { top: top < 0n && quotient * bottom !== top ? quotient - 1n : quotient, bottom: 1n };
}

/** The nearest double; ±Infinity where it is too large for one. */
export function toNumber({ top, bottom }: Rational): number {
  const shift = BigInt(Math.max(0, bitLength(top) - 1000, bitLength(bottom) - 1000));
  if (shift === 0n) return Number(top) / Number(bottom);
  const [high, low] = [Number(top >> shift), Number(bottom >> shift)];
  // A part that vanished is as good as nothing beside the other.
  return low === 0 ? (top < 0n ? -Infinity : Infinity) : high / low;
}

function wholePower(base: Rational, exponent: bigint): Rational | undefined {
  const size = exponent < 0n ? -exponent : exponent;
  const bits = BigInt(Math.max(bitLength(base.top), bitLength(base.bottom)));
  const trivial = base.bottom === 1n && base.top >= -1n && base.top <= 1n;
  if (!trivial && bits * size > mostBits) return undefined;
  const exponentNow = trivial ? 2n + size % 2n - (size === 0n ? 2n : 0n) : size;
  const [top, bottom] = [base.top ** exponentNow, base.bottom ** exponentNow];
  return exponent < 0n ? rational(bottom, top) : rational(top, bottom);
}

/** The real root of this order if numerator and denominator are both powers of it. */
function evenRoot({ top, bottom }: Rational, order: bigint): Rational | undefined {
  if (order > 64n || (top < 0n && order % 2n === 0n)) return undefined;
  const size = wholeRoot(top < 0n ? -top : top, order);
  const below = wholeRoot(bottom, order);
  return size === undefined || below === undefined ? undefined : rational(top < 0n ? -size : size, below);
}

/** The whole number whose power is the value, by Newton's method from above. */
function wholeRoot(value: bigint, order: bigint): bigint | undefined {
  if (value < 2n) return value;
  let root = 1n << (BigInt(bitLength(value)) / order + 1n);
  for (;;) {
    const next = ((order - 1n) * root + value / root ** (order - 1n)) / order;
    if (next >= root) return root ** order === value ? root : undefined;
    root = next;
  }
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}

function isLong(value: bigint): boolean {
  return BigInt(bitLength(value)) > mostBits;
}

/** How long a fraction is: the bits of both parts, give or take a few. */
export function bitsOf({ top, bottom }: Rational): number {
  return bitLength(top) + bitLength(bottom);
}

function bitLength(value: bigint): number {
  return 4 * (value < 0n ? -value : value).toString(16).length;
}
