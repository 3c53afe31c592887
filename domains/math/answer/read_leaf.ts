/**
 * Answers without a list, a relation or a bracket around the whole: numbers, units, words, expressions.
 *
 * @module
 */
import type { Answer, ExpressionAnswer, NumberAnswer } from "./answer.ts";
import { readNumber } from "./number_text.ts";
import { multiply } from "./rational.ts";
import { splitTop } from "./scan.ts";
import { readUnit } from "./units.ts";

/** Reads a part of an answer. */
export type Read = (text: string) => Answer;

const currency = /^(?:\\?\$|€|£|¥|₹|USD|Rs\.?)\s*(?=[-+.\d\\({])/;
const currencyAfter = /\s*(\\?\$|€|£|¥|₹|¢)$/;
const percentAfter =
  /\s*(?:%|\\text\{\s*(?:percent|pct|percentage|per cent)\.?\s*\}|(?:percent|percentage|per cent|pct)\.?)$/;
const degreeAfter = /\s*(?:\^\\circ|\\text\{\s*degrees?\s*\}|degrees?|deg)$/;
const temperatureAfter = /\s*\^\\circ\s*(?:\\text\{\s*)?([CF])\s*\}?$/;
const basedForm =
  /^([0-9][0-9A-Z]*)\s*_\s*(?:\{\s*(?:\\text\{\s*)?(\d+|[a-z]+)\s*\}?\s*\}|(\d)|\\text\{\s*([a-z]+)\s*\})$/;
const baseWords: ReadonlyMap<string, number> = new Map([
  ..."two three four five six seven eight nine ten eleven twelve".split(" ").map((
    word,
    at,
  ): [string, number] => [
    word,
    at + 2,
  ]),
  ["sixteen", 16],
]);
/** Text at the end, with powers and quotients: a unit or another label. */
const textAfter = /\s*((?:\\text\{[^{}]*\}(?:\s*\^\s*(?:\{\s*-?\d\s*\}|\d))?(?:\s*(?:\/|\\cdot)\s*)?)+)$/;
/** A number and words that are text together: `\text{6 hours}`. */
const wholeMeasure = /^\\text\{\s*([-+]?(?:\\?\$)?[\d.,/]*\d\s+[a-zA-Z][a-zA-Z\s]*)\.?\s*\}$/;
/** Words at the end of a number. */
const wordsAfter =
  /^(.*(?:[\d}).]|\\pi))(\s*)((?:[a-zA-Z]{2,}|[mgshLNJWVAKCM](?![a-zA-Z]))(?:[a-zA-Z\s/.^{}\d-]*))$/;

const timeOfDay = /^\d{1,2}:\d{2}\s*(?:\\text\{\s*)?[ap]\.?\s?m\.?\s*\}?$/i;

/** Reads a leaf in normal form. */
export function readLeaf(text: string, read: Read): Answer {
  // Digits beside digits are no product, and no number that is known; a time of day is no ratio.
  if (/^\d+(?:\s+\d+)+$/.test(text) || timeOfDay.test(text)) return { kind: "text", text };
  return readNumber(text) ?? readMeasure(text, read) ?? readSpecial(text, read) ?? readWords(text) ??
    { kind: "expression", latex: text };
}

