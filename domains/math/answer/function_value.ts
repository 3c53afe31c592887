/**
 * Functions of complex numbers by their names in MathJSON, as doubles. One that is not known stands for an arbitrary one.
 *
 * @module
 */
import {
  type Complex,
  cosine,
  exponential,
  logarithm,
  minus,
  none,
  product,
  quotient,
  raise,
  real,
  sine,
  size,
  sum,
} from "./complex.ts";
import { hash } from "./symbol_value.ts";

/** What the value of a function depends on beside its arguments. */
export interface FunctionPoint {
  /** Decides what functions that are not known stand for. */
  readonly index: number;
  /** Whether a root or logarithm of a negative number is none: variables are meant to be real then. */
  readonly realOnly: boolean;
}

type Value = (values: readonly Complex[], point: FunctionPoint) => Complex;

function unary(value: (z: Complex, point: FunctionPoint) => Complex): Value {
  return ([z = none], point) => value(z, point);
}

function ofReal(value: (x: number) => number): Value {
  return ([[x, y] = none]) => y === 0 ? real(value(x)) : none;
}

/** A function of reals that is `none` outside its domain where only reals are meant. */
function root(order: number): Value {
  return unary(([x, y], { realOnly }) => {
    if (y !== 0) return raise([x, y], real(1 / order));
    if (x >= 0) return real(x ** (1 / order));
    // The real root of an odd order; people mean it, though it is not on the principal branch.
    if (Number.isInteger(order) && order % 2 !== 0) return real(-((-x) ** (1 / order)));
    return realOnly ? none : raise([x, y], real(1 / order));
  });
}

const logarithmValue: Value = unary((z, { realOnly }) =>
  realOnly && (z[1] !== 0 || z[0] <= 0) ? none : logarithm(z)
);

/** The arcsine, which beyond ±1 is complex. */
const arcsine: Value = unary((z, { realOnly }) => {
  const [x, y] = z;
  if (y === 0 && Math.abs(x) <= 1) return real(Math.asin(x));
  if (realOnly) return none;
  const [a, b] = logarithm(sum(product([0, 1], z), raise(sum(real(1), minus(product(z, z))), real(0.5))));
  return [b, -a];
});

const functions: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["Add", (values) => values.reduce(sum, real(0))],
  ["Multiply", (values) => values.reduce(product, real(1))],
  ["Subtract", ([a = none, b = none]) => sum(a, minus(b))],
  ["Negate", unary(minus)],
  ["PreIncrement", unary((z) => z)],
  ["Divide", ([a = none, b = none]) => quotient(a, b)],
  ["Rational", ([a = none, b = none]) => quotient(a, b)],
  ["Square", unary((z) => product(z, z))],
  ["Sqrt", root(2)],
  ["Root", ([z = none, [order] = none], point) => root(order)([z], point)],
  ["Power", powerValue],
  ["Exp", unary(exponential)],
  ["Ln", logarithmValue],
  ["Log", ([z = none, base = real(10)], point) => logarithmOf(z, base, point)],
  ["Lb", ([z = none], point) => logarithmOf(z, real(2), point)],
  ["Lg", ([z = none], point) => logarithmOf(z, real(10), point)],
  ["Abs", unary((z) => real(size(z)))],
  ["Norm", unary((z) => real(size(z)))],
  ["Conjugate", unary(([a, b]) => [a, b === 0 ? 0 : -b])],
  ["Real", unary(([a]) => real(a))],
  ["Imaginary", unary(([, b]) => real(b))],
  ["Floor", ofReal(Math.floor)],
  ["Ceil", ofReal(Math.ceil)],
  ["Sign", ofReal(Math.sign)],
  ["Max", (values) => real(Math.max(...values.map(([x]) => x)))],
  ["Min", (values) => real(Math.min(...values.map(([x]) => x)))],
  ["GCD", ([[a] = none, [b] = none]) => real(greatestDivisor(a, b))],
  ["LCM", ([[a] = none, [b] = none]) => real(a * b / greatestDivisor(a, b))],
  ["Mod", ([[a] = none, [b] = none]) => real(a - b * Math.floor(a / b))],
  ["Factorial", ofReal((x) => gamma(x + 1))],
  ["Gamma", ofReal(gamma)],
  ["Binomial", ([[n] = none, [k] = none]) => real(gamma(n + 1) / gamma(k + 1) / gamma(n - k + 1))],
  ["Choose", ([[n] = none, [k] = none]) => real(gamma(n + 1) / gamma(k + 1) / gamma(n - k + 1))],
  ["Sin", unary(sine)],
  ["Cos", unary(cosine)],
  ["Tan", unary((z) => quotient(sine(z), cosine(z)))],
  ["Cot", unary((z) => quotient(cosine(z), sine(z)))],
  ["Sec", unary((z) => quotient(real(1), cosine(z)))],
  ["Csc", unary((z) => quotient(real(1), sine(z)))],
  ["Arcsin", arcsine],
  ["Arccos", (values, point) => sum(real(Math.PI / 2), minus(arcsine(values, point)))],
  ["Arctan", ofReal(Math.atan)],
  ["Arccot", ofReal((x) => Math.PI / 2 - Math.atan(x))],
  ["Arcsec", ofReal((x) => Math.acos(1 / x))],
  ["Arccsc", ofReal((x) => Math.asin(1 / x))],
  ["Sinh", ofReal(Math.sinh)],
  ["Cosh", ofReal(Math.cosh)],
  ["Tanh", ofReal(Math.tanh)],
  ["Arsinh", ofReal(Math.asinh)],
  ["Arcosh", ofReal(Math.acosh)],
  ["Artanh", ofReal(Math.atanh)],
]);

