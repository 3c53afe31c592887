import { ComputeEngine } from "@cortex-js/compute-engine";
import { readNumber } from "./number_text.ts";
import type { Rational } from "./rational.ts";
import { isTame } from "./tame.ts";

/** An expression as MathJSON: a number, a symbol, or a function and its arguments. */
export type Expression =
  | { readonly kind: "number"; readonly digits: string }
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "call"; readonly head: string; readonly args: readonly Expression[] };

/** Real and imaginary part of a constant. */
type Digits = readonly [real: string, imaginary: string];

/** The most characters of an expression. */
const longest = 1_000;

/** Numbers that would be spelt out at length. */
const longNumber = /\d[eE][-+]?\d{4}|\d{400}/;

/** The most expressions that are remembered. */
const remembered = 4_096;

/**
 * Reads expressions with the parser of Compute Engine, and asks it for values of many digits. Only its raw form is used: what
 * is written, before anything is simplified or evaluated, so that no expression can make reading slow.
 */
export class ExpressionReader {
  readonly #engine = new ComputeEngine();
  readonly #known = new Map<string, Expression | undefined>();
  readonly #digits = new Map<string, Digits | undefined>();

  constructor() {
    this.#engine.precision = digits;
  }

  /** The expression that LaTeX in normal form says; `undefined` if it says none. */
  read(latex: string): Expression | undefined {
    if (this.#known.has(latex)) return this.#known.get(latex);
    const read = latex.length > longest || longNumber.test(latex) ? undefined : this.#parse(latex);
    if (this.#known.size >= remembered) this.#known.clear();
    this.#known.set(latex, read);
    return read;
  }

  /**
   * The value of a constant to 60 digits, real and imaginary part; `undefined` if it has none, or is made of more than
   * arithmetic, roots and elementary functions of moderate size.
   */
  digits(latex: string): Digits | undefined {
    if (this.#digits.has(latex)) return this.#digits.get(latex);
    const found = this.#findDigits(latex);
    if (this.#digits.size >= remembered) this.#digits.clear();
    this.#digits.set(latex, found);
    return found;
  }

  #findDigits(latex: string): Digits | undefined {
    const expression = this.read(latex);
    if (expression === undefined || !isTame(expression)) return undefined;
    const value = this.#evaluate(latex);
    if (value?.kind === "number") return [value.digits, "0"];
    if (value?.kind !== "call" || value.head !== "Complex") return undefined;
    const [real, imaginary] = value.args;
    return real?.kind === "number" && imaginary?.kind === "number"
      ? [real.digits, imaginary.digits]
      : undefined;
  }

  /** The real value of a constant, cut to 60 digits; `undefined` if it has none. */
  value(latex: string): Rational | undefined {
    const [real = "", imaginary] = this.digits(latex) ?? [];
    return imaginary === "0" ? readNumber(real)?.value : undefined;
  }

  #evaluate(latex: string): Expression | undefined {
    try {
      return narrow(this.#engine.parse(forEngine(latex)).N().json, 0);
    } catch {
      return undefined;
    }
  }

  #parse(latex: string): Expression | undefined {
    try {
      return narrow(this.#engine.parse(forEngine(latex), { form: "raw" }).json, 0);
    } catch {
      // The parser is not made for everything that a policy writes.
      return undefined;
    }
  }
}

/** Significant digits that constants are compared to. */
export const digits = 60;

/** The line between two points, each a capital letter. */
const segment = /\\(?:overline|bar)\s*\{((?:\s*[A-Z](?:_\{?\w\}?|')*){2}\s*)\}/g;

/** LaTeX in normal form, without what the parser of Compute Engine reads in another way than people write. */
function forEngine(latex: string): string {
  return latex
    .replaceAll(/(?<![\d.\\a-zA-Z}^_]|\\sqrt\s*)(\d+)\s*\/\s*(\d+)(?![\d.])/g, "\\frac{$1}{$2}")
    .replaceAll(/(\d+(?:\.\d+)?|[a-z]|\\[a-z]+)\s*\^\\circ/g, "(\\frac{$1\\pi}{180})")
    .replaceAll(/\\arc(sin|cos|tan)/g, "\\arc$1 ")
    .replaceAll(/\\(?:vec|overrightarrow|underline)\s*\{([^{}]*)\}/g, "{$1}")
    .replaceAll(segment, "{$1}")
    // A bar over anything else says another thing: a conjugate, a mean, digits of a number.
    .replaceAll(/\\bar(?![a-zA-Z])/g, "\\overline")
    .replaceAll(/'/g, "_{p}");
}

/** The most functions within functions. */
const deepest = 60;

function narrow(json: unknown, depth: number): Expression | undefined {
  if (depth > deepest) return undefined;
  if (typeof json === "number") return { kind: "number", digits: plainDigits(json) };
  if (typeof json === "string") return { kind: "symbol", name: json };
  if (Array.isArray(json)) return narrowCall(json, depth);
  if (typeof json !== "object" || json === null) return undefined;
  if ("num" in json && typeof json.num === "string") return { kind: "number", digits: json.num };
  if ("sym" in json && typeof json.sym === "string") return { kind: "symbol", name: json.sym };
  if ("str" in json && typeof json.str === "string") return { kind: "symbol", name: `"${json.str}"` };
  return "fn" in json ? narrow(json.fn, depth) : undefined;
}

function narrowCall(json: readonly unknown[], depth: number): Expression | undefined {
  const [head, ...rest] = json;
  if (typeof head !== "string") return undefined;
  if (head === "Error") return unknownCommand(rest);
  if (head === "__unit__") return { kind: "symbol", name: JSON.stringify(rest) };
  const args: Expression[] = [];
  for (const each of rest) {
    const arg = narrow(each, depth + 1);
    if (arg === undefined) return undefined;
    args.push(arg);
  }
  return { kind: "call", head, args };
}

/** A command that the parser does not know stands for itself; any other error is one. */
function unknownCommand([code, where]: readonly unknown[]): Expression | undefined {
  if (code !== "'unexpected-command'" || !Array.isArray(where)) return undefined;
  const [, name] = where;
  return typeof name === "string" ? { kind: "symbol", name } : undefined;
}

/** The digits of a double as it was written: its shortest form, without an exponent. */
function plainDigits(value: number): string {
  return Number.isFinite(value) ? String(value) : "NaN";
}
