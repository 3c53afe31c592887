/**
 * How large the numbers were that a value was computed from. Its rounding error is a share of that, and not of the value:
 * of 1 + x − 1 much less is known than of x.
 *
 * @module
 */
import { type Complex, size } from "./complex.ts";

/** A value, and the size that its rounding error is a share of. */
export interface Sample {
  /** The value as a double. */
  readonly value: Complex;
  /** At least as large as the value; what a sum lost by cancellation stays in it. */
  readonly scale: number;
}

/** A value that was computed from nothing. */
export function exactly(value: Complex): Sample {
  return { value, scale: size(value) };
}

type Rule = (args: readonly Sample[], value: number) => number;

/** The scale of the value of a function of arguments, to first order. */
export function scaleOf(head: string, args: readonly Sample[], value: Complex): number {
  const here = size(value);
  return Math.max(here, (rules.get(head) ?? relative)(args, here));
}

/** An error that is as large a share of the value as of the arguments. */
function relative(args: readonly Sample[], value: number): number {
  return Math.max(
    value,
    ...args.map(({ value: arg, scale }) => size(arg) === 0 ? scale : value * scale / size(arg)),
  );
}

function added(args: readonly Sample[]): number {
  return args.reduce((total, { scale }) => total + scale, 0);
}

/** Each factor's error times the others. */
function multiplied(args: readonly Sample[]): number {
  const [first, ...rest] = args;
  let [value, scale] = first === undefined ? [1, 1] : [size(first.value), first.scale];
  for (const factor of rest) {
    const other = size(factor.value);
    scale = Math.max(scale * other, value * factor.scale);
    value *= other;
  }
  return scale;
}

function divided([top, bottom]: readonly Sample[], value: number): number {
  if (top === undefined || bottom === undefined) return value;
  const below = size(bottom.value);
  return top.scale / below + value * bottom.scale / below;
}

function raised([base, exponent]: readonly Sample[], value: number): number {
  if (base === undefined || exponent === undefined) return value;
  const [x, p] = [size(base.value), size(exponent.value)];
  if (x === 0) return base.scale ** p;
  return value * (1 + p * base.scale / x + Math.abs(Math.log(x)) * exponent.scale);
}

/** An error of the argument times a slope that depends on the value. */
function sloped(slope: (value: number) => number): Rule {
  return (args, value) => value + slope(value) * added(args);
}

function logarithmic(args: readonly Sample[], value: number): number {
  return value + args.reduce((total, { value: arg, scale }) => total + (1 + value) * scale / size(arg), 0);
}

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["Add", added],
  ["Subtract", added],
  ["Mod", ([a, b], value) => a && b ? a.scale + size(a.value) / size(b.value) * b.scale : value],
  ["Multiply", multiplied],
  ["Divide", divided],
  ["Rational", divided],
  ["Power", raised],
  ["Exp", (args, value) => value * (1 + added(args))],
  ["Ln", logarithmic],
  ["Log", logarithmic],
  ["Lb", logarithmic],
  ["Lg", logarithmic],
  ["Real", added],
  ["Imaginary", added],
  ["Max", added],
  ["Min", added],
  ["Sin", sloped(() => 1)],
  ["Cos", sloped(() => 1)],
  ["Tan", sloped((value) => 1 + value * value)],
  ["Cot", sloped((value) => 1 + value * value)],
  ["Sec", sloped((value) => value * value)],
  ["Csc", sloped((value) => value * value)],
  ["Arccos", sloped(() => 1)],
  ["Arccot", sloped(() => 1)],
]);
