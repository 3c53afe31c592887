/**
 * Floats from ints, rounded once.
 *
 * @module
 */
import { PythonError } from "./error.ts";

/** The float nearest to a number. @throws {PythonError} If an int is beyond all floats. */
export function toFloat(value: bigint | number): number {
  const float = Number(value);
  if (typeof value === "number" || Number.isFinite(float)) return float;
  throw new PythonError("OverflowError", "int too large to convert to float");
}

/** The float nearest to the quotient of two ints. @throws {PythonError} If it is beyond all floats. */
export function quotient(dividend: bigint, divisor: bigint): number {
  const [above, below] = [Number(dividend), Number(divisor)];
  // Ints that are floats themselves are divided exactly as Python does; larger ones would be rounded twice.
  if (Number.isSafeInteger(above) && Number.isSafeInteger(below)) return above / below;
  const [size, part] = [magnitude(dividend), magnitude(divisor)];
  // A few bits more than a float has, and a last one that tells whether anything is left.
  const shift = Math.max(0, bits(part) - bits(size) + 66);
  const scaled = size << BigInt(shift);
  const whole = Number(scaled % part === 0n ? scaled / part : (scaled / part) | 1n);
  if (!Number.isFinite(whole)) {
    throw new PythonError("OverflowError", "integer division result too large for a float");
  }
  // In two halves, since 2 to the power of the whole shift may be too large.
  const half = shift >> 1;
  const value = whole * 2 ** -half * 2 ** (half - shift);
  return (dividend < 0n) === (divisor < 0n) ? value : -value;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function bits(value: bigint): number {
  return value.toString(2).length;
}
