import { add, divide, multiply, negate, type Rational, rational } from "./rational.ts";
import type { NumberAnswer } from "./answer.ts";

/** The most digits of a number, and the largest power of ten. */
const mostDigits = 2_000;

const decimal = String.raw`\d+(?:\.\d*)?|\.\d+`;
const decimalForm = new RegExp(`^(${decimal})$`);
const scientificForm = new RegExp(
  String.raw`^(?:(${decimal})\s*(?:\\times|\\cdot)\s*)?10\s*\^\s*(?:\{\s*([+-]?\d+)\s*\}|(\d))$`,
);
const exponentForm = new RegExp(String.raw`^(${decimal})[eE]([+-]?\d+)$`);
const repeatingForm = /^(\d*)\.(\d*)\s*\\(?:overline|bar|dot)\s*(?:\{\s*(\d+)\s*\}|(\d))$/;
const fractionForm = /^\\frac\s*(?:\{\s*(-?\d+)\s*\}|(\d))\s*(?:\{\s*(-?\d+)\s*\}|(\d))$/;
const slashForm = new RegExp(String.raw`^(${decimal})\s*\/\s*(${decimal})$`);
const mixedForm = /^(\d+)\s*(\\frac\s*(?:\{\s*\d+\s*\}|\d)\s*(?:\{\s*\d+\s*\}|\d))$/;
const mixedSlashForm = /^(\d+)\s+(\d+)\s*\/\s*(\d+)$/;

/**
 * A number that is written out, in normal form; `undefined` for anything else.
 *
 * @example
 * ```ts
 * import { readNumber } from "exitlab/domains/math/answer/number_text.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(readNumber("3\\frac{1}{2}")?.value, { top: 7n, bottom: 2n });
 * assert.deepEqual(readNumber("-0.50"), { kind: "number", value: { top: -1n, bottom: 2n }, places: 2 });
 * assert.equal(readNumber("\\pi"), undefined);
 * ```
 */
export function readNumber(text: string): NumberAnswer | undefined {
  if (text.length > mostDigits) return undefined;
  const signed = /^([+-])\s*(.*)$/s.exec(text);
  if (signed !== null) {
    const size = readUnsigned(signed[2] ?? "");
    return size && (signed[1] === "-" ? { ...size, value: negate(size.value) } : size);
  }
  return readUnsigned(text);
}

function readUnsigned(text: string): NumberAnswer | undefined {
  const plain = decimalForm.exec(text)?.[1];
  if (plain !== undefined) {
    const places = plain.split(".")[1]?.length ?? null;
    return number(decimalValue(plain), places);
  }
  return number(
    scientific(text) ?? repeating(text) ?? fraction(text) ?? slashFraction(text) ?? mixed(text),
    null,
  );
}

function number(value: Rational | undefined, places: number | null): NumberAnswer | undefined {
  return value && { kind: "number", value, places };
}

function scientific(text: string): Rational | undefined {
  const written = scientificForm.exec(text);
  const [mantissa, exponent] = written === null
    ? exponentForm.exec(text)?.slice(1) ?? []
    : [written[1] ?? "1", written[2] ?? written[3]];
  if (mantissa === undefined || exponent === undefined || Math.abs(Number(exponent)) > mostDigits) {
    return undefined;
  }
  const value = decimalValue(mantissa);
  const scale = rational(10n ** BigInt(Math.abs(Number(exponent))));
  if (value === undefined || scale === undefined) return undefined;
  return Number(exponent) < 0 ? divide(value, scale) : multiply(value, scale);
}

/** A decimal whose last digits go on for ever: they are so many nines of what they are alone. */
function repeating(text: string): Rational | undefined {
  const [, whole, first = "", marked, single] = repeatingForm.exec(text) ?? [];
  const digits = marked ?? single;
  if (whole === undefined || digits === undefined) return undefined;
  const start = decimalValue(`${whole === "" ? "0" : whole}.${first}`);
  const rest = rational(BigInt(digits), (10n ** BigInt(digits.length) - 1n) * 10n ** BigInt(first.length));
  return start && rest && add(start, rest);
}

function fraction(text: string): Rational | undefined {
  const parts = fractionForm.exec(text);
  if (parts === null) return undefined;
  return rational(BigInt(parts[1] ?? parts[2] ?? 0), BigInt(parts[3] ?? parts[4] ?? 0));
}

function slashFraction(text: string): Rational | undefined {
  const [, top, bottom] = slashForm.exec(text) ?? [];
  const [above, below] = [decimalValue(top), decimalValue(bottom)];
  return above && below && divide(above, below);
}

/** A whole number and a fraction below 1 beside it. */
function mixed(text: string): Rational | undefined {
  const [, whole, part] = mixedForm.exec(text) ?? [];
  const [, plainWhole, top, bottom] = mixedSlashForm.exec(text) ?? [];
  const base = decimalValue(whole ?? plainWhole);
  const rest = part !== undefined ? fraction(part) : top && rational(BigInt(top), BigInt(bottom ?? 0));
  if (!base || !rest || rest.top >= rest.bottom) return undefined;
  return add(base, rest);
}

function decimalValue(text: string | undefined): Rational | undefined {
  if (text === undefined) return undefined;
  const [whole = "", part = ""] = text.split(".");
  return rational(BigInt(`0${whole}${part}`), 10n ** BigInt(part.length));
}
