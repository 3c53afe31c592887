/**
 * Plain JSON: what tasks, states, plans and checkpoints are made of.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** Any JSON value. Use `type` aliases (not interfaces) for shapes that must be assignable to it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/**
 * Serialises JSON with sorted keys, so that equal values have equal text. As in `JSON.stringify`, fields that are
 * `undefined` are left out and -0 is 0.
 *
 * @throws {TypeError} If a number is not finite, or a value is not JSON at all: there is no text for it.
 *
 * @example
 * ```ts
 * import { canonicalJson } from "exitlab/lib/json.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(canonicalJson({ b: 1, a: [true, null] }), '{"a":[true,null],"b":1}');
 * ```
 */
export function canonicalJson(value: Json): string {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new TypeError(`Cannot write ${value} as JSON: numbers must be finite`);
  }
  if (value === null || typeof value !== "object") {
    const text: string | undefined = JSON.stringify(value);
    if (text === undefined) throw new TypeError(`Cannot write a value of type ${typeof value} as JSON`);
    return text;
  }
  if (isJsonArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined).toSorted(([a], [b]) =>
    a < b ? -1 : a > b ? 1 : 0
  );
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(",")}}`;
}

/** The SHA-256 of a value's canonical JSON, as 64 hexadecimal digits. */
export function contentHash(value: Json): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** Whether a JSON value is an array; `Array.isArray` does not narrow read-only arrays. */
export function isJsonArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** Whether a JSON value is an object. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Whether a value is JSON through and through: no number that is not finite, nothing undefined, no cycle. */
export function isJson(value: unknown): value is Json {
  return isJsonWithin(value, []);
}

function isJsonWithin(value: unknown, ancestors: readonly object[]): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || ancestors.includes(value)) return false;
  const plain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  return plain && Object.values(value).every((field) => isJsonWithin(field, [...ancestors, value]));
}
