/**
 * Attributes and items that a method expects to be there, with Python's words where they are not.
 *
 * @module
 */
import { itemAt } from "./arguments.ts";
import { PythonError } from "./python/error.ts";
import { repr } from "./python/text.ts";
import { dict, isDict, type PyDict, type PyValue, typeName } from "./python/value.ts";

/** The value of a dict at a key. @throws {PythonError} If it has none. */
export function get(container: PyDict, key: PyValue): PyValue {
  const value = itemAt(container, key);
  if (value === undefined) throw new PythonError("KeyError", repr(key));
  return value;
}

/** An attribute that is a dict. @throws {PythonError} If it is something else. */
export function getDict(self: PyDict, name: string): PyDict {
  return asDict(self.get(name) ?? null);
}

/** An attribute that is a list. @throws {PythonError} If it is something else. */
export function getList(self: PyDict, name: string): PyValue[] {
  return asList(self.get(name) ?? null);
}

/** A value that is a dict. @throws {PythonError} If it is something else. */
export function asDict(value: PyValue): PyDict {
  if (isDict(value)) return value;
  throw new PythonError("TypeError", `'${typeName(value)}' object is not subscriptable`);
}

/** A value that is a list. @throws {PythonError} If it is something else. */
export function asList(value: PyValue): PyValue[] {
  if (Array.isArray(value)) return value;
  throw new PythonError("TypeError", `'${typeName(value)}' object is not iterable`);
}

/** An attribute; `None` where there is none. */
export function at(self: PyDict, name: string): PyValue {
  return self.get(name) ?? null;
}

/** What a loop goes over: the items of a list, the keys of a dict, the characters of a text. @throws {PythonError} If there is no loop. */
export function itemsOf(value: PyValue): readonly PyValue[] {
  if (typeof value === "string") return [...value];
  return isDict(value) ? [...value.keys()] : asList(value);
}

/** An error as a result. */
export function failure(error: string): PyDict {
  return dict({ error });
}

/** The attributes of an instance: what a scenario says of them, else their defaults. What else it says is left out. */
export function loaded(scenario: PyDict, defaults: { readonly [name: string]: PyValue }): PyDict {
  // Copied, so that no two instances share what one of them changes.
  return new Map(
    Object.entries(defaults).map(([name, value]) => [name, copyOf(scenario.get(name) ?? value)]),
  );
}

function copyOf(value: PyValue): PyValue {
  if (Array.isArray(value)) return value.map(copyOf);
  if (value instanceof Set) return new Set(value);
  return isDict(value) ? new Map([...value].map(([key, item]) => [key, copyOf(item)])) : value;
}
