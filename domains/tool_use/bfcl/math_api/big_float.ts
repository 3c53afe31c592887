/**
 * Binary numbers of any precision, as `mpmath` computes with them: each operation is rounded to so many bits.
 *
 * @module
 */
import { exact, type Rational } from "../python/rational.ts";

/** mantissa × 2^exponent, or 0, an infinity or no number at all. */
export type BigFloat = { readonly mantissa: bigint; readonly exponent: number } | "+inf" | "-inf" | "nan";

/** 0. */
export const zero: BigFloat = { mantissa: 0n, exponent: 0 };

/** How many bits so many decimal digits need, by `mpmath`'s rule. */
export function bitsOf(digits: number): number {
  return Math.max(1, roundEven((digits + 1) * 3.3219280948873626));
}

/** How many decimal digits `repr` shows of a number of so many bits, by `mpmath`'s rule. */
export function shownDigits(bits: number): number {
  const digits = Math.max(1, roundEven(bits / 3.3219280948873626) - 1);
  return digits === 15 ? 17 : digits + 3;
}

/** The natural logarithm of a positive number, rounded to so many bits. */
export function logarithm(value: bigint | number, bits: number): BigFloat {
  const { numerator, denominator } = exact(value);
  if (numerator === denominator) return zero;
  // x = m × 2^k with m in [1/2, 1), so that ln x = ln m + k ln 2.
  const shift = bitLength(numerator) - bitLength(denominator);
  // Near 1 the digits cancel: as many more are carried.
  const work = BigInt(2 * bits + 128);
  const scaled = shift >= 0
    ? (numerator << work) / (denominator << BigInt(shift))
    : (numerator << (work + BigInt(-shift))) / denominator;
  const sum = logOfFixed(scaled, work) + BigInt(shift) * logOfTwo(work);
  return roundTo(sum, -Number(work), bits);
}

/** π, rounded to so many bits. */
export function pi(bits: number): BigFloat {
  const work = BigInt(bits + 64);
  const one = 1n << work;
  // Machin: π = 16 arctan(1/5) − 4 arctan(1/239).
  return roundTo(16n * arctanOfInverse(5n, one) - 4n * arctanOfInverse(239n, one), -Number(work), bits);
}

/** `left / right`, rounded to so many bits; `right` is not 0. */
export function quotient(left: BigFloat, right: BigFloat, bits: number): BigFloat {
  if (left === "nan" || right === "nan") return "nan";
  if (typeof left === "string") {
    if (typeof right === "string") return "nan";
    return (left === "+inf") === (right.mantissa > 0n) ? "+inf" : "-inf";
  }
  if (typeof right === "string" || left.mantissa === 0n) return zero;
  const extra = BigInt(bits + 8 + bitLength(right.mantissa));
  const numerator = left.mantissa << extra;
  const whole = numerator / right.mantissa;
  // What is left over is only told by one more bit, which is enough to round.
  const sticky = numerator % right.mantissa === 0n ? 0n : sameSign(left.mantissa, right.mantissa) ? 1n : -1n;
  return roundTo(2n * whole + sticky, left.exponent - right.exponent - Number(extra) - 1, bits);
}

/** `left × right + added`, rounded once. */
export function multiplyAdd(left: BigFloat, right: BigFloat, added: BigFloat, bits: number): BigFloat {
  if (typeof left === "string" || typeof right === "string" || typeof added === "string") return "nan";
  const product = left.mantissa * right.mantissa;
  const exponent = left.exponent + right.exponent;
  const low = Math.min(exponent, added.exponent);
  const sum = (product << BigInt(exponent - low)) + (added.mantissa << BigInt(added.exponent - low));
  return roundTo(sum, low, bits);
}

/** The same with the other sign. */
export function negative(value: BigFloat): BigFloat {
  if (value === "nan") return value;
  if (typeof value === "string") return value === "+inf" ? "-inf" : "+inf";
  return { mantissa: -value.mantissa, exponent: value.exponent };
}

