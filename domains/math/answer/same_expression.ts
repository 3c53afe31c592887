import { type Complex, size } from "./complex.ts";
import { exactValue } from "./exact_value.ts";
import { digits, type Expression, type ExpressionReader } from "./expression.ts";
import { absolute, add, divide, isSame, negate, order, type Rational, rational } from "./rational.ts";
import { readNumber } from "./number_text.ts";
import type { Sample } from "./rounding_scale.ts";
import { sampleValue } from "./sample_value.ts";
import { contents, everyWhole, hasSteps, samplePoints } from "./symbol_value.ts";
import type { Work } from "./work.ts";

/** What two expressions are compared with. */
export interface Means {
  /** Reads them. */
  readonly reader: ExpressionReader;
  /** What it may still cost. */
  readonly work: Work;
}

/** How two expressions compare; `unknown` where one is none, or they have no value at the same place. */
export type Sameness = "same" | "different" | "unknown";

/** The relative difference of doubles that is put down to rounding. */
const rounding = 1e-9;
/** What is put down to rounding of the numbers that a value was computed from, as a share of them. */
const lost = 1e-12;

/** The fewest sample points at which both expressions must have a value. */
const fewestPoints = 3;

/**
 * Whether two expressions are the same function: exactly if both are made of fractions, else at sample points; constants
 * that agree as doubles are compared to 46 digits as well.
 */
export function sameExpression({ reader, work }: Means, first: string, second: string): Sameness {
  if (first === second) return "same";
  const [a, b] = [reader.read(first), reader.read(second)];
  if (a === undefined || b === undefined) return "unknown";
  const [x, y] = [exactValue(a, work), exactValue(b, work)];
  if (x !== undefined && y !== undefined) return isSame(x, y) ? "same" : "different";
  const sampled = compareSamples(a, b, work);
  if (sampled !== "same" || contents(a).variables || contents(b).variables) return sampled;
  const [pair] = samples(a, b, work, false, 1);
  if (pair === undefined) return "unknown";
  return compareDigits(reader, first, second, Math.max(pair[0].scale, pair[1].scale)) ??
    (isNear(pair[0], pair[1], 0) ? "same" : "different");
}

/**
 * Whether two equations, each as the difference of its sides, have the same solutions because one is a multiple of the
 * other.
 */
export function proportional(
  { reader, work }: Means,
  first: string,
  second: string,
): "up" | "down" | undefined {
  const [a, b] = [reader.read(first), reader.read(second)];
  if (a === undefined || b === undefined) return undefined;
  let ratio: number | undefined;
  let points = 0;
  for (const [x, y] of samples(a, b, work, true, samplePoints)) {
    if (!isKnown(x) || !isKnown(y) || x.value[1] !== 0 || y.value[1] !== 0) continue;
    const [p, q] = [x.value[0], y.value[0]];
    if (isZero(x) || isZero(y)) {
      if (!isZero(x) || !isZero(y)) return undefined;
      continue;
    }
    const here = p / q;
    const apart = Math.abs(here - (ratio ?? here));
    const share = rounding + lost * (x.scale / Math.abs(p) + y.scale / Math.abs(q));
    if (apart > share * Math.max(Math.abs(here), Math.abs(ratio ?? 0))) return undefined;
    ratio ??= here;
    points++;
  }
  if (ratio === undefined || points < fewestPoints) return undefined;
  return ratio > 0 ? "up" : "down";
}

function compareSamples(a: Expression, b: Expression, work: Work): Sameness {
  const [inA, inB] = [contents(a), contents(b)];
  if (!inA.variables && !inB.variables) return compareConstants(a, b, work);
  const realOnly = !inA.imaginary && !inB.imaginary;
  const sameness = compareAt(a, b, work, realOnly);
  // Where the values are hardly ever real, such as those of a root of x − 1000, complex ones tell as much.
  return sameness === "unknown" && realOnly ? compareAt(a, b, work, false) : sameness;
}

