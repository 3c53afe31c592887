/**
 * What Python asks of a value before it goes on, with its words where the value is of another type.
 *
 * @module
 */
import { PythonError } from "./python/error.ts";
import { type PyDict, type PyKey, type PyValue, typeName } from "./python/value.ts";

/** A value that a method of texts, such as `lower`, is called on. @throws {PythonError} If it is no text. */
export function asText(value: PyValue, method: string): string {
  if (typeof value === "string") return value;
  throw new PythonError("AttributeError", `'${typeName(value)}' object has no attribute '${method}'`);
}

/** A value as a key of a dict; `undefined` for one that no dict here has, such as `None`. @throws {PythonError} If it cannot be one. */
export function asKey(value: PyValue): PyKey | undefined {
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) {
    throw new PythonError("TypeError", `unhashable type: '${typeName(value)}'`);
  }
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  return typeof value === "string" || typeof value === "bigint" ? value : undefined;
}

/** The item of a dict at a key; `undefined` if there is none. @throws {PythonError} If the value cannot be a key. */
export function itemAt(container: PyDict, value: PyValue): PyValue | undefined {
  const key = asKey(value);
  return key === undefined ? undefined : container.get(key);
}
