import { isJsonArray, type Json } from "../../json.ts";
import { readExactJson, writeExactJson } from "./exact_json.ts";
import type { ToolCall } from "./tool.ts";
import {
  bodies,
  callOf,
  guarded,
  signalIn,
  signals,
  type ToolFormat,
  type ToolFormatOptions,
  toolLines,
  tooLong,
  withoutThoughts,
} from "./tool_format.ts";

const sample = '<tool>{"name": "…", "arguments": {…}}</tool>';

/**
 * Calls as JSON between `<tool>` tags, one or a list of them in each pair; `<TASK_FINISHED>` and `<TASK_ERROR>` end the request
 * (arXiv 2509.04575, §A.3). Text around them is free. The last closing tag may be missing, as it is where it was the stop string.
 *
 * @example
 * ```ts
 * import { tagsFormat } from "exitlab/domain";
 * import assert from "node:assert/strict";
 *
 * const { parse } = tagsFormat();
 * assert.deepEqual(parse('I look. <tool>{"name": "ls", "arguments": {"a": true}}').calls, [
 *   { name: "ls", arguments: { a: true }, positional: [] },
 * ]);
 * assert.equal(parse("<TASK_FINISHED>").signal, "finished");
 * assert.match(parse("Done!").problem ?? "", /neither a call nor/);
 * ```
 */
export function tagsFormat({ exact = false }: ToolFormatOptions = {}): ToolFormat {
  return {
    name: "tags",
    instructions: (tools) =>
      [
        "You have these tools, each described by its name, its purpose and the JSON Schema of its arguments:",
        toolLines(tools),
        `To call one, write ${sample}; several calls may follow one another. Their results come back in the next message.`,
        `When the request is fulfilled, write ${signals.finished}. If it cannot be fulfilled at all, write ${signals.failed}.`,
      ].join("\n\n"),
    parse: (text) => {
      const refused = tooLong(text);
      if (refused !== undefined) return refused;
      const said = withoutThoughts(guarded(text, "tool"));
      const calls: ToolCall[] = [];
      for (const body of bodies(said, "tool")) {
        const value = readExactJson(body, exact);
        const found = value === undefined ? undefined : callsOf(value, exact);
        if (found === undefined) {
          return { calls: [], signal: null, problem: `Cannot read a call as JSON: expected ${sample}` };
        }
        for (const call of found) calls.push(call);
      }
      const signal = signalIn(said);
      if (calls.length > 0 || signal !== null) return { calls, signal, problem: null };
      const wanted = `${sample}, ${signals.finished} or ${signals.failed}`;
      return {
        calls,
        signal,
        problem: `The message has neither a call nor the end of the request: expected ${wanted}`,
      };
    },
    write: (calls) =>
      calls.length === 0
        ? signals.finished
        : calls.map(({ name, arguments: args }) =>
          `<tool>${writeExactJson({ name, arguments: args })}</tool>`
        )
          .join("\n"),
  };
}

function callsOf(value: Json, exact: boolean): ToolCall[] | undefined {
  const items = isJsonArray(value) ? value : [value];
  const calls = items.flatMap((item) => callOf(item, exact) ?? []);
  return calls.length === items.length && items.length > 0 ? calls : undefined;
}
