import type { Start } from "../curriculum/start.ts";
import type { Domain, Message } from "../domain/domain.ts";
import type { Json } from "../json.ts";
import type { OperatorPart } from "../operator/operator.ts";
import { wordRequest } from "../operator/wording.ts";

/** The request for a start: in the words of the first operator that has any for its mode, else in the usual ones. */
export function ask(start: Start, domain: Domain, task: Json, operators: readonly OperatorPart[]): Message[] {
  const { attempt, state } = start;
  if (attempt !== null && start.mode !== "base") {
    for (const operator of operators) {
      const messages = operator.word(start, { domain, task, state, attempt });
      if (messages !== undefined) return messages;
    }
  }
  return wordRequest(start, domain, task);
}
