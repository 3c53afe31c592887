import { asNumber, float } from "../python/arithmetic.ts";
import { PythonError } from "../python/error.ts";
import { repr } from "../python/text.ts";
import { PyOpaque, type PyValue, typeName } from "../python/value.ts";
import {
  type BigFloat,
  bitsOf,
  floatText,
  logarithm,
  multiplyAdd,
  negative,
  pi,
  quotient,
  shownDigits,
  zero,
} from "./big_float.ts";

/** More digits than anyone asks for would take longer than anyone waits. */
const mostDigits = 2000;

/** A complex number; an imaginary part of `null` says that it is real. */
interface Complex {
  readonly real: BigFloat;
  readonly imaginary: BigFloat | null;
}

/**
 * The logarithm of a value to a base as `mpmath` computes it with so many decimal digits: both logarithms are rounded, and then
 * their quotient is.
 *
 * @throws {PythonError} If an argument is no number, or the base is 1.
 */
export function logarithmToBase(value: PyValue, base: PyValue, precision: PyValue): PyOpaque {
  const digits = wholeNumber(precision);
  if (digits > mostDigits) {
    throw new PythonError("OverflowError", `precision of at most ${mostDigits} digits`);
  }
  const bits = bitsOf(digits);
  const [above, below] = [complexLog(value, bits), complexLog(base, bits)];
  if (below.imaginary === null && isZero(below.real)) throw new PythonError("ZeroDivisionError", "");
  const shown = shownDigits(bits);
  const text = (part: BigFloat): string => `'${floatText(part, shown)}'`;
  const { real, imaginary } = divided(above, below, bits);
  return new PyOpaque(
    imaginary === null ? `mpf(${text(real)})` : `mpc(real=${text(real)}, imag=${text(imaginary)})`,
  );
}

function complexLog(value: PyValue, bits: number): Complex {
  const number = typeof value === "string" ? parsed(value) : asNumber(value);
  if (number === undefined) throw new PythonError("TypeError", `cannot create mpf from ${repr(value)}`);
  if (typeof number === "number" && !Number.isFinite(number)) {
    return { real: Number.isNaN(number) ? "nan" : "+inf", imaginary: number < 0 ? pi(bits) : null };
  }
  if (Number(number) === 0) return { real: "-inf", imaginary: null };
  return number < 0
    ? { real: logarithm(-number, bits), imaginary: pi(bits) }
    : { real: logarithm(number, bits), imaginary: null };
}

function divided(above: Complex, below: Complex, bits: number): Complex {
  if (below.imaginary === null) {
    return {
      real: quotient(above.real, below.real, bits),
      imaginary: above.imaginary === null ? null : quotient(above.imaginary, below.real, bits),
    };
  }
  if (typeof above.real === "string" && above.real !== "nan" && above.imaginary === null) {
    return {
      real: isZero(below.real) ? "nan" : quotient(above.real, below.real, bits),
      imaginary: negative(above.real),
    };
  }
  // (a + bi) / (c + di) = ((ac + bd) + (bc − ad) i) / (c² + d²), with digits to spare before the last rounding.
  const [a, b, c, d] = [above.real, above.imaginary ?? zero, below.real, below.imaginary];
  const work = 2 * bits + 40;
  const size = multiplyAdd(c, c, multiplyAdd(d, d, zero, work), work);
  const real = multiplyAdd(a, c, multiplyAdd(b, d, zero, work), work);
  const imaginary = multiplyAdd(b, c, negative(multiplyAdd(a, d, zero, work)), work);
  return { real: quotient(real, size, bits), imaginary: quotient(imaginary, size, bits) };
}

function isZero(value: BigFloat): boolean {
  return typeof value !== "string" && value.mantissa === 0n;
}

function parsed(text: string): number {
  try {
    return float(text);
  } catch {
    throw new PythonError("ValueError", `cannot create mpf from ${repr(text)}`);
  }
}

/** `int(value)`. */
function wholeNumber(value: PyValue): number {
  const number = asNumber(value);
  if (number !== undefined) return Math.trunc(Number(number));
  if (typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value)) return Number(value);
  throw new PythonError(
    "ValueError",
    typeof value === "string"
      ? `invalid literal for int() with base 10: ${repr(value)}`
      : `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`,
  );
}
