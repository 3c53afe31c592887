import type { Json } from "../json.ts";
import { Random } from "../random.ts";
import { digest } from "./conformance_json.ts";
import { checkMessages } from "./conformance_messages.ts";
import { checkLength } from "./conformance_step.ts";
import type { Domain, TaskInstance, UsualMode } from "./domain.ts";
import type { Findings } from "./finding.ts";

const demonstrationsPerMode = 32;

/** Checks demonstrations for following from their stream, for held-out tasks and for their length. */
export function checkDemonstrations(
  domain: Domain,
  mode: UsualMode,
  heldOut: readonly TaskInstance<Json>[],
  findings: Findings,
): void {
  if (domain.demonstrate === undefined) return;
  const [random, again] = [new Random(1, "conformance"), new Random(1, "conformance")];
  const heldOutPrompts = new Set(heldOut.map(({ task }) => digest(textsOf(domain, task))));
  for (let count = 0; count < demonstrationsPerMode; count++) {
    const { messages, response } = domain.demonstrate(mode, random);
    const same = domain.demonstrate(mode, again);
    const texts = messages.map(({ content }) => content);
    findings.expect(
      same.response === response && digest(same.messages.map(({ content }) => content)) === digest(texts),
      "demonstration",
      `A demonstration of mode "${mode}" does not follow from its random stream`,
      "Draw all chance in demonstrate() from the stream that it is given",
    );
    findings.expect(
      !heldOutPrompts.has(digest(texts)),
      "demonstration",
      `A demonstration of mode "${mode}" is about a held-out task`,
      "Demonstrate tasks of the training split alone",
    );
    checkMessages(messages, `A demonstration of mode "${mode}"`, findings);
    checkLength(domain, texts.join(""), response, `A demonstration of mode "${mode}"`, findings);
  }
}

function textsOf(domain: Domain, task: Json): string[] {
  return domain.prompt(task, domain.begin(task)).map(({ content }) => content);
}
