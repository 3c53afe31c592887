/**
 * Values of expressions at sample points, as doubles. Two expressions that agree at several points chosen at random are
 * the same function, but for a chance that can be neglected.
 *
 * @module
 */
import { type Complex, none, product, real, size, sum } from "./complex.ts";
import { isMixed } from "./exact_value.ts";
import type { Expression } from "./expression.ts";
import { arbitrary, type FunctionPoint, functionValue } from "./function_value.ts";
import { exactly, type Sample, scaleOf } from "./rounding_scale.ts";
import { contents, hash, symbolValue } from "./symbol_value.ts";
import type { Work } from "./work.ts";

/** Where an expression is evaluated. */
export interface SamplePoint extends FunctionPoint {
  /** What evaluation may still cost; when nothing is left, nothing has a value. */
  readonly work: Work;
}

/** The most terms of a sum or product. */
const mostTerms = 1_000;

type Bound = ReadonlyMap<string, Sample>;

const nothing: Sample = exactly(none);

/** The value at a point and its scale; `none` where it has no value there, or to find it would cost too much. */
export function sampleValue(expression: Expression, point: SamplePoint, bound: Bound = new Map()): Sample {
  if (point.work.samples-- <= 0) return nothing;
  if (expression.kind === "number") return exactly(numberValue(expression.digits));
  if (expression.kind === "symbol") {
    return bound.get(expression.name) ?? exactly(symbolValue(expression.name, point.index));
  }
  const { head, args } = expression;
  if (head === "Sum" || head === "Product") return series(head, args, point, bound);
  if (head === "Apply") return applied(args, point, bound);
  const samples = args.map((arg) => sampleValue(arg, point, bound));
  if (head === "InvisibleOperator") return call(isMixed(args) ? "Add" : "Multiply", samples, point);
  const [only, ...more] = samples;
  if ((head === "Delimiter" || head === "Sequence") && more.length === 0) return only ?? nothing;
  if (head === "Conjugate" && args.some((arg) => !contents(arg).imaginary)) {
    // Variables are real at sample points; what has a bar is not meant to be without it.
    return exactly(arbitrary(head, samples.map(({ value }) => value), point));
  }
  return call(head, samples, point);
}

function numberValue(digits: string): Complex {
  const value = Number(digits);
  // What is too small for a double is not 0.
  return value === 0 && /^[^e]*[1-9]/i.test(digits) ? none : real(value);
}

function call(head: string, samples: readonly Sample[], point: SamplePoint): Sample {
  const value = functionValue(head, samples.map((sample) => sample.value), point);
  return { value, scale: scaleOf(head, samples, value) };
}

/** An inverse function, such as `\sin^{-1}`, or a derivative of one that is not known. */
function applied(args: readonly Expression[], point: SamplePoint, bound: Bound): Sample {
  const [what, ...rest] = args;
  const samples = rest.map((arg) => sampleValue(arg, point, bound));
  const inverted = what?.kind === "call" && what.head === "InverseFunction" ? what.args[0] : undefined;
  if (inverted?.kind === "symbol") return call(`Arc${inverted.name.toLowerCase()}`, samples, point);
  return exactly(arbitrary(JSON.stringify(what), samples.map(({ value }) => value), point));
}

/** A sum or product over whole numbers; over a range that is not known, an arbitrary function of body and range. */
function series(
  head: "Sum" | "Product",
  args: readonly Expression[],
  point: SamplePoint,
  bound: Bound,
): Sample {
  const [body, range] = args;
  if (body === undefined || range?.kind !== "call") return nothing;
  const [variable, ...limits] = range.args;
  if (variable?.kind !== "symbol") return nothing;
  const ends = limits.map((limit) => sampleValue(limit, point, bound).value);
  const [from, to] = ends;
  const constant = limits.every((limit) => !contents(limit).variables);
  const count = to !== undefined && from !== undefined ? to[0] - from[0] : NaN;
  const termAt = (at: number): Sample =>
    sampleValue(body, point, new Map([...bound, [variable.name, exactly(real(at))]]));
  // Sums within sums are not written out: that could take forever.
  if (bound.size === 0 && constant && from !== undefined && Number.isInteger(count) && count < mostTerms) {
    const [first] = from;
    return written(head, Array.from({ length: Math.max(0, count + 1) }, (_, at) => termAt(first + at)));
  }
  return exactly(arbitrary(head, [termAt(hash(`bound ${point.index}`) + 1).value, ...ends], point));
}

/** A sum or product of terms. */
function written(head: "Sum" | "Product", terms: readonly Sample[]): Sample {
  const values = terms.map(({ value }) => value);
  const value = head === "Sum" ? values.reduce(sum, real(0)) : values.reduce(product, real(1));
  return { value, scale: Math.max(size(value), scaleOf(head === "Sum" ? "Add" : "Multiply", terms, value)) };
}
