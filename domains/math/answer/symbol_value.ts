/**
 * What symbols stand for at a sample point: constants for themselves, variables for a real number that is chosen by their
 * name and the point.
 *
 * @module
 */
import { type Complex, real } from "./complex.ts";
import type { Expression } from "./expression.ts";

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

/** The ranges of variables' values, one a point: near 1 and 0, of either sign up to 30, and up to 100. */
const ranges: readonly (readonly [from: number, to: number])[] = [
  [0.5, 1.5],
  [1.5, 3.5],
  [0.05, 0.85],
  [-2.5, 2.5],
  [3.5, 10],
  [10, 30],
  [30, 100],
  [-4, -0.1],
  [-14, -4],
  [-26, -14],
  [-30, -26],
  [-30, 30],
  [-30, 30],
];

/** How many points have whole numbers, each of a range of its own, so that they are spread evenly. */
const wholePoints = 16;
const wholeRange = 6;

/** How many points there are. */
export const samplePoints: number = ranges.length + wholePoints;

/** How many points follow on these for functions that are constant over stretches: all whole numbers from 1. */
export const everyWhole: number = wholePoints * wholeRange;

/** The value of a symbol at a point, which is counted from 0; `NaN` beyond the last. */
export function symbolValue(name: string, index: number): Complex {
  return constants.get(name) ?? real(variableValue(name, index));
}

// Each variable goes through whole numbers in an order of its own, or two of them would always be close.
function variableValue(name: string, index: number): number {
  const share = hash(`${index} ${name}`);
  const [from, to] = ranges[index] ?? [];
  if (from !== undefined && to !== undefined) return from + (to - from) * share;
  if (index < samplePoints) {
    return 1 + wholeRange * ordered(name, index, wholePoints) + Math.floor(wholeRange * share);
  }
  return index < samplePoints + everyWhole ? 1 + ordered(name, index, everyWhole) : NaN;
}

/** Goes through all numbers below a count, 16 or 96, as an index does. */
function ordered(name: string, index: number, count: number): number {
  const stride = strides[Math.floor(strides.length * hash(`stride ${name}`))] ?? 1;
  return (index * stride + Math.floor(count * hash(`start ${name}`))) % count;
}

/** Numbers that have no divisor together with 96. */
const strides: readonly number[] = [1, 5, 7, 11, 13, 17, 19, 23, 25, 29, 31, 35, 37, 41, 43, 47];

/** Whether an expression has a function that is constant over stretches, or depends on divisors. */
export function hasSteps(expression: Expression): boolean {
  return expression.kind === "call" && (stepped.has(expression.head) || expression.args.some(hasSteps));
}

const stepped: ReadonlySet<string> = new Set("Floor Ceil Mod GCD LCM".split(" "));

/**
 * Whether an expression has variables or functions that are not known, and whether it has the imaginary unit. What a sum or
 * product runs over is no variable.
 */
export function contents(
  expression: Expression,
  bound: ReadonlySet<string> = new Set(),
): { readonly variables: boolean; readonly imaginary: boolean } {
  if (expression.kind === "number") return { variables: false, imaginary: false };
  if (expression.kind === "symbol") {
    const constant = constants.get(expression.name);
    return {
      variables: constant === undefined && !bound.has(expression.name),
      imaginary: constant?.[1] === 1 && !bound.has(expression.name),
    };
  }
  const { head, args } = expression;
  const [, range] = args;
  const [running] = (head === "Sum" || head === "Product") && range?.kind === "call" ? range.args : [];
  const within = running?.kind === "symbol" ? new Set([...bound, running.name]) : bound;
  const inner = args.map((arg) => contents(arg, within));
  return {
    variables: inner.some(({ variables }) => variables),
    imaginary: inner.some(({ imaginary }) => imaginary),
  };
}

/** A number in [0, 1) that follows from a text. */
export function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
  state = Math.imul(state ^ (state >>> 12), 0x297a2d39);
  return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32;
}
