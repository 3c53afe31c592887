import type { Message } from "../domain/domain.ts";
import type { Policy } from "../engine/engine.ts";

/** One response to draw. */
export interface ResponseRequest {
  /** The conversation so far. */
  readonly messages: readonly Message[];
  /** The most tokens to draw, the stop token included. */
  readonly maxTokens: number;
  /** At least 0; 1 is the responder's own distribution. */
  readonly temperature: number;
  /** Probability mass to keep, in (0, 1]; 1 keeps all. */
  readonly topP: number;
  /** Tells this draw from others of the same conversation. A whole number in [0, 2³²). */
  readonly seed: number;
}

/** One response. */
export interface Answer {
  /** What was written. */
  readonly text: string;
  /** How many tokens were generated for it. */
  readonly tokens: number;
}

/**
 * What is evaluated: something that goes on with conversations. A policy does so through its tokenizer; a model behind a
 * server takes messages and need not say what a token is.
 */
export interface Responder {
  /** The most tokens that a conversation and its response may have together; `Infinity` where it sets no limit. */
  readonly context: number;
  /** What to raise where the context is too small, such as `"policy.context"`. */
  readonly contextOption: string;
  /** The tokens of a conversation, or an estimate of them. */
  count(messages: readonly Message[]): number;
  /** Draws responses, in the order asked. */
  respond(requests: readonly ResponseRequest[]): Promise<Answer[]>;
}

/**
 * A policy under its published weights as a responder.
 *
 * @example
 * ```ts
 * import { policyResponder } from "exitlab/lib/loop/responder.ts";
 * import assert from "node:assert/strict";
 *
 * const responder = policyResponder({
 *   context: 8,
 *   tokenizer: {
 *     vocabulary: 2,
 *     stop: [0],
 *     encodeChat: (messages) => messages.map(() => 1),
 *     encodeResponse: () => [1, 0],
 *     decode: (tokens) => "a".repeat(tokens.length - 1),
 *   },
 *   sample: (requests) =>
 *     Promise.resolve(requests.map(() => ({ tokens: [1, 0], logprobs: new Float32Array(2), finish: "stop" as const }))),
 * });
 * const messages = [{ role: "user" as const, content: "b" }];
 * const [answer] = await responder.respond([{ messages, maxTokens: 2, temperature: 1, topP: 1, seed: 0 }]);
 * assert.deepEqual(answer, { text: "a", tokens: 2 });
 * ```
 */
export function policyResponder(policy: Pick<Policy, "tokenizer" | "context" | "sample">): Responder {
  const { tokenizer, context } = policy;
  return {
    context,
    contextOption: "policy.context",
    count: (messages) => tokenizer.encodeChat(messages).length,
    respond: async (requests) => {
      const completions = await policy.sample(requests.map(({ messages, ...request }) => ({
        prompt: tokenizer.encodeChat(messages),
        ...request,
      })));
      return requests.map((_, at) => {
        const completion = completions[at];
        if (completion === undefined) throw new Error("The engine lost a completion");
        return { text: tokenizer.decode(completion.tokens), tokens: completion.tokens.length };
      });
    },
  };
}
