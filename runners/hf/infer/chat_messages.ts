import type { Message } from "../../../lib/domain/domain.ts";

/** A message as hosted models take it. */
export type ChatMessage = { readonly role: "system" | "user" | "assistant"; readonly content: string };

/**
 * A conversation as every hosted model takes it. What a tool gave back is said by the user: servers take the role `tool`
 * only as the answer to a call in their own form, which a domain's text is not. Messages of one role in a row become one,
 * for many chat templates want turns.
 *
 * @example
 * ```ts
 * import { chatMessages } from "exitlab/runners/hf/infer/chat_messages.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(
 *   chatMessages([{ role: "assistant", content: "ls" }, { role: "tool", content: "a.txt" }, { role: "user", content: "And?" }]),
 *   [{ role: "assistant", content: "ls" }, { role: "user", content: "a.txt\n\nAnd?" }],
 * );
 * ```
 */
export function chatMessages(messages: readonly Message[]): ChatMessage[] {
  const merged: ChatMessage[] = [];
  for (const { role, content } of messages) {
    const said = role === "tool" ? "user" : role;
    const last = merged.at(-1);
    if (last?.role !== said) merged.push({ role: said, content });
    else merged.splice(-1, 1, { role: said, content: `${last.content}\n\n${content}` });
  }
  return merged;
}
