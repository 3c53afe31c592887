import type { Expression } from "./expression.ts";
import { readNumber } from "./number_text.ts";
import {
  absolute,
  add,
  binomial,
  bitsOf,
  divide,
  factorial,
  floor,
  multiply,
  negate,
  order,
  power,
  type Rational,
  rational,
} from "./rational.ts";
import type { Work } from "./work.ts";

/** The most terms of a sum or product that are written out. */
const mostTerms = 1_000n;

/** What bound variables stand for. */
type Bound = ReadonlyMap<string, Rational>;

/**
 * The exact value of an expression of whole numbers, decimals and fractions: sums, products, powers, roots that come out
 * even, factorials, binomials, finite sums; `undefined` where it has none, it is too long or its parts cost too much.
 */
export function exactValue(
  expression: Expression,
  work: Work,
  bound: Bound = new Map(),
): Rational | undefined {
  if (expression.kind === "number") return readNumber(expression.digits)?.value;
  if (expression.kind === "symbol") return bound.get(expression.name);
  const { head, args } = expression;
  if (head === "Sum" || head === "Product") return series(head, args, work, bound);
  const values: Rational[] = [];
  for (const arg of args) {
    const value = exactValue(arg, work, bound);
    if (value === undefined) return undefined;
    values.push(value);
  }
  if (!spend(work, values)) return undefined;
  const value = head === "InvisibleOperator" ? mixedOrProduct(args, values) : functions.get(head)?.(values);
  return value !== undefined && spend(work, [value]) ? value : undefined;
}

/** Takes what an operation on numbers costs, or has cost, off the work that is left; whether there was as much. */
function spend(work: Work, values: readonly Rational[]): boolean {
  const bits = values.reduce((total, value) => total + bitsOf(value), 0);
  work.exact -= bits * bits;
  return work.exact >= 0;
}

type Exact = (values: readonly Rational[]) => Rational | undefined;

const one = rational(1n);

const functions: ReadonlyMap<string, Exact> = new Map<string, Exact>([
  ["Add", (values) => fold(values, add)],
  ["Multiply", (values) => fold(values, multiply)],
  ["Subtract", ([a, b]) => a && b && add(a, negate(b))],
  ["Negate", ([a]) => a && negate(a)],
  ["Delimiter", only],
  ["Sequence", only],
  ["Divide", ([a, b]) => a && b && divide(a, b)],
  ["Rational", ([a, b]) => a && b && divide(a, b)],
  ["Power", ([a, b]) => a && b && power(a, b)],
  ["Square", ([a]) => a && multiply(a, a)],
  ["Sqrt", ([a]) => a && power(a, { top: 1n, bottom: 2n })],
  [
    "Root",
    ([a, b]) => a && b && b.bottom === 1n && b.top > 0n ? power(a, { top: 1n, bottom: b.top }) : undefined,
  ],
  ["Factorial", ([a]) => a && factorial(a)],
  ["Binomial", ([n, k]) => n && k && binomial(n, k)],
  ["Choose", ([n, k]) => n && k && binomial(n, k)],
  ["Abs", ([a]) => a && absolute(a)],
  ["Floor", ([a]) => a && floor(a)],
  ["Ceil", ([a]) => a && negate(floor(negate(a)))],
  ["Max", (values) => fold(values, (a, b) => order(a, b) >= 0 ? a : b)],
  ["Min", (values) => fold(values, (a, b) => order(a, b) <= 0 ? a : b)],
  ["Mod", ([a, b]) => a && b && remainder(a, b)],
]);

function only(values: readonly Rational[]): Rational | undefined {
  return values.length === 1 ? values[0] : undefined;
}

function fold(
  [first, ...rest]: readonly Rational[],
  combine: (a: Rational, b: Rational) => Rational | undefined,
): Rational | undefined {
  return rest.reduce<Rational | undefined>((sum, value) => sum && combine(sum, value), first);
}

function remainder(a: Rational, b: Rational): Rational | undefined {
  const quotient = divide(a, b);
  const whole = quotient && multiply(floor(quotient), b);
  return whole && add(a, negate(whole));
}

/** Numbers side by side: `3 1/2` is mixed, all others are a product. */
function mixedOrProduct(args: readonly Expression[], values: readonly Rational[]): Rational | undefined {
  const [whole, part] = values;
  if (isMixed(args) && whole !== undefined && part !== undefined) return add(whole, part);
  return fold(values, multiply);
}

/** Whether an invisible operator stands between a whole number and a fraction below 1 of whole numbers. */
export function isMixed([whole, part, ...more]: readonly Expression[]): boolean {
  if (whole?.kind !== "number" || part?.kind !== "call" || more.length > 0) return false;
  const [top, bottom] = part.args;
  const written = (part.head === "Divide" || part.head === "Rational") && top?.kind === "number" &&
    bottom?.kind === "number";
  return written && /^\d+$/.test(whole.digits) && Number(top.digits) < Number(bottom.digits);
}

/** A sum or product over a whole variable between two bounds. */
function series(
  head: "Sum" | "Product",
  args: readonly Expression[],
  work: Work,
  bound: Bound,
): Rational | undefined {
  const [body, range, ...more] = args;
  // Sums within sums are not written out: that could take forever.
  if (body === undefined || range?.kind !== "call" || more.length > 0 || bound.size > 0) return undefined;
  const [variable, from, to] = range.args;
  if (variable?.kind !== "symbol" || from === undefined || to === undefined) return undefined;
  const [first, last] = [exactValue(from, work, bound), exactValue(to, work, bound)];
  if (first?.bottom !== 1n || last?.bottom !== 1n || last.top - first.top >= mostTerms) return undefined;
  let sum = head === "Sum" ? rational(0n) : one;
  for (let at = first.top; at <= last.top && sum !== undefined; at++) {
    const term = exactValue(body, work, new Map([...bound, [variable.name, { top: at, bottom: 1n }]]));
    if (term === undefined || !spend(work, [sum, term])) return undefined;
    sum = head === "Sum" ? add(sum, term) : multiply(sum, term);
  }
  return sum;
}
