import type { Json } from "../json.ts";
import { digest, throughJson } from "./conformance_json.ts";
import type { Play } from "./conformance_play.ts";
import type { Message } from "./domain.ts";
import type { Findings } from "./finding.ts";

const roles: readonly string[] = ["system", "user", "assistant", "tool"];

/** Refuses a request that a policy cannot be asked: unknown roles, blank words, or an end that asks nothing. */
export function checkMessages(messages: readonly Message[], where: string, findings: Findings): void {
  findings.expect(
    messages.length > 0,
    "roles",
    `${where} asks with no messages`,
    'Give at least one message: { role: "user", content: "…" }',
  );
  for (const { role, content } of messages) {
    findings.expect(
      roles.includes(role),
      "roles",
      `${where} has a message of role ${JSON.stringify(role) ?? "undefined"}`,
      'Write "user" for what the policy is asked, "assistant" for what it said, "tool" for what a tool answered, ' +
        'or "system"',
    );
    // What the policy or a tool said may well be nothing.
    const blank = typeof content !== "string" ||
      ((role === "system" || role === "user") && content.trim() === "");
    findings.expect(
      !blank,
      "roles",
      `${where} has a ${role} message without text`,
      'Write the text in "content", or leave the message out',
    );
  }
  const last = messages.at(-1);
  findings.expect(
    last === undefined || last.role === "user" || last.role === "tool" || !roles.includes(last.role),
    "roles",
    `${where} asks with a message of role "${last?.role}" at the end`,
    'End with a "user" message, or with the "tool" message that the policy is to go on from',
  );
}

/** The base request of a turn, checked; the same for copies of the task and state. */
export function checkedPrompt(play: Play, task: Json, state: Json, where: string): Message[] {
  const messages = play.domain.prompt(task, state);
  checkMessages(messages, where, play.findings);
  const again = play.domain.prompt(throughJson(task), throughJson(state));
  play.findings.expect(
    digest([...again]) === digest([...messages]),
    "pure",
    `${where} asks differently when asked again`,
    "Let prompt() follow from the task and the state alone, as plain JSON",
  );
  return messages;
}

/** The text of a request. */
export function textOf(messages: readonly Message[]): string {
  return messages.map(({ content }) => content).join("");
}
