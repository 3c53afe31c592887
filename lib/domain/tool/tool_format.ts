/**
 * How a policy writes calls.
 *
 * @module
 */
import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import { readExactJson } from "./exact_json.ts";
import type { ToolCall, ToolDescription } from "./tool.ts";

/** What a message of the policy asks for. */
export interface ToolReply {
  /** The calls, in order. */
  readonly calls: readonly ToolCall[];
  /** Whether it says that the request is done, or cannot be done; `null` where it says neither. */
  readonly signal: "finished" | "failed" | null;
  /** Why nothing could be made of the message, in words for the policy; `null` if something was. */
  readonly problem: string | null;
}

/** A syntax for calls. */
export interface ToolFormat {
  /** Its name. */
  readonly name: "tags" | "openai" | "python";
  /** What the policy is told of the tools and of how to call them. */
  instructions(tools: readonly ToolDescription[]): string;
  /** Reads a message; takes any text. */
  parse(text: string): ToolReply;
  /** Calls as the policy would write them; with none, that the request is done. */
  write(calls: readonly ToolCall[]): string;
}

/** Options of a format. */
export interface ToolFormatOptions {
  /** Whether numbers keep their form, see `readExactJson`. Default `false`. */
  readonly exact?: boolean;
}

/** The words by which a policy ends a request. */
export const signals = { finished: "<TASK_FINISHED>", failed: "<TASK_ERROR>" } as const;

/**
 * A message without what the policy thought to itself. An unfinished thought reaches to the end; one that ends without having
 * begun was begun by the prompt.
 */
export function withoutThoughts(text: string): string {
  return ["think", "reasoning"].reduce(without, text);
}

function without(text: string, tag: string): string {
  const close = `</${tag}>`;
  return text.split(`<${tag}>`).map((part, at) => {
    const end = part.lastIndexOf(close);
    if (end >= 0) return part.slice(end + close.length);
    return at === 0 ? part : "";
  }).join("");
}

/** The signal in a text, if there is one; that it cannot be done outweighs that it is. */
export function signalIn(text: string): ToolReply["signal"] {
  if (text.includes(signals.failed)) return "failed";
  return text.includes(signals.finished) ? "finished" : null;
}

/** The tools as one JSON description a line. */
export function toolLines(tools: readonly ToolDescription[]): string {
  return tools.map(({ name, description, parameters }) => JSON.stringify({ name, description, parameters }))
    .join("\n");
}

/**
 * The call that a JSON value stands for: `{"name", "arguments"}`, where the arguments may be an object, their JSON as text, or
 * left out, or the same within `"function"`. `undefined` for anything else.
 */
export function callOf(value: Json, exact: boolean): ToolCall | undefined {
  if (!isJsonObject(value)) return undefined;
  const inner = field(value, "function");
  if (isJsonObject(inner)) return callOf(inner, exact);
  const name = field(value, "name");
  if (typeof name !== "string") return undefined;
  const given = field(value, "arguments") ?? field(value, "args") ?? field(value, "parameters") ?? {};
  const args = typeof given === "string" ? readExactJson(given, exact) : given;
  return isJsonObject(args) ? { name, arguments: args, positional: [] } : undefined;
}

/** An own field: a name that objects inherit is none. */
function field(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
