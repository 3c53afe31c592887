/**
 * Python's values, as the benchmark's tools compute with them. The difference between `100` and `100.0` shows in results, so
 * a Python int is a `bigint` and a Python float a `number`; a dict is a `Map`, which keeps the order of its keys and takes
 * `"__proto__"` for the text that it is.
 *
 * @module
 */

/** A key of a dict. */
export type PyKey = string | bigint;

/** A dict. */
export type PyDict = Map<PyKey, PyValue>;

/** A value that JSON has no form for and that is only printed, such as `Decimal('1.5')`. */
export class PyOpaque {
  /** What `repr` prints. */
  readonly text: string;

  /** Made from what `repr` prints. */
  constructor(text: string) {
    this.text = text;
  }
}

/** None, bool, int, float, str, list, dict, set, or a thing that is only printed. */
export type PyValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | PyValue[]
  | PyDict
  | Set<PyKey>
  | PyOpaque;

/** A dict from its entries. */
export function dict(entries: { readonly [key: string]: PyValue } = {}): PyDict {
  return new Map(Object.entries(entries));
}

/** Whether a value is a dict. */
export function isDict(value: PyValue | undefined): value is PyDict {
  return value instanceof Map;
}

/** Whether a value is an int or a float; a bool, which Python counts among them, is not. */
export function isNumber(value: PyValue | undefined): value is bigint | number {
  return typeof value === "bigint" || typeof value === "number";
}

/** The name of a value's type, as Python's messages have it. */
export function typeName(value: PyValue): string {
  if (value === null) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "float";
  if (typeof value === "string") return "str";
  if (Array.isArray(value)) return "list";
  if (value instanceof Map) return "dict";
  return value instanceof Set ? "set" : "object";
}

/** Python's truth of a value. */
export function truthy(value: PyValue): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map || value instanceof Set) return value.size > 0;
  return value instanceof PyOpaque || Boolean(value);
}