/** A value with a currency, a percent sign, a degree sign, a unit or another label. */
function readMeasure(text: string, read: Read): Answer | undefined {
  const [, wrapped] = wholeMeasure.exec(text) ?? [];
  if (wrapped !== undefined) return read(wrapped);
  const [money] = currency.exec(text) ?? [];
  if (money !== undefined) {
    return { kind: "quantity", value: read(text.slice(money.length)), unit: money.replace("\\", "").trim() };
  }
  const [after, sign] = currencyAfter.exec(text) ?? [];
  const before = (suffix: string): string => text.slice(0, -suffix.length).trim();
  if (after !== undefined && before(after) !== "") {
    return { kind: "quantity", value: read(before(after)), unit: (sign ?? "").replace("\\", "") };
  }
  const [percent] = percentAfter.exec(text) ?? [];
  if (percent !== undefined && isValue(before(percent))) {
    return { kind: "percent", value: read(before(percent)) };
  }
  const [temperature, scale] = temperatureAfter.exec(text) ?? [];
  if (temperature !== undefined && before(temperature) !== "") {
    return { kind: "quantity", value: read(before(temperature)), unit: `°${scale}` };
  }
  const [degree] = degreeAfter.exec(text) ?? [];
  const ofAngle = /\\(?:sin|cos|tan|cot|sec|csc)(?![a-z])/.test(text);
  if (degree !== undefined && !ofAngle && isValue(before(degree))) return read(before(degree));
  return readLabelled(text, read);
}

function readLabelled(text: string, read: Read): Answer | undefined {
  const [label, inText] = textAfter.exec(text) ?? [];
  if (label !== undefined) {
    const [, value = "", over = ""] = /^(.*?)\s*(\/?)$/s.exec(text.slice(0, -label.length).trim()) ?? [];
    if (!isValue(value)) return undefined;
    const unit = over + (inText ?? "").replaceAll(/\\text\{([^{}]*)\}/g, "$1").trim();
    return unit === "" ? read(value) : labelled(read(value), unit);
  }
  const [, value = "", gap = "", words = ""] = wordsAfter.exec(text) ?? [];
  const unit = words.trim();
  if (unit === "" || !isValue(value) || /\\(?!pi$)[a-zA-Z]*$/.test(value)) return undefined;
  const known = readUnit(unit) !== undefined || readUnit(unit.split(" ")[0] ?? "") !== undefined;
  const quantity = labelled(read(value), unit);
  const product: Answer = { kind: "expression", latex: text };
  const isWord = /^[a-zA-Z]{3,}/.test(unit);
  if (gap !== "" && isWord) return quantity;
  if (known) {
    return gap === "" && unit.length === 1 ? product : { kind: "either", readings: [quantity, product] };
  }
  return undefined;
}

const scales: ReadonlyMap<string, bigint> = new Map([
  ["thousand", 3n],
  ["million", 6n],
  ["billion", 9n],
  ["trillion", 12n],
]);

/** A value with a label; one that begins with a word such as "million" is so many of these. */
function labelled(value: Answer, label: string): Answer {
  const [first = "", ...rest] = label.split(/\s+/);
  const zeros = scales.get(first.toLowerCase().replace(/s$/, ""));
  if (zeros === undefined || (value.kind !== "number" && value.kind !== "expression")) {
    return { kind: "quantity", value, unit: label };
  }
  const scaled = times(value, 10n ** zeros);
  return rest.length === 0 ? scaled : { kind: "quantity", value: scaled, unit: rest.join(" ") };
}

function times(value: NumberAnswer | ExpressionAnswer, factor: bigint): Answer {
  if (value.kind === "expression") return { kind: "expression", latex: `(${value.latex})\\cdot ${factor}` };
  const product = multiply(value.value, { top: factor, bottom: 1n });
  return product === undefined ? value : { kind: "number", value: product, places: null };
}

/** Whether a text can be a value before a unit: it has a digit or a command, and does not end in an operator. */
function isValue(text: string): boolean {
  return /[\d\\a-zA-Z)}]/.test(text) && !/[-+*/^_=<>]$|\\(?:cdot|times|pm)$/.test(text);
}

const modulusAfter =
  /^(.+?)\s*(?:\\pmod\s*(?:\{([^{}]+)\}|(\w))|\(\s*(?:\\bmod|\\mod|\\text\{\s*mod\s*\}|mod)\s*\{?([^{}()]+)\}?\s*\))$/;

