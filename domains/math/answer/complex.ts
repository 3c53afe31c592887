/**
 * Complex numbers of doubles, for values at sample points.
 *
 * @module
 */

/** Real and imaginary part. */
export type Complex = readonly [real: number, imaginary: number];

/** No number. */
export const none: Complex = [NaN, NaN];

/** A real number. */
export function real(value: number): Complex {
  return [value, 0];
}

/** The sum. */
export function sum([a, b]: Complex, [c, d]: Complex): Complex {
  return [a + c, b + d];
}

/** A real result; none where it vanished because it is too small for a double, for it is not 0. */
function realResult(value: number, isZero: boolean): Complex {
  return value === 0 && !isZero ? none : [value, 0];
}

/** The product. */
export function product([a, b]: Complex, [c, d]: Complex): Complex {
  // 0 · ∞ would make a real product none.
  if (b === 0 && d === 0) return realResult(a * c, a === 0 || c === 0);
  return [a * c - b * d, a * d + b * c];
}

/** The quotient. */
export function quotient([a, b]: Complex, [c, d]: Complex): Complex {
  if (b === 0 && d === 0) return c === 0 ? none : realResult(a / c, a === 0);
  const size = c * c + d * d;
  return size === 0 ? none : [(a * c + b * d) / size, (b * c - a * d) / size];
}

/** The number with the other sign. */
export function minus([a, b]: Complex): Complex {
  return [-a, b === 0 ? 0 : -b];
}

/** The distance from 0. */
export function size([a, b]: Complex): number {
  return Math.hypot(a, b);
}

/** e to the power of z. */
export function exponential([a, b]: Complex): Complex {
  const scale = Math.exp(a);
  if (scale === 0) return none;
  return b === 0 ? [scale, 0] : [scale * Math.cos(b), scale * Math.sin(b)];
}

/** The natural logarithm, principal branch. */
export function logarithm(z: Complex): Complex {
  const [a, b] = z;
  if (a === 0 && b === 0) return none;
  return b === 0 && a > 0 ? [Math.log(a), 0] : [Math.log(size(z)), Math.atan2(b, a)];
}

/** A power, principal branch. */
export function raise(base: Complex, exponent: Complex): Complex {
  const [a, b] = base;
  const [c, d] = exponent;
  if (b === 0 && d === 0 && (a >= 0 || Number.isInteger(c))) {
    return a === 0 && c < 0 ? none : realResult(a ** c, a === 0);
  }
  if (d === 0 && Number.isInteger(c) && Math.abs(c) <= 64) return wholePower(base, c);
  if (a === 0 && b === 0) return c > 0 ? [0, 0] : none;
  return exponential(product(exponent, logarithm(base)));
}

function wholePower(base: Complex, exponent: number): Complex {
  let result: Complex = [1, 0];
  for (let count = 0; count < Math.abs(exponent); count++) result = product(result, base);
  return exponent < 0 ? quotient([1, 0], result) : result;
}

/** The sine. */
export function sine([a, b]: Complex): Complex {
  return b === 0 ? [Math.sin(a), 0] : [Math.sin(a) * Math.cosh(b), Math.cos(a) * Math.sinh(b)];
}

/** The cosine. */
export function cosine([a, b]: Complex): Complex {
  return b === 0 ? [Math.cos(a), 0] : [Math.cos(a) * Math.cosh(b), -Math.sin(a) * Math.sinh(b)];
}
