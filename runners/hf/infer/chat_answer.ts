import * as v from "valibot";
import type { ChatMessage } from "./chat_messages.ts";

/** One conversation to go on with. */
export type ChatRequest = {
  /** The conversation so far. */
  readonly messages: readonly ChatMessage[];
  /** The most tokens of the answer. */
  readonly maxTokens: number;
  /** At least 0. */
  readonly temperature: number;
  /** Probability mass to keep, in (0, 1]. */
  readonly topP: number;
  /** Tells draws of one conversation apart; providers that heed it repeat themselves for the same one. */
  readonly seed: number;
};

/** What a model answered. */
export type ChatAnswer = {
  /** What it wrote, without what the provider keeps apart as its reasoning; empty where it wrote or said nothing. */
  readonly content: string;
  /** Why it ended, in the provider's word: `stop`, `length`, `content_filter`, …; empty if it gave none. */
  readonly finish: string;
  /** Tokens of the conversation, as the provider counts; `null` if it did not. */
  readonly inputTokens: number | null;
  /** Generated tokens, those of reasoning included, as the provider counts; `null` if it did not. */
  readonly outputTokens: number | null;
  /** The provider that answered, as the router says; `null` if it did not. */
  readonly provider: string | null;
};

/** More tokens than any answer or conversation has. */
const mostTokens = 1e9;

const text = v.nullish(v.string());
// A count that makes no sense is none: the answer is there, and paid for.
const count = v.fallback(
  v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(mostTokens))),
  null,
);

const bodySchema = v.object({
  choices: v.pipe(
    v.array(v.object({
      "finish_reason": v.fallback(text, null),
      message: v.object({
        content: v.nullish(v.union([v.string(), v.array(v.looseObject({ text }))])),
      }),
    })),
    v.minLength(1),
  ),
  usage: v.fallback(v.nullish(v.object({ "prompt_tokens": count, "completion_tokens": count })), null),
});

/**
 * The answer in the body of a chat completion.
 *
 * @param body JSON text.
 * @param provider Who answered, if known.
 * @returns What is wrong with the body if there is no answer in it, one clause.
 *
 * @example
 * ```ts
 * import { readChatAnswer } from "exitlab/runners/hf/infer/chat_answer.ts";
 * import assert from "node:assert/strict";
 *
 * const body = '{"choices": [{"finish_reason": "length", "message": {"content": null}}]}';
 * assert.deepEqual(readChatAnswer(body, "together"), {
 *   content: "",
 *   finish: "length",
 *   inputTokens: null,
 *   outputTokens: null,
 *   provider: "together",
 * });
 * assert.equal(readChatAnswer("{", null), "its answer is no JSON");
 * ```
 */
export function readChatAnswer(body: string, provider: string | null): ChatAnswer | string {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return "its answer is no JSON";
  }
  const { success, output, issues } = v.safeParse(bodySchema, json);
  if (!success) {
    const [issue] = issues;
    return `its answer has no completion in it ("${v.getDotPath(issue) ?? ""}")`;
  }
  const [choice] = output.choices;
  const content = choice?.message.content ?? "";
  return {
    content: typeof content === "string" ? content : content.map(({ text }) => text ?? "").join(""),
    finish: choice?.finish_reason ?? "",
    inputTokens: output.usage?.prompt_tokens ?? null,
    outputTokens: output.usage?.completion_tokens ?? null,
    provider,
  };
}