/** Digits in a base, residues, ±, ratios, matrices. */
function readSpecial(text: string, read: Read): Answer | undefined {
  const [, residue, ...moduli] = modulusAfter.exec(text) ?? [];
  const modulus = moduli.find((each) => each !== undefined);
  if (residue !== undefined && modulus !== undefined) {
    return { kind: "residue", value: read(residue), modulus: read(modulus) };
  }
  const [, digits, base, single, word] = basedForm.exec(text) ?? [];
  if (digits !== undefined) {
    const named = base ?? single ?? word ?? "";
    const value = /^\d+$/.test(named) ? Number(named) : baseWords.get(named);
    if (value !== undefined && value >= 2 && value <= 36) return { kind: "based", digits, base: value };
  }
  if (/\\(?:pm|mp)(?![a-zA-Z])/.test(text)) {
    const upper = text.replaceAll(/\\pm(?![a-zA-Z])/g, "+").replaceAll(/\\mp(?![a-zA-Z])/g, "-");
    const lower = text.replaceAll(/\\pm(?![a-zA-Z])/g, "-").replaceAll(/\\mp(?![a-zA-Z])/g, "+");
    return { kind: "list", items: [read(upper), read(lower)], all: false };
  }
  const terms = splitTop(text, new Set([":"]));
  if (terms.length > 1 && terms.every((term) => /[\da-zA-Z]/.test(term))) {
    return { kind: "ratio", items: terms.map(read) };
  }
  return readMatrix(text, read);
}

const matrixForm = /^\\begin\{([pbvBV]?matrix|smallmatrix|array)\}\s*(?:\{[lcr|\s]*\})?(.*)\\end\{\1\}$/s;

function readMatrix(text: string, read: Read): Answer | undefined {
  const [, kind, body] = matrixForm.exec(text) ?? [];
  if (body === undefined || kind === "vmatrix" || body.includes("\\begin")) return undefined;
  const lines = body.split(/\\\\(?:\[[^\]]*\])?|\\cr/).map((line) => line.replaceAll("\\hline", "").trim());
  const rows = lines.filter((line) => line !== "").map((line) => splitTop(line, new Set(["&"])).map(read));
  const width = rows[0]?.length;
  return rows.every((row) => row.length === width) ? { kind: "matrix", rows } : undefined;
}

/** Such as "January 5". */
const wordsAndNumber = /^(?:\p{L}{2,}\s+)*\p{L}{4,}\s+\d{1,4}(?:,\s*\d{4})?$/u;
const mathWord = /\\(?!text)[a-zA-Z]+/;

/** Words: within `\text{…}`, or letters alone. Up to three letters, each another, may be a product of variables as well. */
function readWords(text: string): Answer | undefined {
  if (wordsAndNumber.test(text)) return { kind: "text", text };
  const marked = text.includes("\\text{");
  const bare = text.replaceAll(/\\text\{([^{}]*)\}/g, " $1 ").replaceAll(/[{}]/g, " ").trim();
  if (bare === "" || mathWord.test(bare)) return undefined;
  if (marked && /[a-zA-Z]/.test(bare) && !/[=<>^_+]/.test(bare)) {
    const words: Answer = { kind: "text", text: bare };
    return bare.length === 1
      ? { kind: "either", readings: [words, { kind: "expression", latex: bare }] }
      : words;
  }
  const allowed = /\p{L}{3}/u.test(bare) ? /^[\p{L}\s.,'’:;!?"()-]+$/u : /^[\p{L}\s.]+$/u;
  if (!allowed.test(bare) || !/\p{L}/u.test(bare)) return undefined;
  const letters = bare.replaceAll(/\P{L}/gu, "");
  const words: Answer = { kind: "text", text: bare };
  // II is a numeral, or a name, and no square.
  const repeats = new Set(letters).size < letters.length;
  if (letters.length > 3 || repeats) return words;
  return { kind: "either", readings: [words, { kind: "expression", latex: text }] };
}
