import { contents, samplePoints, sampleValue } from "./sample_value.ts";
import type { Complex } from "./complex.ts";
import { exactValue } from "./exact_value.ts";
import { digits, type Expression, type ExpressionReader } from "./expression.ts";
import { absolute, add, divide, isSame, negate, order, type Rational, rational } from "./rational.ts";
import { readNumber } from "./number_text.ts";

/** How two expressions compare; `unknown` where one is none, or they have no value at the same place. */
export type Sameness = "same" | "different" | "unknown";

/** The relative difference of doubles that is put down to rounding. */
const rounding = 1e-9;

/** The fewest sample points at which both expressions must have a value. */
const fewestPoints = 2;

/**
 * Whether two expressions are the same function: exactly if both are made of fractions, else at sample points; constants
 * that agree as doubles are compared to 40 digits as well.
 */
export function sameExpression(reader: ExpressionReader, first: string, second: string): Sameness {
  if (first === second) return "same";
  const [a, b] = [reader.read(first), reader.read(second)];
  if (a === undefined || b === undefined) return "unknown";
  const [x, y] = [exactValue(a), exactValue(b)];
  if (x !== undefined && y !== undefined) return isSame(x, y) ? "same" : "different";
  const sampled = compareSamples(a, b);
  if (sampled !== "same" || contents(a).variables || contents(b).variables) return sampled;
  return compareDigits(reader, first, second);
}

/**
 * Whether two equations, each as the difference of its sides, have the same solutions because one is a multiple of the
 * other.
 */
export function proportional(
  reader: ExpressionReader,
  first: string,
  second: string,
): "up" | "down" | undefined {
  const [a, b] = [reader.read(first), reader.read(second)];
  if (a === undefined || b === undefined) return undefined;
  let ratio: number | undefined;
  let points = 0;
  for (let index = 0; index < samplePoints; index++) {
    const [x, y] = [sampleValue(a, { index, realOnly: true }), sampleValue(b, { index, realOnly: true })];
    if (!isFinite(x) || !isFinite(y) || x[1] !== 0 || y[1] !== 0) continue;
    if (x[0] === 0 || y[0] === 0) {
      if (x[0] !== y[0]) return undefined;
      continue;
    }
    const here = x[0] / y[0];
    const apart = Math.abs(here - (ratio ?? here));
    if (apart > rounding * Math.max(Math.abs(here), Math.abs(ratio ?? 0))) return undefined;
    ratio ??= here;
    points++;
  }
  if (ratio === undefined || points < fewestPoints) return undefined;
  return ratio > 0 ? "up" : "down";
}

function compareSamples(a: Expression, b: Expression): Sameness {
  const [inA, inB] = [contents(a), contents(b)];
  const constant = !inA.variables && !inB.variables;
  const realOnly = !constant && !inA.imaginary && !inB.imaginary;
  let points = 0;
  for (let index = 0; index < (constant ? 1 : samplePoints); index++) {
    const [x, y] = [sampleValue(a, { index, realOnly }), sampleValue(b, { index, realOnly })];
    if (isEndless(x) || isEndless(y)) {
      if (x[0] !== y[0]) return constant ? "different" : "unknown";
      if (constant) return isInfinity(a) && isInfinity(b) ? "same" : "unknown";
      continue;
    }
    if (!isFinite(x) || !isFinite(y)) continue;
    if (!isNear(x, y)) return "different";
    points++;
  }
  return points >= (constant ? 1 : fewestPoints) ? "same" : "unknown";
}

function isFinite([a, b]: Complex): boolean {
  return Number.isFinite(a) && Number.isFinite(b);
}

function isEndless([a, b]: Complex): boolean {
  return Math.abs(a) === Infinity && b === 0;
}

/** Whether an expression says infinity, rather than a number too large for a double. */
function isInfinity(expression: Expression): boolean {
  if (expression.kind === "symbol") return /Infinity$/.test(expression.name);
  return expression.kind === "call" && expression.args.some(isInfinity);
}

function isNear([a, b]: Complex, [c, d]: Complex): boolean {
  const scale = Math.max(Math.hypot(a, b), Math.hypot(c, d));
  return Math.hypot(a - c, b - d) <= rounding * scale + 1e-12;
}

/** How far two values of many digits may be apart, as a share of the larger or of 1. */
const manyDigits = rational(1n, 10n ** BigInt(digits - 20));
/** How far they may be apart for that to be no matter of which branch of a root was taken. */
const fewDigits = rational(1n, 10n ** 6n);

/** Compares constants that agree as doubles. */
function compareDigits(reader: ExpressionReader, first: string, second: string): Sameness {
  const [a, b] = [reader.digits(first), reader.digits(second)];
  const [real, imaginary] = [difference(a?.[0], b?.[0]), difference(a?.[1], b?.[1])];
  if (real === undefined || imaginary === undefined || fewDigits === undefined || manyDigits === undefined) {
    return "same";
  }
  const within = (most: Rational): boolean => order(real, most) <= 0 && order(imaginary, most) <= 0;
  // Another branch of a root is no rounding error: what the doubles said stands.
  return within(manyDigits) || !within(fewDigits) ? "same" : "different";
}

/** |a − b| as a share of the larger or of 1; `undefined` where a value is not written in digits. */
function difference(a: string | undefined, b: string | undefined): Rational | undefined {
  const [x, y] = [readNumber(a ?? "")?.value, readNumber(b ?? "")?.value];
  const apart = x && y && add(x, negate(y));
  if (apart === undefined || x === undefined || y === undefined) return undefined;
  const scale = [absolute(x), absolute(y)].reduce((most, each) => order(most, each) > 0 ? most : each, one);
  return divide(absolute(apart), scale);
}

const one: Rational = { top: 1n, bottom: 1n };
