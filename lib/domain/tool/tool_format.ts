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

/** No message has as many characters; patterns over far longer ones would exhaust the stack. */
const longest = 1_000_000;

const opening = /^(?:<TASK_FINISHED>|<TASK_ERROR>|```\w*\n)/;
const closings = [...Object.values(signals), "```"];

/** The reply to a message that is too long to read; `undefined` for any other. */
export function tooLong(text: string): ToolReply | undefined {
  if (text.length <= longest) return undefined;
  return { calls: [], signal: null, problem: `The message is too long: ${longest} characters are the most` };
}

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

/**
 * What a message may be that is calls as a whole, to be tried in turn: the message, what follows one of its first thoughts, what
 * is left without thoughts. Tags in the strings of calls are none, and where calls are is only known once they are read.
 */
export function readings(text: string): readonly string[] {
  const ends = text.matchAll(/<\/(?:think|reasoning)>/g).take(8);
  return [text, ...ends.map(({ 0: tag, index }) => text.slice(index + tag.length)), withoutThoughts(text)];
}

/** A message without the signals and the fence of code at its ends, and the signal that was there. */
export function withoutEnds(text: string): { readonly body: string; readonly signal: ToolReply["signal"] } {
  let body = text.trim();
  let ends = "";
  while (true) {
    const start = opening.exec(body)?.[0];
    const end = start === undefined ? closings.find((each) => body.endsWith(each)) : undefined;
    const mark = start ?? end;
    if (mark === undefined) return { body, signal: signalIn(ends) };
    ends += mark;
    body = (end === undefined ? body.slice(mark.length) : body.slice(0, -mark.length)).trim();
  }
}

/**
 * A message in which the JSON between tags has no `<` but as an escape, so that no text in it is taken for a tag or a signal.
 * What is no JSON stays as it is: it may be the middle of a thought.
 */
export function guarded(text: string, tag: string): string {
  const open = `<${tag}>`;
  return text.split(open).map((part, at) => {
    const body = bodyOf(part, tag);
    if (at === 0 || !body.includes("<") || readExactJson(body, false) === undefined) return part;
    return body.replaceAll("<", "\\u003c") + part.slice(body.length);
  }).join(open);
}

/** What stands between opening and closing tags; the last closing one may be missing. */
export function bodies(text: string, tag: string): string[] {
  return text.split(`<${tag}>`).slice(1).map((part) => bodyOf(part, tag));
}

function bodyOf(part: string, tag: string): string {
  return part.split(`</${tag}>`, 1)[0] ?? "";
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
