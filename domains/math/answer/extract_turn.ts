/**
 * Which part of a response is its own last word: not the turns after it, not its thinking.
 *
 * @module
 */

/** The marks of chat templates that begin a turn or end one. */
const mark =
  /<\|(?:im_start|im_end|eot_id|eom_id|endoftext|end_of_text|end|user|start_header_id)\|>|<\/s>|<(?:start|end)_of_turn>|\[\/?INST\]|\n\s{0,8}(?:User|Human|USER|HUMAN)\s?:/g;
/** A turn's own head, as some samplers leave it at the beginning. */
const head =
  /^\s*(?:<\|im_start\|>\s*assistant|<\|start_header_id\|>\s*assistant\s*<\|end_header_id\|>|<start_of_turn>\s*model|<\|assistant\|>|Assistant\s?:)/;
/** What begins the next problem where a model goes on with examples of its own. */
const nextProblem =
  /\n\s{0,8}(?:#{1,4}\s{0,4}|\*\*)?(?:Question|Problem|Exercise|Q)(?:\s?\d{1,4})?\s?[:.](?!\d)/g;
const thinkingEnd = "</think>";

/**
 * A response up to the mark of the next turn.
 *
 * @example
 * ```ts
 * import { ownTurn } from "exitlab/domains/math/answer/extract_turn.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(ownTurn("It is 5.<|im_end|>\n<|im_start|>user\nWhy 6?"), "It is 5.");
 * ```
 */
export function ownTurn(response: string): string {
  const own = response.replace(head, "");
  for (const { index } of own.matchAll(mark)) {
    const before = own.slice(0, index);
    if (before.trim() !== "") return before;
  }
  return own;
}

/** What precedes the next problem that a response poses to itself; `undefined` if it poses none. */
export function beforeNextProblem(text: string): string | undefined {
  for (const { index } of text.matchAll(nextProblem)) {
    if (/\S/.test(text.slice(0, index))) return text.slice(0, index);
  }
  return undefined;
}

/** A response in two parts. */
export interface Thought {
  /** What is said after it; `undefined` if there is no end of a thinking. */
  readonly said: string | undefined;
  /** The thinking, or all if there is no end of one. */
  readonly thinking: string;
}

/** Parts thinking from what is said after the last of it. */
export function thought(text: string): Thought {
  const end = text.lastIndexOf(thinkingEnd);
  if (end < 0) return { said: undefined, thinking: text };
  return {
    said: text.slice(end + thinkingEnd.length),
    thinking: text.slice(0, end).replaceAll(/<\/?think>/g, "\n"),
  };
}
