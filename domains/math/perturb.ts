import type { Problem } from "./problems/problem.ts";

/** An answer that no problem has, for answers of which nothing nearer is surely wrong. */
const farOff = "987654321";

/**
 * Answers near to the known-good one that are surely wrong. For an integer: one more, one less, the other sign, another
 * digit; for a fraction or a decimal one more above the line or in front of the point; for the rest a number that is no
 * problem's answer. What lies within the problem's tolerance is left out.
 *
 * @example
 * ```ts
 * import { perturbedAnswers } from "exitlab/domains/math/perturb.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(perturbedAnswers({ problem: "", answer: "72" }), ["73", "71", "-72", "77"]);
 * assert.deepEqual(perturbedAnswers({ problem: "", answer: "\\frac{14}{3}" }), ["\\frac{15}{3}"]);
 * assert.deepEqual(perturbedAnswers({ problem: "", answer: "\\text{Tuesday}" }), ["987654321"]);
 * ```
 */
export function perturbedAnswers({ answer, tolerance = 0 }: Problem): string[] {
  const plain = answer.trim().replace(/^\$(.*)\$$/s, "$1").trim();
  const furthest = typeof tolerance === "number" ? tolerance : Math.max(0, ...tolerance);
  const digits = /^-?\d{1,3}(,\d{3})+$/.test(plain) ? plain.replaceAll(",", "") : plain;
  const near = /^-?\d+$/.test(digits) ? nearIntegers(digits) : nearFraction(digits);
  const sure = near.filter((text) => furthest === 0 || Math.abs(Number(text) - Number(digits)) > furthest);
  return sure.length > 0 ? sure : [farOff];
}

function nearIntegers(text: string): string[] {
  const value = BigInt(text);
  const near = [value + 1n, value - 1n, -value, otherDigit(value)];
  return [...new Set(near)].filter((other) => other !== value).map(String);
}

/** The number with the digit in its middle moved by five. */
function otherDigit(value: bigint): bigint {
  const digits = String(value < 0n ? -value : value);
  const at = Math.floor(digits.length / 2);
  const digit = (Number(digits[at]) + 5) % 10;
  const other = BigInt(`${digits.slice(0, at)}${digit}${digits.slice(at + 1)}`);
  return value < 0n ? -other : other;
}

function nearFraction(text: string): string[] {
  const [, before, whole, after] = /^(-?(?:\\[dt]?frac\{)?)(\d+)(\}\{\d+\}|\.\d+|\/\d+)$/.exec(text) ?? [];
  if (before === undefined || whole === undefined || after === undefined) return [];
  return [`${before}${BigInt(whole) + 1n}${after}`];
}
