import { isJsonArray, isJsonObject, type Json } from "../../json.ts";
import { readExactJson, writeExactJson } from "./exact_json.ts";
import type { ToolCall } from "./tool.ts";
import {
  callOf,
  signalIn,
  signals,
  type ToolFormat,
  type ToolFormatOptions,
  toolLines,
  withoutThoughts,
} from "./tool_format.ts";

/**
 * Calls as chat models that were trained on tools write them: `{"tool_calls": [{"function": {"name", "arguments"}}]}`, a list or
 * one of such calls, or each between `<tool_call>` tags; arguments as an object or as its JSON in text, as in OpenAI's
 * interface. A message without calls is the answer, which ends the request.
 *
 * @example
 * ```ts
 * import { openaiFormat } from "exitlab/domain";
 * import assert from "node:assert/strict";
 *
 * const { parse } = openaiFormat();
 * const call = { type: "function", function: { name: "ls", arguments: '{"a": true}' } };
 * const read = [{ name: "ls", arguments: { a: true }, positional: [] }];
 * assert.deepEqual(parse(JSON.stringify({ tool_calls: [call] })).calls, read);
 * assert.deepEqual(parse('<tool_call>{"name": "ls", "arguments": {"a": true}}</tool_call>').calls, read);
 * assert.equal(parse("There are three files.").signal, "finished");
 * ```
 */
export function openaiFormat({ exact = false }: ToolFormatOptions = {}): ToolFormat {
  return {
    name: "openai",
    instructions: (tools) =>
      [
        "You have these tools, each described by its name, its purpose and the JSON Schema of its arguments:",
        toolLines(tools),
        'To call tools, answer with {"tool_calls": [{"type": "function", "function": {"name": "…", "arguments": {…}}}]} alone. ' +
        "Their results come back in the next message. A message without calls ends the request." +
        ` If it cannot be fulfilled at all, write ${signals.failed}.`,
      ].join("\n\n"),
    parse: (text) => {
      const said = withoutThoughts(text);
      const calls: ToolCall[] = [];
      const found = bodies(said);
      for (const body of found) {
        const value = readExactJson(body, exact);
        const read = value === undefined ? undefined : callsOf(value, exact);
        if (read === undefined) {
          const problem =
            'Cannot read the calls as JSON: expected {"tool_calls": [{"type": "function", "function": …}]}';
          return { calls: [], signal: null, problem };
        }
        calls.push(...read);
      }
      const signal = signalIn(said) ?? (calls.length === 0 ? "finished" : null);
      return { calls, signal, problem: null };
    },
    write: (calls) =>
      calls.length === 0 ? signals.finished : JSON.stringify({
        tool_calls: calls.map(({ name, arguments: args }) => ({
          type: "function",
          function: { name, arguments: writeExactJson(args) },
        })),
      }),
  };
}

/** What may hold calls: what stands between tags, or else a message that is JSON as a whole. */
function bodies(text: string): string[] {
  const tagged = text.split("<tool_call>").slice(1).map((part) => part.split("</tool_call>", 1)[0] ?? "");
  if (tagged.length > 0) return tagged;
  const bare = text.trim().replace(/^```(?:json)?\n|\n?```$/g, "").trim();
  return /^[[{]/.test(bare) ? [bare] : [];
}

function callsOf(value: Json, exact: boolean): ToolCall[] | undefined {
  const inner = isJsonObject(value) && Object.hasOwn(value, "tool_calls") ? value.tool_calls : value;
  if (inner === undefined) return undefined;
  const items = isJsonArray(inner) ? inner : [inner];
  const calls = items.flatMap((item) => callOf(item, exact) ?? []);
  return calls.length === items.length ? calls : undefined;
}
