import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../../../lib/domain/mod.ts";
import type { PyDict, PyValue } from "./python/value.ts";

/**
 * A value that a policy wrote. Only the two forms of numbers that a format keeps (`readExactJson`) stand for something else than
 * they say; whatever other tags a policy may write are only objects.
 */
export function writtenValue(json: Json): PyValue {
  if (typeof json === "number") return Number.isInteger(json) ? BigInt(json) : json;
  if (json === null || typeof json !== "object") return json;
  if (isJsonArray(json)) return json.map(writtenValue);
  return number(json) ?? writtenArguments(json);
}

/** The arguments that a policy wrote, by name. */
export function writtenArguments(args: JsonObject): PyDict {
  return new Map(Object.entries(args).map(([name, value]) => [name, writtenValue(value)]));
}

function number(json: Json): PyValue | undefined {
  if (!isJsonObject(json) || Object.keys(json).length !== 1) return undefined;
  const { $float, $int } = json;
  if (typeof $int === "string" && /^-?\d{1,4300}$/.test($int)) return BigInt($int);
  const float = typeof $float === "string" && $float !== "" ? Number($float) : NaN;
  return Number.isNaN(float) ? undefined : float;
}
