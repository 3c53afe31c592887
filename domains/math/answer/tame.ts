import { size } from "./complex.ts";
import type { Expression } from "./expression.ts";
import { sampleValue } from "./sample_value.ts";
import { fullWork } from "./work.ts";

/** The largest number that many digits are asked of. */
const largest = 1e300;

/**
 * Whether many digits of a constant can be had in no time: it is made of arithmetic, roots and elementary functions, and
 * neither it nor a part of it is too large for a double.
 */
export function isTame(expression: Expression): boolean {
  if (expression.kind !== "call") return true;
  if (!tame.has(expression.head)) return false;
  const { value } = sampleValue(expression, { index: 0, realOnly: false, work: fullWork() });
  return size(value) < largest && expression.args.every(isTame);
}

const tame: ReadonlySet<string> = new Set([
  ..."Add Subtract Negate Multiply InvisibleOperator Delimiter Divide Rational Power Sqrt Root Square Exp Ln Abs"
    .split(" "),
  ..."Sin Cos Tan Arcsin Arccos Arctan".split(" "),
]);
