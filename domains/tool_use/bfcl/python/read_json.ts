import { PythonError } from "./error.ts";
import type { PyDict, PyValue } from "./value.ts";

/** Deeper nesting than any record has is refused, so that no text can exhaust the stack. */
const deepest = 200;

/** Beyond it an int's digits would cost more than they tell. */
const longestNumber = 4300;

const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const plain = /[^"\\\p{Cc}]*/uy;
const space = /[ \t\n\r]*/y;

const escapes: { readonly [letter: string]: string } = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

const words: readonly (readonly [string, PyValue])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
];

/**
 * Reads JSON as Python does: `100` is an int and `100.0` a float, objects keep the order of their keys. `JSON.parse` can do
 * neither.
 *
 * @throws {PythonError} If the text is not JSON, or nests deeper than 200 levels.
 *
 * @example
 * ```ts
 * import { readJson } from "exitlab/domains/tool_use/bfcl/python/read_json.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(readJson("[1, 1.0]"), [1n, 1]);
 * assert.deepEqual(readJson('{"b": null, "1": 2}'), new Map<string, bigint | null>([["b", null], ["1", 2n]]));
 * assert.throws(() => readJson("[1,"), /column 4/);
 * ```
 */
export function readJson(text: string): PyValue {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): PyValue {
    if (depth > deepest) throw this.#error(`Nested deeper than ${deepest} levels`);
    this.#skip();
    const first = this.#text[this.#at];
    if (first === "{") return this.#object(depth);
    if (first === "[") return this.#array(depth);
    if (first === '"') return this.#string();
    for (const [word, value] of words) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#number();
  }

  end(): void {
    this.#skip();
    if (this.#at < this.#text.length) throw this.#error("More text than one value");
  }

  #object(depth: number): PyDict {
    const object: PyDict = new Map();
    this.#at++;
    if (this.#takes("}")) return object;
    do {
      this.#skip();
      if (this.#text[this.#at] !== '"') throw this.#error("Expected a key in double quotes");
      const key = this.#string();
      if (!this.#takes(":")) throw this.#error("Expected a colon");
      object.set(key, this.value(depth + 1));
    } while (this.#takes(","));
    if (!this.#takes("}")) throw this.#error("Expected a comma or a closing brace");
    return object;
  }

  #array(depth: number): PyValue[] {
    const array: PyValue[] = [];
    this.#at++;
    if (this.#takes("]")) return array;
    do array.push(this.value(depth + 1)); while (this.#takes(","));
    if (!this.#takes("]")) throw this.#error("Expected a comma or a closing bracket");
    return array;
  }

  #string(): string {
    let string = "";
    this.#at++;
    while (true) {
      string += this.#match(plain)?.[0] ?? "";
      const stop = this.#text[this.#at++];
      if (stop === '"') return string;
      if (stop !== "\\") throw this.#error("A string without its end");
      const letter = this.#text[this.#at++] ?? "";
      if (letter === "u") {
        const code = this.#text.slice(this.#at, this.#at + 4);
        if (!/^[\da-fA-F]{4}$/.test(code)) throw this.#error("Expected four hexadecimal digits");
        string += String.fromCharCode(parseInt(code, 16));
        this.#at += 4;
      } else {
        const escaped = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
        if (escaped === undefined) throw this.#error("Unknown escape");
        string += escaped;
      }
    }
  }

  #number(): bigint | number {
    const match = this.#match(number);
    if (match === undefined || match[0].length > longestNumber) throw this.#error("Expected a value");
    return match[1] === undefined && match[2] === undefined ? BigInt(match[0]) : Number(match[0]);
  }

  #takes(mark: string): boolean {
    this.#skip();
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #skip(): void {
    this.#match(space);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }

  #error(what: string): PythonError {
    return new PythonError("JSONDecodeError", `${what} at column ${this.#at + 1}`);
  }
}