/** The value of a function that is known by its name in MathJSON, or else of an arbitrary one. */
export function functionValue(head: string, values: readonly Complex[], point: FunctionPoint): Complex {
  return functions.get(head)?.(values, point) ?? arbitrary(head, values, point);
}

function logarithmOf(z: Complex, base: Complex, point: FunctionPoint): Complex {
  return quotient(logarithmValue([z], point), logarithmValue([base], point));
}

function powerValue(
  [base = none, exponent = none]: readonly Complex[],
  { realOnly }: FunctionPoint,
): Complex {
  const [x, y] = base;
  const [p, q] = exponent;
  if (y === 0 && q === 0 && x < 0 && !Number.isInteger(p)) {
    // An odd root in the form of a power.
    const order = 1 / p;
    if (Math.abs(order - Math.round(order)) < 1e-12 && Math.round(order) % 2 !== 0) return real(-((-x) ** p));
    if (realOnly) return none;
  }
  return raise(base, exponent);
}

/** A function that is not known: any value, but the same for the same arguments. */
export function arbitrary(head: string, values: readonly Complex[], { index }: FunctionPoint): Complex {
  if (values.some(([a, b]) => Number.isNaN(a) || Number.isNaN(b))) return none;
  const key = values.map(([a, b]) => `${a.toPrecision(9)},${b.toPrecision(9)}`).join(";");
  return real(0.5 + 2 * hash(`${index} ${head} ${key}`));
}

function greatestDivisor(a: number, b: number): number {
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b)) return NaN;
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** Γ by the approximation of Lanczos (g = 7, nine terms), good to about 13 digits; exact for small whole numbers. */
function gamma(x: number): number {
  if (Number.isInteger(x)) {
    if (x < 1) return NaN;
    if (x > 171) return Infinity;
    let value = 1;
    for (let factor = 2; factor < x; factor++) value *= factor;
    return value;
  }
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gamma(1 - x));
  const t = x + 6.5;
  const series = lanczos.reduce(
    (total, coefficient, at) => at === 0 ? coefficient : total + coefficient / (x - 1 + at),
    0,
  );
  return Math.sqrt(2 * Math.PI) * t ** (x - 0.5) * Math.exp(-t) * series;
}

const lanczos: readonly number[] = [
  0.99999999999980993,
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
];
