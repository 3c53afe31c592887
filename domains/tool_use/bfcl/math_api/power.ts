import { PythonError } from "../python/error.ts";
import { repr } from "../python/text.ts";
import { toFloat } from "../python/to_float.ts";
import { PyOpaque } from "../python/value.ts";
import { mostDigits, shown, tooManyDigits } from "./limits.ts";

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
    // Told before it is computed, which could take all memory.
    if (size * Number(exponent) * Math.LOG10E * Math.LN2 > mostDigits) throw tooManyDigits();
    return shown(base ** exponent);
  }
  const [b, e] = [toFloat(base), toFloat(exponent)];
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
  return `(${bare(real)}${sign}${bare(Math.abs(imaginary))}j)`;
}

/** A float as a part of a complex number is printed: as a float, but without `.0`. */
function bare(part: number): string {
  return repr(part).replace(/\.0$/, "");
}