function compareAt(a: Expression, b: Expression, work: Work, realOnly: boolean): Sameness {
  let points = 0;
  const count = samplePoints + (hasSteps(a) || hasSteps(b) ? everyWhole : 0);
  for (const [x, y] of samples(a, b, work, realOnly, count)) {
    if (!isKnown(x) || !isKnown(y)) continue;
    if (!isNear(x, y)) return "different";
    points++;
  }
  return points >= fewestPoints ? "same" : "unknown";
}

function compareConstants(a: Expression, b: Expression, work: Work): Sameness {
  const [pair] = samples(a, b, work, false, 1);
  if (pair === undefined) return "unknown";
  const [x, y] = pair;
  if (isEndless(x.value) || isEndless(y.value)) {
    if (x.value[0] !== y.value[0]) return "different";
    return isInfinity(a) && isInfinity(b) ? "same" : "unknown";
  }
  if (!isKnown(x) || !isKnown(y)) return "unknown";
  return isNear(x, y) ? "same" : "different";
}

/** The values of two expressions at the first sample points, one point after the other. */
function* samples(
  a: Expression,
  b: Expression,
  work: Work,
  realOnly: boolean,
  count: number,
): Generator<readonly [Sample, Sample]> {
  for (let index = 0; index < count; index++) {
    const point = { index, realOnly, work };
    yield [sampleValue(a, point), sampleValue(b, point)];
  }
}

/** Whether there is a value, and a bound of its error. */
function isKnown({ value: [a, b], scale }: Sample): boolean {
  return Number.isFinite(a) && Number.isFinite(b) && Number.isFinite(scale);
}

/** Whether a value is 0, but for rounding. */
function isZero({ value, scale }: Sample): boolean {
  return size(value) <= lost * scale;
}

function isEndless([a, b]: Complex): boolean {
  return Math.abs(a) === Infinity && b === 0;
}

/** Whether an expression says infinity, rather than a number too large for a double. */
function isInfinity(expression: Expression): boolean {
  if (expression.kind === "symbol") return /Infinity$/.test(expression.name);
  return expression.kind === "call" && expression.args.some(isInfinity);
}

/** Whether two values are the same but for rounding, of which a share of the values may be as well. */
function isNear(x: Sample, y: Sample, share: number = rounding): boolean {
  const [[a, b], [c, d]] = [x.value, y.value];
  return Math.hypot(a - c, b - d) <=
    share * Math.max(size(x.value), size(y.value)) + lost * Math.max(x.scale, y.scale);
}

/** How far two values of many digits may be apart, as a share of their scale. */
const manyDigits = rational(1n, 10n ** BigInt(digits - 14));
/** How far they may be apart for that to be no matter of which branch of a root was taken. */
const fewDigits = rational(1n, 10n ** 6n);

/** Compares constants that agree as doubles; `undefined` if they have no more digits. */
function compareDigits(
  reader: ExpressionReader,
  first: string,
  second: string,
  scale: number,
): Sameness | undefined {
  const [a, b] = [reader.digits(first), reader.digits(second)];
  const whole = readNumber(String(scale))?.value;
  const [real, imaginary] = [difference(a?.[0], b?.[0], whole), difference(a?.[1], b?.[1], whole)];
  if (real === undefined || imaginary === undefined || fewDigits === undefined || manyDigits === undefined) {
    return undefined;
  }
  const within = (most: Rational): boolean => order(real, most) <= 0 && order(imaginary, most) <= 0;
  // Another branch of a root is no rounding error: what the doubles said stands.
  return within(manyDigits) || !within(fewDigits) ? "same" : "different";
}

/** |a − b| as a share of the scale that both were computed at; `undefined` where a value is not written in digits. */
function difference(
  a: string | undefined,
  b: string | undefined,
  scale: Rational | undefined,
): Rational | undefined {
  const [x, y] = [readNumber(a ?? "")?.value, readNumber(b ?? "")?.value];
  const apart = x && y && add(x, negate(y));
  if (apart === undefined) return undefined;
  return apart.top === 0n ? apart : scale && divide(absolute(apart), scale);
}
