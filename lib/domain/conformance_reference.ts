import type { Json } from "../json.ts";
import { checkPlain, digest, throughJson } from "./conformance_json.ts";
import type { Asked } from "./conformance_leaks.ts";
import { checkedPrompt, textOf } from "./conformance_messages.ts";
import type { Play } from "./conformance_play.ts";
import { checkedStep, checkLength, checkTurns } from "./conformance_step.ts";
import type { Message } from "./domain.ts";
import { deepFreeze, type Findings } from "./finding.ts";

/** What came of playing the references of a task. */
export interface PlayedReference {
  /** The state before the first turn. */
  readonly first: Json;
  /** The request of the first turn, with its roles. */
  readonly prompt: string;
  /** What was asked in each turn. */
  readonly asked: readonly Omit<Asked, "perturbed">[];
  /** The states before its later turns. */
  readonly later: readonly Json[];
  /** Whether all went well. */
  readonly right: boolean;
}

/**
 * Plays the references of a task.
 *
 * @param remember Whether its turns are to be played again later.
 */
export async function playReference(
  play: Play,
  where: string,
  task: Json,
  mostTurns: number | undefined,
  remember: boolean,
): Promise<PlayedReference> {
  const { domain, findings } = play;
  const references = domain.reference?.(task) ?? [];
  const severalTurns = domain.traits.turns === "multi";
  const first = deepFreeze(domain.begin(task));
  if (remember) {
    checkSame(references, domain.reference?.(throughJson(task)) ?? [], where, "references", findings);
  }
  checkPlain(first, "begin()", where, findings);
  checkSize(play, first, where);
  const opening = checkedPrompt(play, task, first, where);
  const [asked, later]: [Omit<Asked, "perturbed">[], Json[]] = [[], []];
  const come = { first, prompt: JSON.stringify(opening), asked, later };
  checkTurns(mostTurns, references.length, `${where} has references for`, findings);
  if (references.length === 0) checkLength(domain, textOf(opening), "", where, findings);
  let state = first;
  for (const [turn, reference] of references.entries()) {
    const messages = turn === 0 ? opening : checkedPrompt(play, task, state, `${where} in turn ${turn}`);
    const prompt = textOf(messages);
    asked.push({ where, prompt: severalTurns ? textOf(messages.filter(isTold)) : prompt, reference });
    checkLength(domain, prompt, reference, where, findings);
    const step = await checkedStep(
      play,
      task,
      state,
      reference,
      turn === 0 ? where : `${where} in turn ${turn}`,
    );
    if (remember) {
      const of = `${where} with its reference${turn === 0 ? "" : ` of turn ${turn}`}`;
      play.remember(of, task, state, reference, step);
    }
    const { quality, solved } = step.verdict;
    const last = turn === references.length - 1;
    findings.expect(
      step.done === last,
      "reference",
      `${where} has ${references.length} references but its episode ${
        step.done ? `ends after ${turn + 1}` : "goes on after them"
      }`,
      'Give one reference a turn, the last one for the turn that says "done: true"',
    );
    if (step.done && !last) return { ...come, right: false };
    state = deepFreeze(step.state);
    checkSize(play, state, where);
    if (!last) {
      later.push(state);
      continue;
    }
    // Before the end an episode that goes well need not be worth anything yet.
    findings.expect(
      quality === 1,
      "reference",
      `${where} gives its reference a quality of ${quality} in turn ${turn}, not 1`,
      "Let reference() give the best response there is, in the form that step() reads, and step() give it quality 1",
    );
    findings.expect(
      solved,
      "reference",
      `${where} does not count as solved after its references`,
      'Let step() say "solved: true" of what reference() gives',
    );
    return { ...come, right: quality === 1 && solved };
  }
  return { ...come, right: false };
}

/** A start keeps its state, and there are thousands of them (characters of JSON). */
const mostKept = 1_000_000;

/** Refuses a state that is too large to be kept with each start. */
function checkSize(play: Play, state: Json, where: string): void {
  const { length } = digest(state);
  play.heavy ||= length > mostKept;
  play.findings.expect(
    length <= mostKept,
    "json",
    `${where} has a state of ${length.toLocaleString("en")} characters of JSON, more than ${
      mostKept.toLocaleString("en")
    }`,
    "Keep what never changes in the task or in a module: each start of the curriculum keeps its state",
  );
}

/** Refuses responses of a domain's own that are others when asked for again. */
export function checkSame(
  given: readonly string[],
  again: readonly string[],
  where: string,
  what: "references" | "perturbed responses",
  findings: Findings,
): void {
  findings.expect(
    JSON.stringify(given) === JSON.stringify(again),
    "pure",
    `${where} has other ${what} when asked for them again`,
    "Let reference() and perturbed() follow from the task alone: keep no count between calls, and draw chance by " +
      "new Random(seed, name) of the task",
  );
}

/** Whether a message is from others than the policy, whose own words give nothing away. */
function isTold({ role }: Message): boolean {
  return role !== "assistant";
}
