import { isJsonArray, isJsonObject, type Json } from "../../json.ts";
import { readExactJson, writeExactJson } from "./exact_json.ts";
import type { ToolCall } from "./tool.ts";
import {
  bodies,
  callOf,
  guarded,
  readings,
  signalIn,
  signals,
  type ToolFormat,
  type ToolFormatOptions,
  toolLines,
  tooLong,
  type ToolReply,
  withoutEnds,
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
    parse: (text) => tooLong(text) ?? wholeReply(text, exact) ?? taggedReply(text, exact),
    write: (calls) =>
      calls.length === 0 ? signals.finished : JSON.stringify({
        tool_calls: calls.map(({ name, arguments: args }) => ({
          type: "function",
          function: { name, arguments: writeExactJson(args) },
        })),
      }),
  };
}

/** What a message asks for that is JSON as a whole; `undefined` for any other. */
function wholeReply(text: string, exact: boolean): ToolReply | undefined {
  for (const reading of readings(text)) {
    const { body, signal } = withoutEnds(reading);
    const value = /^[[{]/.test(body) ? readExactJson(body, exact) : undefined;
    const calls = value === undefined ? undefined : callsOf(value, exact);
    if (value !== undefined && calls !== undefined) return reply(calls, signal ?? contentSignal(value));
  }
  return undefined;
}

/** What a message asks for by calls between tags; a message without is the answer, unless it was to be calls. */
function taggedReply(text: string, exact: boolean): ToolReply {
  const said = withoutThoughts(guarded(text, "tool_call"));
  const tagged = bodies(said, "tool_call");
  // A note in brackets begins an answer, not a list.
  if (tagged.length === 0 && /^(?:\{|\[\s*(?:\{|[\w.]+\())/.test(withoutEnds(said).body)) return unreadable;
  const calls: ToolCall[] = [];
  for (const body of tagged) {
    const value = readExactJson(body, exact);
    const read = value === undefined ? undefined : callsOf(value, exact);
    if (read === undefined) return unreadable;
    for (const call of read) calls.push(call);
  }
  return reply(calls, signalIn(said));
}

const unreadable: ToolReply = {
  calls: [],
  signal: null,
  problem: 'Cannot read the calls as JSON: expected {"tool_calls": [{"type": "function", "function": …}]}',
};

function reply(calls: readonly ToolCall[], signal: ToolReply["signal"]): ToolReply {
  return { calls, signal: signal ?? (calls.length === 0 ? "finished" : null), problem: null };
}

/** The signal in what a message says besides its calls. */
function contentSignal(value: Json): ToolReply["signal"] {
  if (!isJsonObject(value) || !Object.hasOwn(value, "tool_calls")) return null;
  return typeof value.content === "string" ? signalIn(withoutThoughts(value.content)) : null;
}

function callsOf(value: Json, exact: boolean): ToolCall[] | undefined {
  const inner = isJsonObject(value) && Object.hasOwn(value, "tool_calls") ? value.tool_calls ?? [] : value;
  const items = isJsonArray(inner) ? inner : [inner];
  const calls = items.flatMap((item) => callOf(item, exact) ?? []);
  return calls.length === items.length ? calls : undefined;
}
