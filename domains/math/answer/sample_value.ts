/**
 * Values of expressions at sample points, as doubles. Two expressions that agree at several points chosen at random are
 * the same function, but for a chance that can be neglected.
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
import { isMixed } from "./exact_value.ts";
import type { Expression } from "./expression.ts";

/** Where an expression is evaluated. */
export interface SamplePoint {
  /** Decides the variables' values, with their names. */
  readonly index: number;
  /** Whether a root or logarithm of a negative number is none: variables are meant to be real then. */
  readonly realOnly: boolean;
}

/** How many points there are. */
export const samplePoints = 5;

/** The ranges that variables' values are in, one a point: small, middling, near 0, of either sign, whole. */
const ranges: readonly ((share: number) => number)[] = [
  (share) => 0.5 + share,
  (share) => 1.5 + 2 * share,
  (share) => 0.05 + 0.8 * share,
  (share) => 5 * share - 2.5,
  (share) => 3 + Math.floor(7 * share),
];

/** The most terms of a sum or product. */
const mostTerms = 1_000;

/** The value at a point; `none` where it has no value there. Functions that are not known stand for arbitrary ones. */
export function sampleValue(
  expression: Expression,
  point: SamplePoint,
  bound: ReadonlyMap<string, Complex> = new Map(),
): Complex {
  if (expression.kind === "number") return real(Number(expression.digits));
  if (expression.kind === "symbol") return bound.get(expression.name) ?? symbolValue(expression.name, point);
  const { head, args } = expression;
  if (head === "Sum" || head === "Product") return series(head, args, point, bound);
  if (head === "Apply") return applied(args, point, bound);
  const values = args.map((arg) => sampleValue(arg, point, bound));
  if (head === "InvisibleOperator") {
    const [whole = none, part = none] = values;
    return isMixed(args) ? sum(whole, part) : values.reduce(product, real(1));
  }
  return callValue(head, values, point);
}

/** Names that are no variables. */
const constants: ReadonlyMap<string, Complex> = new Map([
  ["Pi", real(Math.PI)],
  ["e", real(Math.E)],
  ["ExponentialE", real(Math.E)],
  ["i", [0, 1]],
  ["ImaginaryUnit", [0, 1]],
  ["PositiveInfinity", real(Infinity)],
  ["NegativeInfinity", real(-Infinity)],
]);

function symbolValue(name: string, { index }: SamplePoint): Complex {
  return constants.get(name) ?? real(ranges[index]?.(hash(`${index} ${name}`)) ?? NaN);
}

/** Whether an expression has variables or functions that are not known, and whether it has the imaginary unit. */
export function contents(
  expression: Expression,
): { readonly variables: boolean; readonly imaginary: boolean } {
  if (expression.kind === "number") return { variables: false, imaginary: false };
  if (expression.kind === "symbol") {
    const constant = constants.get(expression.name);
    return { variables: constant === undefined, imaginary: constant?.[1] === 1 };
  }
  const inner = expression.args.map(contents);
  return {
    variables: inner.some(({ variables }) => variables),
    imaginary: inner.some(({ imaginary }) => imaginary),
  };
}

type Value = (values: readonly Complex[], point: SamplePoint) => Complex;

function unary(value: (z: Complex, point: SamplePoint) => Complex): Value {
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
  ["Arcsin", ofReal(Math.asin)],
  ["Arccos", ofReal(Math.acos)],
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

function callValue(head: string, values: readonly Complex[], point: SamplePoint): Complex {
  if (head === "Delimiter" || head === "Sequence") {
    const [only = none, ...more] = values;
    if (more.length === 0) return only;
  }
  return functions.get(head)?.(values, point) ?? arbitrary(head, values, point);
}

function logarithmOf(z: Complex, base: Complex, point: SamplePoint): Complex {
  return quotient(logarithmValue([z], point), logarithmValue([base], point));
}

function powerValue([base = none, exponent = none]: readonly Complex[], { realOnly }: SamplePoint): Complex {
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
function arbitrary(head: string, values: readonly Complex[], { index }: SamplePoint): Complex {
  if (values.some(([a, b]) => Number.isNaN(a) || Number.isNaN(b))) return none;
  const key = values.map(([a, b]) => `${a.toPrecision(9)},${b.toPrecision(9)}`).join(";");
  return real(0.5 + 2 * hash(`${index} ${head} ${key}`));
}

/** An inverse function, such as `\sin^{-1}`, or a derivative of one that is not known. */
function applied(
  args: readonly Expression[],
  point: SamplePoint,
  bound: ReadonlyMap<string, Complex>,
): Complex {
  const [what, ...rest] = args;
  const values = rest.map((arg) => sampleValue(arg, point, bound));
  const inverted = what?.kind === "call" && what.head === "InverseFunction" ? what.args[0] : undefined;
  if (inverted?.kind === "symbol") return callValue(`Arc${inverted.name.toLowerCase()}`, values, point);
  return arbitrary(JSON.stringify(what), values, point);
}

/** A sum or product over whole numbers; over a range that is not known, an arbitrary function of body and range. */
function series(
  head: "Sum" | "Product",
  args: readonly Expression[],
  point: SamplePoint,
  bound: ReadonlyMap<string, Complex>,
): Complex {
  const [body, range] = args;
  if (body === undefined || range?.kind !== "call") return none;
  const [variable, ...ends] = range.args;
  if (variable?.kind !== "symbol") return none;
  const [from, to] = ends.map((end) => sampleValue(end, point, bound));
  const constant = ends.every((end) => !contents(end).variables);
  const count = to !== undefined && from !== undefined ? to[0] - from[0] : NaN;
  // Sums within sums are not written out: that could take forever.
  if (bound.size === 0 && constant && from !== undefined && Number.isInteger(count) && count < mostTerms) {
    let total = real(head === "Sum" ? 0 : 1);
    for (let at = 0; at <= count; at++) {
      const term = sampleValue(body, point, new Map([...bound, [variable.name, real(from[0] + at)]]));
      total = head === "Sum" ? sum(total, term) : product(total, term);
    }
    return total;
  }
  const inside = sampleValue(
    body,
    point,
    new Map([...bound, [variable.name, real(hash(`bound ${point.index}`) + 1)]]),
  );
  return arbitrary(head, [inside, ...ends.map((end) => sampleValue(end, point, bound))], point);
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

/** A number in [0, 1) that follows from a text. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
  state = Math.imul(state ^ (state >>> 12), 0x297a2d39);
  return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
}
