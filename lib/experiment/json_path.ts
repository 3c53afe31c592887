/**
 * Options by dotted path, such as `warmStart.mix.base`.
 *
 * @module
 */
import { canonicalJson, isJsonArray, isJsonObject, type Json, type JsonObject } from "../json.ts";

/** Every leaf of a JSON object by its dotted path; lists and empty objects count as leaves. */
export function leaves(value: JsonObject, prefix: string = ""): [path: string, leaf: Json][] {
  return Object.entries(value).flatMap(([key, field]): [string, Json][] => {
    const path = `${prefix}${key}`;
    const inner = isJsonObject(field) ? leaves(field, `${path}.`) : [];
    return inner.length > 0 ? inner : [[path, field]];
  });
}

/** The value at a path; `undefined` if there is none. */
export function getAt(value: JsonObject, path: readonly string[]): Json | undefined {
  let current: Json | undefined = value;
  for (const key of path) {
    if (!isJsonObject(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

/** The object with another value at a path; what is not yet an object on the way becomes one. */
export function setAt(value: JsonObject, path: readonly string[], leaf: Json): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const inner = Object.hasOwn(value, key) ? value[key] : undefined;
  return { ...value, [key]: rest.length === 0 ? leaf : setAt(isJsonObject(inner) ? inner : {}, rest, leaf) };
}

/** A place where two JSON values differ. */
export interface Difference {
  /** The dotted path; empty for the whole. */
  readonly path: string;
  /** What the first has there; `undefined` for nothing. */
  readonly first: Json | undefined;
  /** What the second has there; `undefined` for nothing. */
  readonly second: Json | undefined;
}

/**
 * The first place, in the first value's key order, where two JSON values differ; `undefined` if they are equal.
 *
 * @example
 * ```ts
 * import { firstDifference } from "exitlab/lib/experiment/json_path.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(firstDifference({ a: { b: [1, 2] } }, { a: { b: [1, 3] } }), {
 *   path: "a.b.1",
 *   first: 2,
 *   second: 3,
 * });
 * assert.equal(firstDifference({ a: 1, b: 2 }, { b: 2, a: 1 }), undefined);
 * ```
 */
export function firstDifference(
  first: Json | undefined,
  second: Json | undefined,
  path: string = "",
): Difference | undefined {
  if (first === undefined || second === undefined) {
    return first === second ? undefined : { path, first, second };
  }
  const [a, b] = [fieldsOf(first), fieldsOf(second)];
  if (a === undefined || b === undefined || isJsonArray(first) !== isJsonArray(second)) {
    return canonicalJson(first) === canonicalJson(second) ? undefined : { path, first, second };
  }
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const found = firstDifference(a.get(key), b.get(key), path === "" ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The fields of an object or a list; `undefined` for anything else. */
function fieldsOf(value: Json): Map<string, Json> | undefined {
  return value !== null && typeof value === "object" ? new Map(Object.entries(value)) : undefined;
}
