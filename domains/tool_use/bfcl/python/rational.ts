/**
 * Numbers without loss: what rounding is exact about.
 *
 * @module
 */

/** A fraction with a positive denominator. */
export interface Rational {
  /** Above the line. */
  readonly numerator: bigint;
  /** Below it. */
  readonly denominator: bigint;
}

/** The value of a finite number, which is a whole number times a power of two. */
export function exact(value: bigint | number): Rational {
  if (typeof value === "bigint") return { numerator: value, denominator: 1n };
  let [numerator, exponent] = [value, 0n];
  while (!Number.isInteger(numerator)) [numerator, exponent] = [numerator * 2, exponent + 1n];
  return { numerator: BigInt(numerator), denominator: 2n ** exponent };
}

/** The whole number nearest to a fraction; of two, the even one. */
export function nearest({ numerator, denominator }: Rational): bigint {
  const negative = numerator < 0n;
  const size = negative ? -numerator : numerator;
  let whole = size / denominator;
  const twice = 2n * (size % denominator);
  if (twice > denominator || (twice === denominator && whole % 2n === 1n)) whole++;
  return negative ? -whole : whole;
}

/** The largest whole number whose square is not above a number from 0. */
export function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  while (true) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** `round(value, places)` of a finite float: the decimal nearest to its exact value; of two, the even one. */
export function roundFloat(value: number, places: number): number {
  // Beyond these a float has no digits to round, or none that are left.
  if (places > 330 || value === 0) return value;
  if (places < -330) return value < 0 ? -0 : 0;
  const { numerator, denominator } = exact(value);
  const power = 10n ** BigInt(Math.abs(places));
  const scaled = places >= 0
    ? { numerator: numerator * power, denominator }
    : { numerator, denominator: denominator * power };
  const digits = nearest(scaled);
  return digits === 0n && value < 0 ? -0 : Number(`${digits}e${-places}`);
}

/** `round(value, places)` of an int: for negative places the nearest multiple of a power of ten. */
export function roundInt(value: bigint, places: number): bigint {
  if (places >= 0) return value;
  if (places < -10_000) return 0n;
  const power = 10n ** BigInt(-places);
  return nearest({ numerator: value, denominator: power }) * power;
}
