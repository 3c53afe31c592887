import { failure, itemsOf } from "../attributes.ts";
import { asKey } from "../arguments.ts";
import { add, asNumber, compare, divide, multiply, subtract } from "../python/arithmetic.ts";
import { equal } from "../python/equal.ts";
import { PythonError } from "../python/error.ts";
import { roundFloat, roundInt } from "../python/rational.ts";
import { str } from "../python/text.ts";
import { dict, type PyDict, PyOpaque, type PyValue, truthy } from "../python/value.ts";
import { method, type Simulator } from "../simulator.ts";
import { decimalRoot } from "./decimal_root.ts";
import { shown } from "./limits.ts";
import { logarithmToBase } from "./logarithm.ts";
import { power } from "./power.ts";
import { conversions, metres } from "./units.ts";

/** More digits than anyone asks for would take longer than anyone waits. */
const mostDigits = 2000;

const bothNumbers = "Both inputs must be numbers";
const allNumbers = "All elements in the list must be numbers";

type Calculate = (args: readonly PyValue[]) => PyValue;

/** A calculator. It has no state. */
export const mathApi: Simulator = {
  name: "MathAPI",
  methods: new Map([
    ["absolute_value", calculation(["number"], "Input must be a number", absolute)],
    ["add", calculation(["a", "b"], bothNumbers, ([a = null, b = null]) => sum(a, b))],
    [
      "divide",
      calculation(["a", "b"], bothNumbers, ([a = null, b = null]) => {
        return equal(b, 0n) ? failure("Cannot divide by zero") : answer(divide(a, b));
      }),
    ],
    ["imperial_si_conversion", method(["value", "unit_in", "unit_out"], convertImperial)],
    ["logarithm", method(["value", "base", "precision"], logarithm)],
    ["max_value", ofList("find maximum", (items) => extreme(items, 1))],
    ["mean", ofList("calculate mean", (items) => mean(items))],
    ["min_value", ofList("find minimum", (items) => extreme(items, -1))],
    [
      "multiply",
      calculation(["a", "b"], bothNumbers, (args) => {
        const [a, b] = numbers(args);
        return answer(multiply(a, b));
      }),
    ],
    [
      "percentage",
      calculation(["part", "whole"], bothNumbers, (args) => {
        // A whole of zero is told before a part that is no number.
        if (equal(args[1] ?? null, 0n)) return failure("Whole value cannot be zero");
        const [part, whole] = numbers(args);
        return answer(divide(part, whole) * 100);
      }),
    ],
    [
      "power",
      calculation(["base", "exponent"], bothNumbers, (args) => {
        const [base, exponent] = numbers(args);
        return answer(power(base, exponent));
      }),
    ],
    ["round_number", method(["number", ["decimal_places", 0n]], round)],
    ["si_unit_conversion", method(["value", "unit_in", "unit_out"], convertSi)],
    ["square_root", method(["number", "precision"], root)],
    ["standard_deviation", ofList("calculate standard deviation", deviation)],
    [
      "subtract",
      calculation(["a", "b"], bothNumbers, (args) => {
        const [a, b] = numbers(args);
        return answer(subtract(a, b));
      }),
    ],
    ["sum_values", ofList("calculate sum", summed)],
  ]),
  load: () => dict(),
};

/** A method that says so when its arguments are of the wrong type. */
function calculation(
  names: readonly string[],
  otherwise: string,
  calculate: Calculate,
): ReturnType<typeof method> {
  return method(names, (_self, args) => {
    try {
      return calculate(args);
    } catch (error) {
      if (error instanceof PythonError && error.kind === "TypeError") return failure(otherwise);
      throw error;
    }
  });
}

/** A method on a list, which is not to be empty. */
function ofList(doing: string, calculate: (items: readonly PyValue[]) => PyValue): ReturnType<typeof method> {
  return calculation(["numbers"], allNumbers, ([list = null]) => {
    if (!truthy(list)) return failure(`Cannot ${doing} of an empty list`);
    return answer(calculate(itemsOf(list)));
  });
}

function absolute([number = null]: readonly PyValue[]): PyValue {
  const [value] = numbers([number, 0n]);
  return answer(typeof value === "bigint" ? (value < 0n ? -value : value) : Math.abs(value));
}

function sum(a: PyValue, b: PyValue): PyValue {
  return answer(Array.isArray(a) && Array.isArray(b) ? [...a, ...b] : add(a, b));
}

function summed(items: readonly PyValue[]): PyValue {
  return items.reduce((before, item) => add(before, item), 0n);
}

function mean(items: readonly PyValue[]): number {
  return divide(summed(items), BigInt(items.length));
}

