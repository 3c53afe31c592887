import { isJson, isJsonArray, isJsonObject, type Json } from "../../json.ts";

/** Deeper nesting than any call has is refused, so that no text can exhaust the stack. */
const deepest = 64;

/**
 * Reads JSON that a policy wrote; `undefined` if it is none, or nests deeper than 64 levels.
 *
 * @param exact Whether numbers keep what JavaScript would lose, for tools that print `100.0` and `100` differently: a whole
 *   number written as a fraction or with an exponent becomes `{"$float": "100"}`, one beyond 2⁵³ `{"$int": "…"}`.
 *
 * @example
 * ```ts
 * import { readExactJson } from "exitlab/lib/domain/tool/exact_json.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(readExactJson('{"a": 1.0, "b": 1, "c": 1.5}', true), { a: { $float: "1" }, b: 1, c: 1.5 });
 * assert.deepEqual(readExactJson('{"a": 1.0}', false), { a: 1 });
 * assert.equal(readExactJson("{'a': 1}", false), undefined);
 * ```
 */
export function readExactJson(text: string, exact: boolean): Json | undefined {
  if (nestsTooDeep(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text, exact ? keepNumber : undefined);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A number from its text, as `readExactJson` keeps it. */
export function exactNumber(text: string, exact: boolean): Json {
  const value = Number(text);
  if (!exact || !Number.isInteger(value)) return value;
  if (/[.eE]/.test(text)) return { $float: Object.is(value, -0) ? "-0" : String(value) };
  return Number.isSafeInteger(value) ? value : { $int: text };
}

/** JSON as text, with the numbers that `readExactJson` keeps as they were written. */
export function writeExactJson(value: Json): string {
  const number = exactText(value);
  if (number !== undefined) return number;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isJsonArray(value)) return `[${value.map(writeExactJson).join(", ")}]`;
  return `{${
    Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${writeExactJson(item)}`).join(", ")
  }}`;
}

/** The digits of a number that is kept by its text; `undefined` for anything else. */
export function exactText(value: Json): string | undefined {
  if (!isJsonObject(value) || Object.keys(value).length !== 1) return undefined;
  const { $float, $int } = value;
  if (typeof $float === "string") return /[e.]/.test($float) ? $float : `${$float}.0`;
  return typeof $int === "string" ? $int : undefined;
}

function keepNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  return exactNumber(context.source, true);
}

/** Whether brackets outside of strings nest too deep; a look that needs no stack. */
function nestsTooDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted) {
      if (char === "\\") at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "{" || char === "[") {
      if (++depth > deepest) return true;
    } else if (char === "}" || char === "]") depth--;
  }
  return false;
}
