import type { Json } from "../../json.ts";
import { exactNumber } from "./exact_json.ts";
import type { ToolCall } from "./tool.ts";

/** Deeper nesting than any call has is refused, so that no text can exhaust the stack. */
const deepest = 64;

const space = /(?:[ \t\r\n]|\\\n|#[^\n]*)*/y;
const identifier = /[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/y;
const number = /[+-]?(?:0[xX][\da-fA-F]+|(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d+)?)/y;
const opening = /([rRbBuU]?)("""|'''|"|')/y;

const words: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["True", true],
  ["False", false],
  ["None", null],
  ["true", true],
  ["false", false],
  ["null", null],
]);

const escapes: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["b", "\b"],
  ["f", "\f"],
  ["v", "\v"],
  ["a", "\x07"],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["\n", ""],
]);

/** What a text is, if it is not what was asked for. */
export class PythonSyntaxError extends Error {}

/** Reads calls and literals of Python's syntax. */
export class PythonReader {
  readonly #text: string;
  readonly #exact: boolean;
  #at = 0;

  /** Reads a text from its beginning; `exact` as in `readExactJson`. */
  constructor(text: string, exact: boolean) {
    this.#text = text;
    this.#exact = exact;
  }

  /**
   * Reads calls to the end of the text: one, several by commas, semicolons or lines, or a list of them.
   *
   * @throws {PythonSyntaxError} If there is anything else.
   */
  calls(): ToolCall[] {
    const calls: ToolCall[] = [];
    const listed = this.#takes("[");
    while (listed ? !this.#takes("]") : !this.#ended()) {
      calls.push(this.#call());
      this.#separator(listed);
    }
    if (!this.#ended()) throw this.#error("the end");
    return calls;
  }

  /** Goes beyond what parts a call from the next, if there is one. */
  #separator(listed: boolean): void {
    const from = this.#at;
    if (this.#takes(",")) return;
    if (listed) {
      if (!this.#sees("]")) throw this.#error('a comma or "]"');
    } else if (!this.#takes(";") && !this.#ended() && !/[\r\n]/.test(this.#text.slice(from, this.#at))) {
      throw this.#error("a comma, a semicolon or a new line");
    }
  }

  #call(): ToolCall {
    const name = this.#match(identifier)?.[0];
    if (name === undefined || !this.#takes("(")) throw this.#error("a call");
    const positional: Json[] = [];
    const named = new Map<string, Json>();
    while (!this.#takes(")")) {
      const before = this.#at;
      const key = this.#match(identifier)?.[0];
      // `a == b` is no argument of that name, but no literal either.
      if (key !== undefined && this.#takes("=")) {
        if (named.has(key)) throw this.#error(`"${key}" only once`);
        named.set(key, this.#value(0));
      } else {
        this.#at = before;
        if (named.size > 0) throw this.#error("an argument with a name");
        positional.push(this.#value(0));
      }
      if (!this.#takes(",") && !this.#sees(")")) throw this.#error("a comma or the end of the call");
    }
    // A class before a method's name is how some write it; names are unique without.
    return { name: name.split(".").at(-1) ?? name, arguments: Object.fromEntries(named), positional };
  }

  #value(depth: number): Json {
    if (depth > deepest) throw this.#error("less nesting");
    this.#skip();
    if (this.#takes("[")) return this.#items("]", depth);
    if (this.#takes("(")) return this.#tuple(depth);
    if (this.#takes("{")) return this.#dict(depth);
    const string = this.#string();
    if (string !== undefined) return string;
    const digits = this.#match(number)?.[0];
    if (digits !== undefined) return this.#number(digits);
    const word = this.#match(identifier)?.[0];
    const value = word === undefined ? undefined : words.get(word);
    if (value === undefined) throw this.#error("a literal");
    return value;
  }

  #number(text: string): Json {
    const plain = text.replaceAll("_", "").replace(/^\+/, "");
    const hexadecimal = /^(-?)(0[xX].*)$/.exec(plain);
    if (hexadecimal !== null) return Number(hexadecimal[2]) * (hexadecimal[1] === "-" ? -1 : 1);
    // Once these were octal numbers; zeros alone are nothing else.
    if (/^-?0+[1-9]\d*$/.test(plain)) throw this.#error("a number without zeros before it");
    const value = exactNumber(plain, this.#exact);
    if (typeof value === "number" && !Number.isFinite(value)) throw this.#error("a finite number");
    return value;
  }

  #items(end: "]" | ")", depth: number): Json[] {
    const items: Json[] = [];
    while (!this.#takes(end)) {
      items.push(this.#value(depth + 1));
      if (!this.#takes(",") && !this.#sees(end)) throw this.#error(`a comma or "${end}"`);
    }
    return items;
  }

  /** A tuple, as a list; or a value between parentheses. */
  #tuple(depth: number): Json {
    const from = this.#at;
    const items = this.#items(")", depth);
    const [only] = items;
    const isTuple = items.length !== 1 || this.#text.slice(from, this.#at - 1).trimEnd().endsWith(",");
    return isTuple || only === undefined ? items : only;
  }

  #dict(depth: number): Json {
    const entries: [string, Json][] = [];
    while (!this.#takes("}")) {
      const key = this.#value(depth + 1);
      if (key === null || typeof key === "object" || !this.#takes(":")) {
        throw this.#error("a key and a colon");
      }
      entries.push([String(key), this.#value(depth + 1)]);
      if (!this.#takes(",") && !this.#sees("}")) throw this.#error('a comma or "}"');
    }
    return Object.fromEntries(entries);
  }

  /** A string; neighbours are joined, as Python does. */
  #string(): string | undefined {
    let joined: string | undefined;
    for (let open = this.#open(); open !== undefined; open = this.#open()) {
      joined = (joined ?? "") + this.#rest(open.quote, open.raw);
    }
    return joined;
  }

  #open(): { readonly quote: string; readonly raw: boolean } | undefined {
    this.#skip();
    const match = this.#match(opening);
    const [, prefix = "", quote] = match ?? [];
    return quote === undefined ? undefined : { quote, raw: prefix.toLowerCase() === "r" };
  }

  #rest(quote: string, raw: boolean): string {
    const parts: string[] = [];
    let from = this.#at;
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at];
      if (char === "\\" && !raw) {
        parts.push(this.#text.slice(from, this.#at));
        parts.push(this.#escape());
        from = this.#at + 1;
      } else if (char === "\\") this.#at++;
      else if (char === "\n" && quote.length === 1) break;
      else if (this.#text.startsWith(quote, this.#at)) {
        parts.push(this.#text.slice(from, this.#at));
        this.#at += quote.length;
        return parts.join("");
      }
    }
    throw this.#error("the end of a string");
  }

  /** What an escape stands for; afterwards the reader is at its last character. */
  #escape(): string {
    const letter = this.#text[++this.#at] ?? "";
    const known = escapes.get(letter);
    if (known !== undefined) return known;
    if (letter >= "0" && letter <= "7") {
      const digits = /^[0-7]+/.exec(this.#text.slice(this.#at, this.#at + 3))?.[0] ?? letter;
      this.#at += digits.length - 1;
      return String.fromCodePoint(parseInt(digits, 8));
    }
    const length = letter === "x" ? 2 : letter === "u" ? 4 : letter === "U" ? 8 : 0;
    if (length === 0) return `\\${letter}`;
    const digits = this.#text.slice(this.#at + 1, this.#at + 1 + length);
    const code = /^[\da-fA-F]+$/.test(digits) ? parseInt(digits, 16) : NaN;
    if (digits.length < length || !(code <= 0x10ffff)) throw this.#error("hexadecimal digits");
    this.#at += length;
    return String.fromCodePoint(code);
  }

  #ended(): boolean {
    this.#skip();
    return this.#at >= this.#text.length;
  }

  #takes(mark: string): boolean {
    if (!this.#sees(mark)) return false;
    this.#at += mark.length;
    return true;
  }

  #sees(mark: string): boolean {
    this.#skip();
    return this.#text.startsWith(mark, this.#at);
  }

  #skip(): void {
    space.lastIndex = this.#at;
    if (space.test(this.#text)) this.#at = space.lastIndex;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  #error(wanted: string): PythonSyntaxError {
    return new PythonSyntaxError(`Expected ${wanted} at character ${this.#at + 1}`);
  }
}
