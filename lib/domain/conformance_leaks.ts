import type { Message } from "./domain.ts";
import type { Findings } from "./finding.ts";

/** A reference of this length or more does not stand in a prompt by chance. */
const tellingLength = 8;

/** What a prompt said, and what the answer to it was. */
export interface Asked {
  /** The task, for messages. */
  readonly where: string;
  /** The text of the request; of several turns, without what the policy itself has said. */
  readonly prompt: string;
  /** The known-good response. */
  readonly reference: string;
}

/**
 * Refuses a prompt that holds its own answer: at once for a long answer, unless the prompts of all tasks hold it, as they
 * do where it is a form of words that every request explains; for a short one, which may stand there by chance or as one
 * of the choices, only if all prompts hold theirs and do not hold each other's.
 */
export function checkLeaks(asked: readonly Asked[], findings: Findings): void {
  const tells = ({ prompt, reference }: Asked): boolean => reference !== "" && prompt.includes(reference);
  const severalTasks = asked.some(({ where }) => where !== asked[0]?.where);
  const common = new Map<string, boolean>();
  const isCommon = (reference: string): boolean => {
    const known = common.get(reference) ?? asked.every(({ prompt }) => prompt.includes(reference));
    common.set(reference, known);
    return severalTasks && known;
  };
  for (const each of asked) {
    const telling = each.reference.length >= tellingLength && tells(each) && !isCommon(each.reference);
    findings.expect(!telling, "leak", `${each.where} has its reference in its prompt`);
  }
  const others = asked.some(({ prompt }) => asked.some(({ reference }) => !prompt.includes(reference)));
  const allTell = asked.length > 1 && asked.every(tells) && others;
  findings.expect(!allTell, "leak", "Every prompt has its own reference in it");
}

/** The text of a request. */
export function textOf(messages: readonly Message[]): string {
  return messages.map(({ content }) => content).join("");
}