/** A number as `mpmath` shows it, with so many digits at most. */
export function floatText(value: BigFloat, digits: number): string {
  if (typeof value === "string") return value;
  if (value.mantissa === 0n) return "0.0";
  const sign = value.mantissa < 0n ? "-" : "";
  const [text, exponent] = significant(valueOf(value), digits);
  const bare = text.replace(/0+$/, "");
  if (exponent > Math.min(-Math.floor(digits / 3), -5) && exponent < digits) {
    if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${bare}`;
    const whole = bare.slice(0, exponent + 1).padEnd(exponent + 1, "0");
    return `${sign}${whole}.${bare.slice(exponent + 1) || "0"}`;
  }
  return `${sign}${bare[0]}.${bare.slice(1) || "0"}e${exponent < 0 ? "-" : "+"}${Math.abs(exponent)}`;
}

/** The first digits of a positive fraction, rounded half up, and the power of ten of the first. */
function significant({ numerator, denominator }: Rational, digits: number): [string, number] {
  // An estimate that is never too large, and then step by step.
  let exponent = Math.floor((bitLength(numerator) - bitLength(denominator) - 1) * Math.LOG10E * Math.LN2) - 1;
  const reaches = (power: number): boolean =>
    power >= 0
      ? numerator >= denominator * 10n ** BigInt(power)
      : numerator * 10n ** BigInt(-power) >= denominator;
  while (reaches(exponent + 1)) exponent++;
  const scale = digits - 1 - exponent;
  const top = scale >= 0 ? numerator * 10n ** BigInt(scale) : numerator;
  const bottom = scale >= 0 ? denominator : denominator * 10n ** BigInt(-scale);
  const text = String((2n * top + bottom) / (2n * bottom));
  return text.length > digits ? [text.slice(0, digits), exponent + 1] : [text, exponent];
}

function valueOf(value: { readonly mantissa: bigint; readonly exponent: number }): Rational {
  const size = value.mantissa < 0n ? -value.mantissa : value.mantissa;
  return value.exponent >= 0
    ? { numerator: size << BigInt(value.exponent), denominator: 1n }
    : { numerator: size, denominator: 1n << BigInt(-value.exponent) };
}

/** Rounds to so many bits; of two, to the even one. */
function roundTo(mantissa: bigint, exponent: number, bits: number): BigFloat {
  const size = mantissa < 0n ? -mantissa : mantissa;
  const extra = bitLength(size) - bits;
  if (extra <= 0) return { mantissa, exponent };
  const unit = 1n << BigInt(extra);
  const half = unit >> 1n;
  const rest = size & (unit - 1n);
  let rounded = size >> BigInt(extra);
  if (rest > half || (rest === half && (rounded & 1n) === 1n)) rounded++;
  return { mantissa: mantissa < 0n ? -rounded : rounded, exponent: exponent + extra };
}

/** ln of a fixed-point number in [1/2, 2], by ln x = 2 artanh((x − 1) / (x + 1)). */
function logOfFixed(value: bigint, work: bigint): bigint {
  const one = 1n << work;
  const ratio = ((value - one) << work) / (value + one);
  const square = (ratio * ratio) >> work;
  let [power, sum] = [ratio, 0n];
  for (let odd = 1n; power !== 0n && power !== -1n; odd += 2n) {
    sum += power / odd;
    power = (power * square) >> work;
  }
  return 2n * sum;
}

/** ln 2 = 2 artanh(1/3). */
function logOfTwo(work: bigint): bigint {
  return logOfFixed(2n << work, work);
}

function arctanOfInverse(inverse: bigint, one: bigint): bigint {
  let [power, sum] = [one / inverse, 0n];
  for (let odd = 1n; power !== 0n; odd += 2n) {
    sum += odd % 4n === 1n ? power / odd : -(power / odd);
    power /= inverse * inverse;
  }
  return sum;
}

function bitLength(value: bigint): number {
  return (value < 0n ? -value : value).toString(2).length;
}

function sameSign(a: bigint, b: bigint): boolean {
  return (a < 0n) === (b < 0n);
}

function roundEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
