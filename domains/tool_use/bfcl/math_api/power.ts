import { PythonError } from "../python/error.ts";
import { PyOpaque } from "../python/value.ts";

/** An int of more digits cannot be shown. */
const mostDigits = 4300;

/**
 * `base ** exponent`: an int where both are and the exponent is not negative, a complex number where a negative base has a
 * fraction for its exponent.
 *
 * @throws {PythonError} As Python, if the result is beyond all numbers.
 */
export function power(base: bigint | number, exponent: bigint | number): bigint | number | PyOpaque {
  if (typeof base === "bigint" && typeof exponent === "bigint" && exponent >= 0n) {
    const size = (base < 0n ? -base : base).toString(2).length - 1;
    // 1, 0 and −1 stay as small as they are, whatever the exponent.
    if (size === 0) return base ** (exponent > 2n ? exponent % 2n + 2n : exponent);
    const large = size * Number(exponent) * Math.LOG10E * Math.LN2 > mostDigits;
    const result = large ? undefined : base ** exponent;
    if (result !== undefined && String(result).replace("-", "").length <= mostDigits) return result;
    const limit = `Exceeds the limit (${mostDigits} digits) for integer string conversion`;
    throw new PythonError("ValueError", limit);
  }
  const [b, e] = [Number(base), Number(exponent)];
  if (b === 0 && e < 0) {
    throw new PythonError("ZeroDivisionError", "0.0 cannot be raised to a negative power");
  }
  if (b < 0 && !Number.isInteger(e) && Number.isFinite(e)) {
    const [length, phase] = [Math.abs(b) ** e, Math.PI * e];
    return new PyOpaque(complexText(length * Math.cos(phase), length * Math.sin(phase)));
  }
  const result = b ** e;
  if (!Number.isFinite(result) && Number.isFinite(b) && Number.isFinite(e)) {
    throw new PythonError("OverflowError", "(34, 'Numerical result out of range')");
  }
  return result;
}

function complexText(real: number, imaginary: number): string {
  const sign = imaginary < 0 || Object.is(imaginary, -0) ? "-" : "+";
  return `(${real}${sign}${Math.abs(imaginary)}j)`;
}