function deviation(items: readonly PyValue[]): number {
  const middle = mean(items);
  const squares = items.map((item) => {
    const apart = Number(subtract(item, middle));
    const square = apart ** 2;
    if (square === Infinity && Number.isFinite(apart)) {
      throw new PythonError("OverflowError", "(34, 'Numerical result out of range')");
    }
    return square;
  });
  return Math.sqrt(squares.reduce((total, square) => total + square, 0) / items.length);
}

function extreme(items: readonly PyValue[], sign: 1 | -1): PyValue {
  return items.reduce((best, item) => compare(item, best, sign > 0 ? ">" : "<") * sign > 0 ? item : best);
}

function round(_self: PyDict, [number = null, places = null]: readonly PyValue[]): PyDict {
  const value = asNumber(number);
  const digits = places === null ? 0n : typeof places === "boolean" ? BigInt(places) : places;
  if (value === undefined || typeof digits !== "bigint") {
    return failure("First input must be a number, second input must be an integer");
  }
  if (typeof value === "bigint") return answer(roundInt(value, Number(digits)));
  if (places === null) {
    if (!Number.isFinite(value)) {
      throw new PythonError("OverflowError", "cannot convert float infinity to integer");
    }
    return dict({ result: BigInt(roundFloat(value, 0)) });
  }
  return dict({ result: Number.isFinite(value) ? roundFloat(value, Number(digits)) : value });
}

function root(_self: PyDict, [number = null, precision = null]: readonly PyValue[]): PyDict {
  const invalid = "Input must be a number or computation resulted in an invalid operation";
  const value = typeof number === "string" ? undefined : asNumber(number);
  if (value === undefined || Number.isNaN(value)) return failure(invalid);
  if (value < 0) return failure("Cannot calculate square root of a negative number");
  const digits = typeof precision === "boolean" ? BigInt(precision) : precision;
  if (typeof digits !== "bigint") return failure(invalid);
  if (digits < 1n) throw new PythonError("ValueError", "valid range for prec is [1, MAX_PREC]");
  if (value === Infinity) return dict({ result: new PyOpaque("Decimal('Infinity')") });
  if (digits > mostDigits) {
    throw new PythonError("OverflowError", `precision of at most ${mostDigits} digits`);
  }
  return dict({ result: new PyOpaque(`Decimal('${decimalRoot(value, Number(digits))}')`) });
}

function logarithm(
  _self: PyDict,
  [value = null, base = null, precision = null]: readonly PyValue[],
): PyDict {
  try {
    return dict({ result: logarithmToBase(value, base, precision) });
  } catch (error) {
    if (error instanceof PythonError) return failure(error.message);
    throw error;
  }
}

function convertSi(_self: PyDict, [value = null, from = null, to = null]: readonly PyValue[]): PyDict {
  const number = asNumber(value);
  if (number === undefined) return failure("Value must be a number");
  const given = lengthOf(from);
  const wanted = given === undefined ? undefined : lengthOf(to);
  if (given === undefined || wanted === undefined) return unsupported(from, to);
  return converted(number, (length) => length * given * (1 / wanted));
}

/** A conversion of a number, told as an error where it is an int beyond all floats. */
function converted(number: bigint | number, convert: (value: number) => number): PyDict {
  const value = Number(number);
  if (typeof number === "bigint" && !Number.isFinite(value)) {
    return failure("Conversion resulted in a value too large to represent");
  }
  return dict({ result: convert(value) });
}

function lengthOf(unit: PyValue): number | undefined {
  const name = asKey(unit);
  return typeof name === "string" ? metres.get(name) : undefined;
}

function convertImperial(_self: PyDict, [value = null, from = null, to = null]: readonly PyValue[]): PyDict {
  const number = asNumber(value);
  if (number === undefined) return failure("Value must be a number");
  if (str(from) === str(to)) return dict({ result: value });
  const convert = conversions.get(`${str(from)}-${str(to)}`);
  return convert === undefined ? unsupported(from, to) : converted(number, convert);
}

function unsupported(from: PyValue, to: PyValue): PyDict {
  return failure(`Conversion from '${str(from)}' to '${str(to)}' is not supported`);
}

/** A result, where it can be shown. */
function answer(result: PyValue): PyDict {
  return dict({ result: typeof result === "bigint" ? shown(result) : result });
}

/** Two numbers. @throws {PythonError} If one is none. */
function numbers([first = null, second = null]: readonly PyValue[]): [bigint | number, bigint | number] {
  const [a, b] = [asNumber(first), asNumber(second)];
  if (a === undefined || b === undefined) throw new PythonError("TypeError", "expected two numbers");
  return [a, b];
}
