import { canonicalJson, type Json } from "../json.ts";
import { Random } from "../random.ts";
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
  const heldOutPrompts = new Set(heldOut.map(({ task }) => canonicalJson(textOf(domain, task))));
  for (let count = 0; count < demonstrationsPerMode; count++) {
    const { messages, response } = domain.demonstrate(mode, random);
    const same = domain.demonstrate(mode, again);
    const texts = messages.map(({ content }) => content);
    findings.expect(
      same.response === response &&
        canonicalJson(same.messages.map(({ content }) => content)) === canonicalJson(texts),
      "demonstration",
      `A demonstration of mode "${mode}" does not follow from its random stream`,
    );
    findings.expect(
      !heldOutPrompts.has(canonicalJson(texts)),
      "demonstration",
      `A demonstration of mode "${mode}" is about a held-out task`,
    );
    const { longest } = domain;
    if (longest === undefined) continue;
    findings.expect(
      texts.join("").length <= longest.prompt && response.length <= longest.response,
      "longest",
      `A demonstration of mode "${mode}" is longer than "longest" says`,
    );
  }
}

function textOf(domain: Domain, task: Json): string[] {
  return domain.prompt(task, domain.begin(task)).map(({ content }) => content);
}
