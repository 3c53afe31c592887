/**
 * What the policy is asked: the one place where a start becomes a prompt, for training and evaluation alike.
 *
 * The wording is this project's own. Content and order follow appendix B of arXiv 2509.04575: an instruction, the
 * request, the current response and, for a divergence, the form of the new response. Feedback follows the response
 * where the domain gives any: for a program that failed, what it was stopped by. A verdict is never shown, but for the
 * fact that a response failed, which a request to mend it tells.
 *
 * @module
 */
import type { Domain, Message } from "../domain/domain.ts";
import type { Json } from "../json.ts";
import type { Start } from "../curriculum/start.ts";
import type { IterationRequest } from "./operator.ts";

/**
 * The messages for a start, by its mode: the domain's prompt for `"base"`, else a self-iteration request.
 *
 * @param task The content of the start's root task.
 * @throws {TypeError} If the mode asks for another response but the start has no attempt.
 *
 * @example
 * ```ts
 * import { rootStart } from "exitlab/lib/curriculum/start.ts";
 * import { wordRequest } from "exitlab/lib/operator/wording.ts";
 * import { sudoku } from "exitlab/domains/math/sudoku/sudoku.ts";
 * import assert from "node:assert/strict";
 *
 * const domain = sudoku();
 * const { id, task } = domain.tasks("train").at(0);
 * const [message] = wordRequest(rootStart(0, id, domain.begin(task)), domain, task);
 * assert.match(message?.content ?? "", /^B[1-4.]{16}$/);
 * ```
 */
export function wordRequest(start: Start, domain: Domain, task: Json): Message[] {
  const { attempt, mode, state } = start;
  if (mode === "base") return domain.prompt(task, state);
  if (attempt === null) {
    throw new TypeError(`Cannot ask to ${mode} a response: start "${start.id}" has no attempt`);
  }
  if (mode !== "improve" && mode !== "debug" && mode !== "diverge") {
    throw new TypeError(`Cannot word a request in mode "${mode}": the operator of that name must`);
  }
  return wordIteration(mode, { domain, task, state, attempt });
}

/**
 * A self-iteration request: in the domain's own words if it has any, else in ours. A domain is asked to improve a response
 * that failed, and sees in its verdict that it did.
 */
export function wordIteration(mode: keyof typeof instructions, request: IterationRequest): Message[] {
  const { domain, task, state, attempt } = request;
  if (domain.iterate !== undefined) {
    return domain.iterate(task, state, attempt, mode === "debug" ? "improve" : mode);
  }
  const form = mode === "diverge" ? [section("Form of the new response", divergentForm)] : [];
  return wordSections(instructions[mode], request, form);
}

/**
 * The domain's prompt with its last request made into sections: an instruction, the request, the current response,
 * feedback on it if there is any. Of a conversation all else stays as it is before them; so does the request itself
 * if the policy has already acted on it, which the messages after it belong to.
 *
 * @param instruction What is asked of the current response.
 * @param more Sections to follow.
 */
export function wordSections(
  instruction: string,
  { domain, task, state, attempt }: IterationRequest,
  more: readonly string[] = [],
): Message[] {
  const messages = domain.prompt(task, state);
  const asked = messages.findLastIndex(({ role }) => role === "user");
  const feedback = attempt.feedback === null
    ? []
    : [section("Feedback on the current response", attempt.feedback)];
  const content = [
    instruction,
    section("Request", messages[asked]?.content ?? ""),
    section("Current response", attempt.response),
    ...feedback,
    ...more,
  ].join("\n\n");
  const actedOn = messages.slice(asked + 1).some(({ role }) => role === "assistant" || role === "tool");
  const before = actedOn ? messages : messages.filter((_, index) => index !== asked);
  return [...before, { role: "user", content }];
}

const instructions = {
  improve: "Below are a request and the current response to it. Write a better response to the request.",
  debug:
    "Below are a request and the current response to it, which failed: it could not be run to its end. Find the fault " +
    "and mend it first; improve nothing else unless the fault calls for it. Write the whole response anew.",
  diverge:
    "Below are a request and the current response to it. Study how the current response goes about the request, " +
    "then write a new response that goes about it in a **fundamentally different** way.",
} as const;

const divergentForm = [
  "Answer with these three parts, in this order:",
  "- **Approach so far:** a short summary of how the current response goes about the request.",
  "- **Different approach:** an approach that shares as little as possible with it.",
  "- **New response:** the response to the request that follows the different approach.",
].join("\n");

function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`;
}
