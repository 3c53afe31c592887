import { isJsonArray, type Json } from "../../../../lib/domain/mod.ts";
import { type PyKey, PyOpaque, type PyValue } from "./value.ts";

/** The plain form of a value: JSON, with a tag where JSON has no form for it. `pyValue` gives the value back. */
export function plainJson(value: PyValue): Json {
  if (typeof value === "bigint") {
    const small = Number(value);
    return Number.isSafeInteger(small) ? small : { $int: String(value) };
  }
  if (typeof value === "number") {
    return Number.isFinite(value) && !Number.isInteger(value) ? value : { $float: floatText(value) };
  }
  if (Array.isArray(value)) return value.map(plainJson);
  if (value instanceof Set) return { $set: [...value].map(plainJson) };
  if (value instanceof PyOpaque) return { $opaque: value.text };
  if (!(value instanceof Map)) return value;
  const keys = [...value.keys()];
  if (keys.every(isOrderly) && !(keys.length === 1 && keys[0]?.startsWith("$"))) {
    return Object.fromEntries([...value].map(([key, item]) => [key, plainJson(item)]));
  }
  return { $dict: [...value].map(([key, item]) => [plainJson(key), plainJson(item)]) };
}

/**
 * The value of a plain form.
 *
 * @throws {TypeError} If a tag's content is not what `plainJson` gives.
 */
export function pyValue(json: Json): PyValue {
  if (typeof json === "number") return Number.isInteger(json) ? BigInt(json) : json;
  if (json === null || typeof json !== "object") return json;
  if (isJsonArray(json)) return json.map(pyValue);
  const entries = Object.entries(json);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined) {
    const [tag, content] = first;
    if (typeof content === "string") {
      if (tag === "$int") return BigInt(content);
      if (tag === "$float") return content === "-0" ? -0 : Number(content);
      if (tag === "$opaque") return new PyOpaque(content);
    } else if (isJsonArray(content)) {
      if (tag === "$set") return new Set(content.map(keyOf));
      if (tag === "$dict") return new Map(content.map(entryOf));
    }
  }
  return new Map(entries.map(([key, item]) => [key, pyValue(item)]));
}

/** A number's text from which `Number` makes it again. */
function floatText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Whether an object of JSON keeps such a key at its place: a text that is neither an index nor a prototype's name. */
function isOrderly(key: PyKey): key is string {
  return typeof key === "string" && key !== "__proto__" && !/^(?:0|[1-9]\d*)$/.test(key);
}

function keyOf(json: Json): PyKey {
  const key = pyValue(json);
  if (typeof key === "string" || typeof key === "bigint") return key;
  throw new TypeError(`Cannot take ${JSON.stringify(json)} for a key: expected a text or a whole number`);
}

function entryOf(json: Json): [PyKey, PyValue] {
  if (isJsonArray(json) && json.length === 2) {
    const [key, item] = json;
    if (key !== undefined && item !== undefined) return [keyOf(key), pyValue(item)];
  }
  throw new TypeError(`Cannot take ${JSON.stringify(json)} for an entry: expected [key, value]`);
}
