/**
 * Whether two measures are the same: percentages, quantities with units, digits in a base, residues, ratios.
 *
 * @module
 */
import type { Answer } from "./answer.ts";
import { type Comparison, type Of, sameItem } from "./comparison.ts";
import { absolute, divide, isSame, multiply, order, type Rational } from "./rational.ts";
import { contents } from "./symbol_value.ts";
import { isValue, latexOf, sameValue, valueOf } from "./same_value.ts";
import { readUnit } from "./units.ts";

/**
 * Percent beside percent is exact; beside a number it is that many hundredths, or the number that was asked in percent. A
 * number up to 1 was not: it is a share.
 */
export function samePercent(a: Answer, b: Answer, by: Comparison): boolean {
  if (a.kind === "percent" && b.kind === "percent") return by.same(a.value, b.value, by);
  const [percent, other] = a.kind === "percent" ? [a.value, b] : [b.kind === "percent" ? b.value : b, a];
  if (!isValue(percent) || !isValue(other)) return false;
  const plain = valueOf(other, by);
  const isShare = plain !== undefined && order(absolute(plain), one) <= 0 && plain.top !== 0n;
  if (!isShare && sameValue(percent, other, by)) return true;
  const hundredth: Answer = { kind: "expression", latex: `\\frac{${latexOf(percent)}}{100}` };
  return sameValue(hundredth, other, by);
}

const one: Rational = { top: 1n, bottom: 1n };

/** Units that are known must measure the same; a label that is no unit, or is left out, does not count. */
export function sameQuantity(a: Answer, b: Answer, by: Comparison): boolean {
  if (a.kind !== "quantity" || b.kind !== "quantity") {
    const [quantity, other] = a.kind === "quantity" ? [a, b] : [b, a];
    return quantity.kind === "quantity" && by.same(quantity.value, other, by);
  }
  const [one, two] = [unitOf(a.unit), unitOf(b.unit)];
  if (one === undefined && two === undefined) return by.same(a.value, b.value, by);
  if (one?.dimension !== two?.dimension || one === undefined || two === undefined) return false;
  if (isSame(one.size, two.size)) return by.same(a.value, b.value, by);
  const [x, y] = [a.value, b.value].map((value) => isValue(value) ? valueOf(value, by) : undefined);
  const [u, v] = [x && multiply(x, one.size), y && multiply(y, two.size)];
  return u !== undefined && v !== undefined && isSame(u, v);
}

/** The unit of a label: the whole of it, or else its first word that is one, as in `hours ago`. */
function unitOf(label: string): ReturnType<typeof readUnit> {
  return readUnit(label) ?? readUnit(label.split(/\s+/)[0] ?? "");
}

/** Digits in bases by their value; digits without a base are meant in the one that was asked for. */
export function sameBased(a: Answer, b: Answer): boolean {
  if (a.kind === "based" && b.kind === "based") {
    const [x, y] = [inBase(a), inBase(b)];
    return x === undefined || y === undefined ? a.digits === b.digits && a.base === b.base : x === y;
  }
  const [based, plain] = a.kind === "based" ? [a, b] : [b, a];
  return based.kind === "based" && plain.kind === "number" && plain.value.bottom === 1n &&
    String(plain.value.top) === based.digits.replace(/^0+(?=\d)/, "");
}

/** The value of digits in their base; `undefined` if one is too large for it. */
function inBase({ digits, base }: Of<"based">): bigint | undefined {
  let value = 0n;
  for (const digit of digits) {
    const worth = parseInt(digit, 36);
    if (!(worth < base)) return undefined;
    value = value * BigInt(base) + BigInt(worth);
  }
  return value;
}

/** Ratios in proportion; a ratio of two beside a value is their quotient. */
export function sameRatio(a: Answer, b: Answer, by: Comparison): boolean {
  if (a.kind === "ratio" && b.kind === "ratio") {
    const { length } = a.items;
    if (b.items.length !== length) return false;
    if (a.items.every((item, at) => sameItem(item, b.items[at], by))) return true;
    const [x, y] = [quotients(a, by), quotients(b, by)];
    return x !== undefined && y !== undefined && x.every((each, at) => {
      const other = y[at];
      return other !== undefined && isSame(each, other);
    });
  }
  const [ratio, other] = a.kind === "ratio" ? [a, b] : [b, a];
  if (ratio.kind !== "ratio" || ratio.items.length !== 2 || !isValue(other)) return false;
  const [top, bottom] = ratio.items;
  if (top === undefined || bottom === undefined || !isValue(top) || !isValue(bottom)) {
    return bottom !== undefined && isValue(bottom) && sameValue(bottom, other, by) && !isConstant(top, by);
  }
  const quotient: Answer = { kind: "expression", latex: `\\frac{${latexOf(top)}}{${latexOf(bottom)}}` };
  return sameValue(quotient, other, by);
}

/** Whether an answer is a value without variables. */
function isConstant(answer: Answer | undefined, { reader }: Comparison): boolean {
  if (answer?.kind === "number") return true;
  if (answer?.kind !== "expression") return false;
  const expression = reader.read(answer.latex);
  return expression !== undefined && !contents(expression).variables;
}

/** Each item as a share of the first; `undefined` if one is 0 or no constant. */
function quotients({ items }: Of<"ratio">, by: Comparison): Rational[] | undefined {
  const values = items.map((item) => isValue(item) ? valueOf(item, by) : undefined);
  const [first] = values;
  const shares = values.map((value) => value && value.top !== 0n && first ? divide(value, first) : undefined);
  const known = shares.filter((share) => share !== undefined);
  return known.length === items.length ? known : undefined;
}

/** Residues by their modulus as well; beside a value, the modulus is the one that was asked for. */
export function sameResidue(a: Answer, b: Answer, by: Comparison): boolean {
  if (a.kind === "residue" && b.kind === "residue") {
    return by.same(a.value, b.value, by) && by.same(a.modulus, b.modulus, by);
  }
  const [residue, other] = a.kind === "residue" ? [a, b] : [b, a];
  return residue.kind === "residue" && by.same(residue.value, other, by);
}
