import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import type { ToolCall } from "./tool.ts";
import { ToolError } from "./tool_error.ts";

/**
 * All arguments of a call by name: those without one take the names of the first parameters.
 *
 * @param parameters The tool's parameters, a JSON Schema of an object.
 * @throws {ToolError} If there are more than parameters, or one is given twice.
 *
 * @example
 * ```ts
 * import { namedArguments } from "exitlab/lib/domain/tool/named_arguments.ts";
 * import assert from "node:assert/strict";
 *
 * const parameters = { type: "object", properties: { from: {}, to: {} } };
 * const call = { name: "mv", arguments: { to: "b" }, positional: ["a"] };
 * assert.deepEqual(namedArguments(call, parameters), { from: "a", to: "b" });
 * ```
 */
export function namedArguments(
  { arguments: named, positional }: ToolCall,
  parameters: JsonObject,
): JsonObject {
  if (positional.length === 0) return named;
  const order = isJsonObject(parameters.properties) ? Object.keys(parameters.properties) : [];
  if (positional.length > order.length) {
    throw new ToolError(`Expected at most ${order.length} arguments but found ${positional.length}`);
  }
  const entries = positional.map((value, at): [string, Json] => [order[at] ?? "", value]);
  const twice = entries.find(([name]) => Object.hasOwn(named, name));
  if (twice !== undefined) throw new ToolError(`Argument "${twice[0]}" is given twice`);
  return { ...Object.fromEntries(entries), ...named };
}
