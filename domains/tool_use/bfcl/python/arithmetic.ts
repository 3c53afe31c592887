import { PythonError } from "./error.ts";
import { quotient, toFloat } from "./to_float.ts";
import { isNumber, type PyValue, typeName } from "./value.ts";

/** `left + right` of numbers or of texts: an int where both are ints. @throws {PythonError} As Python. */
export function add(left: PyValue, right: PyValue): bigint | number | string {
  if (typeof left === "string" && typeof right === "string") return left + right;
  return operate("+", left, right, (a, b) => a + b, (a, b) => a + b);
}

/** `left - right`. @throws {PythonError} As Python, if one is no number. */
export function subtract(left: PyValue, right: PyValue): bigint | number {
  return operate("-", left, right, (a, b) => a - b, (a, b) => a - b);
}

/** `left * right` of numbers. @throws {PythonError} As Python, if one is no number. */
export function multiply(left: PyValue, right: PyValue): bigint | number {
  return operate("*", left, right, (a, b) => a * b, (a, b) => a * b);
}

/** `left / right`, always a float. @throws {PythonError} As Python, if one is no number or the divisor is 0. */
export function divide(left: PyValue, right: PyValue): number {
  const [a, b] = [numeric("/", left, right, left), numeric("/", left, right, right)];
  if (Number(b) === 0) {
    const floats = typeof a === "number" || typeof b === "number";
    throw new PythonError("ZeroDivisionError", floats ? "float division by zero" : "division by zero");
  }
  return typeof a === "bigint" && typeof b === "bigint" ? quotient(a, b) : toFloat(a) / toFloat(b);
}

/** `-1`, `0` or `1` as `left` is less than, equal to or greater than `right`; `NaN` if neither. @throws {PythonError} As Python's `<` does. */
export function compare(left: PyValue, right: PyValue, operator: string = "<"): number {
  if (typeof left === "string" && typeof right === "string") return left < right ? -1 : left > right ? 1 : 0;
  const [a, b] = [asNumber(left), asNumber(right)];
  if (a === undefined || b === undefined) {
    throw new PythonError(
      "TypeError",
      `'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`,
    );
  }
  // deno-lint-ignore eqeqeq
  return a < b ? -1 : a > b ? 1 : a == b ? 0 : NaN;
}

/** `float(value)`. @throws {PythonError} As Python. */
export function float(value: PyValue): number {
  const number = asNumber(value);
  if (number !== undefined) return toFloat(number);
  if (typeof value !== "string") {
    throw new PythonError(
      "TypeError",
      `float() argument must be a string or a real number, not '${typeName(value)}'`,
    );
  }
  const text = value.trim();
  const special = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i.exec(text);
  if (special !== null) return special[2] === undefined ? NaN : special[1] === "-" ? -Infinity : Infinity;
  if (!/^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    throw new PythonError("ValueError", `could not convert string to float: '${value}'`);
  }
  return Number(text.replaceAll("_", ""));
}

/** The number of a value, where Python lets it stand for one: a bool is 0 or 1. */
export function asNumber(value: PyValue): bigint | number | undefined {
  if (typeof value === "boolean") return value ? 1n : 0n;
  return isNumber(value) ? value : undefined;
}

function numeric(operator: string, left: PyValue, right: PyValue, value: PyValue): bigint | number {
  const number = asNumber(value);
  if (number !== undefined) return number;
  throw new PythonError(
    "TypeError",
    `unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`,
  );
}

function operate(
  operator: string,
  left: PyValue,
  right: PyValue,
  ints: (a: bigint, b: bigint) => bigint,
  floats: (a: number, b: number) => number,
): bigint | number {
  const [a, b] = [numeric(operator, left, right, left), numeric(operator, left, right, right)];
  if (typeof a === "bigint" && typeof b === "bigint") return ints(a, b);
  return floats(toFloat(a), toFloat(b));
}
