import { isJsonArray, type Json } from "../../json.ts";
import { exactText } from "./exact_json.ts";
import { PythonReader, PythonSyntaxError } from "./python_literal.ts";
import type { ToolCall } from "./tool.ts";
import {
  readings,
  signalIn,
  signals,
  type ToolFormat,
  type ToolFormatOptions,
  toolLines,
  tooLong,
  withoutEnds,
  withoutThoughts,
} from "./tool_format.ts";

/**
 * Calls in Python's syntax, as a list or by lines: `[cd(folder='docs'), ls()]`. A message that is none is the answer, which ends
 * the request; so it is in the Berkeley function-calling leaderboard. Only literals are read: nothing is evaluated.
 *
 * @example
 * ```ts
 * import { pythonFormat } from "exitlab/domain";
 * import assert from "node:assert/strict";
 *
 * const { parse } = pythonFormat({ exact: true });
 * assert.deepEqual(parse("[cd('docs'), fill(liters=2.0)]").calls, [
 *   { name: "cd", arguments: {}, positional: ["docs"] },
 *   { name: "fill", arguments: { liters: { $float: "2" } }, positional: [] },
 * ]);
 * assert.equal(parse("There are three files.").signal, "finished");
 * ```
 */
export function pythonFormat({ exact = false }: ToolFormatOptions = {}): ToolFormat {
  return {
    name: "python",
    instructions: (tools) =>
      [
        "You have these tools, each described by its name, its purpose and the JSON Schema of its arguments:",
        toolLines(tools),
        "To call tools, answer with a list of calls in Python's syntax alone, such as [name(argument='value'), other(count=2)]. " +
        "Their results come back in the next message. A message without calls ends the request." +
        ` If it cannot be fulfilled at all, write ${signals.failed}.`,
      ].join("\n\n"),
    parse: (text) => {
      const refused = tooLong(text);
      if (refused !== undefined) return refused;
      for (const reading of readings(text)) {
        const { body, signal } = withoutEnds(reading);
        const calls = callsOf(body, exact);
        if (calls.length > 0) return { calls, signal, problem: null };
      }
      return { calls: [], signal: signalIn(withoutThoughts(text)) ?? "finished", problem: null };
    },
    write: (calls) => calls.length === 0 ? signals.finished : `[${calls.map(callText).join(", ")}]`,
  };
}

function callsOf(text: string, exact: boolean): ToolCall[] {
  try {
    return new PythonReader(text, exact).calls();
  } catch (error) {
    if (error instanceof PythonSyntaxError) return [];
    throw error;
  }
}

function callText({ name, arguments: args, positional }: ToolCall): string {
  const named = Object.entries(args).map(([key, value]) => `${key}=${literal(value)}`);
  return `${name}(${[...positional.map(literal), ...named].join(", ")})`;
}

/** A value as Python writes it. */
function literal(value: Json): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const number = exactText(value);
  if (number !== undefined) return number;
  if (isJsonArray(value)) return `[${value.map(literal).join(", ")}]`;
  return `{${
    Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${literal(item)}`).join(", ")
  }}`;
}
