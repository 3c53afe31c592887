import { exact, nearest, squareRoot } from "../python/rational.ts";

/**
 * The square root of a number from 0 as Python's `decimal` gives it: with so many digits, and with as few as it has where it is
 * exact.
 */
export function decimalRoot(value: bigint | number, precision: number): string {
  if (Number(value) === 0) return Object.is(value, -0) ? "-0" : "0";
  const { numerator, denominator } = exact(value);
  // A power of two below the line is one of ten, with as many fives above it.
  const places = BigInt(denominator.toString(2).length - 1);
  let coefficient = numerator * 5n ** places;
  let exponent = -places;
  if (exponent % 2n !== 0n) [coefficient, exponent] = [coefficient * 10n, exponent - 1n];
  const whole = squareRoot(coefficient);
  if (whole * whole === coefficient) return rounded(whole, exponent / 2n, precision);
  // Two digits more than are shown and one for what is left decide how to round.
  const missing = precision + 2 - String(whole).length;
  const more = BigInt(Math.max(0, missing));
  const root = squareRoot(coefficient * 100n ** more);
  return rounded(root * 10n + 1n, exponent / 2n - more - 1n, precision);
}

function rounded(coefficient: bigint, exponent: bigint, precision: number): string {
  const extra = String(coefficient).length - precision;
  if (extra <= 0) return decimalText(coefficient, exponent);
  const digits = nearest({ numerator: coefficient, denominator: 10n ** BigInt(extra) });
  // Rounding up may have made it one digit longer.
  return String(digits).length > precision
    ? decimalText(digits / 10n, exponent + BigInt(extra) + 1n)
    : decimalText(digits, exponent + BigInt(extra));
}

/** A coefficient and an exponent as `decimal` writes them. */
function decimalText(coefficient: bigint, exponent: bigint): string {
  const digits = String(coefficient);
  const adjusted = Number(exponent) + digits.length - 1;
  if (exponent > 0n || adjusted < -6) {
    const tail = digits.length > 1 ? `.${digits.slice(1)}` : "";
    return `${digits[0]}${tail}E${adjusted < 0 ? "-" : "+"}${Math.abs(adjusted)}`;
  }
  if (exponent === 0n) return digits;
  const point = digits.length + Number(exponent);
  return point > 0 ? `${digits.slice(0, point)}.${digits.slice(point)}` : `0.${"0".repeat(-point)}${digits}`;
}
