import { canonicalJson, type Json } from "../json.ts";
import { checkHostile } from "./conformance_hostile.ts";
import { type Asked, checkLeaks, textOf } from "./conformance_leaks.ts";
import { checkedStep, checkLength, checkTurns } from "./conformance_step.ts";
import type { Domain, Message, Split, Step, TaskInstance } from "./domain.ts";
import { deepFreeze, type Findings } from "./finding.ts";

/** How many tasks of a split are tried with hostile responses. */
const hostileTasks = 32;

/** What came of the tasks of a split. */
export type EpisodeCounts = {
  /** Tasks with known-good responses. */
  readonly references: number;
  /** Tasks whose known-good responses end in quality 1 and solve it. */
  readonly referencesRight: number;
  /** Responses that are nearly right. */
  readonly perturbed: number;
  /** Those of them that count as solved. */
  readonly perturbedSolved: number;
};

/** Plays tasks with their references, with what is nearly right, and with hostile responses. */
export class Episodes {
  readonly #domain: Domain;
  readonly #findings: Findings;
  readonly #asked: Asked[] = [];

  /** Episodes of a domain; what is wrong goes to `findings`. */
  constructor(domain: Domain, findings: Findings) {
    this.#domain = domain;
    this.#findings = findings;
  }

  /**
   * Plays the tasks of a split, which are frozen.
   *
   * @param progress Told how many were played.
   */
  async play(
    split: Split,
    tasks: readonly TaskInstance<Json>[],
    progress: (played: number) => void,
  ): Promise<EpisodeCounts> {
    const counts = { references: 0, referencesRight: 0, perturbed: 0, perturbedSolved: 0 };
    const [domain, findings] = [this.#domain, this.#findings];
    const mostTurns = domain.mostTurns?.[split];
    for (const [at, { id, task }] of tasks.entries()) {
      const where = `Task "${id}"`;
      const played = await findings.attempt(
        "reference",
        where,
        () => playReference(domain, where, task, mostTurns, findings),
      );
      const near = await findings.attempt(
        "perturbed",
        where,
        () => playPerturbed(domain, where, task, findings),
      );
      counts.references += Number(played === undefined || played.asked.length > 0);
      counts.referencesRight += Number(played?.right ?? false);
      counts.perturbed += near?.length ?? 0;
      counts.perturbedSolved += near?.filter((solved) => solved).length ?? 0;
      this.#asked.push(...played?.asked ?? []);
      if (at < hostileTasks) {
        await checkHostile(domain, where, task, played?.later ?? [], mostTurns, findings);
      }
      progress(at + 1);
    }
    return counts;
  }

  /** Checks all that was asked for prompts that hold their own answer. */
  checkLeaks(): void {
    checkLeaks(this.#asked, this.#findings);
  }
}

/** What came of playing the references of a task. */
interface PlayedReference {
  /** What was asked in each turn. */
  readonly asked: readonly Asked[];
  /** The states before its later turns. */
  readonly later: readonly Json[];
  /** Whether all went well. */
  readonly right: boolean;
}

/** Plays the references, and beside it the same from a task and states that went through JSON. */
async function playReference(
  domain: Domain,
  where: string,
  task: Json,
  mostTurns: number | undefined,
  findings: Findings,
): Promise<PlayedReference> {
  const references = domain.reference?.(task) ?? [];
  const severalTurns = domain.traits.turns === "multi";
  const asked: Asked[] = [];
  const later: Json[] = [];
  let right = false;
  let state = deepFreeze(domain.begin(task));
  let restored = throughJson(state);
  for (const [turn, reference] of references.entries()) {
    const messages = domain.prompt(task, state);
    const prompt = textOf(messages);
    asked.push({ where, prompt: severalTurns ? textOf(messages.filter(isTold)) : prompt, reference });
    checkLength(domain, prompt, reference, where, findings);
    const step = await checkedStep(domain, task, state, reference, where, findings);
    if (severalTurns) {
      const copy = throughJson(task);
      const again = await domain.step(copy, restored, reference);
      const same = summary(domain.prompt(copy, restored), again) === summary(messages, step);
      findings.expect(same, "restore", `${where} goes on differently from its state of turn ${turn} as JSON`);
      restored = throughJson(again.state);
    }
    const { quality, solved } = step.verdict;
    const last = turn === references.length - 1;
    findings.expect(
      step.done === last,
      "reference",
      `${where} has ${references.length} references but its episode ${
        step.done ? `ends after ${turn + 1}` : "goes on after them"
      }`,
    );
    if (step.done && !last) return { asked, later, right };
    state = deepFreeze(step.state);
    if (!last) {
      later.push(state);
      continue;
    }
    // Before the end an episode that goes well need not be worth anything yet.
    findings.expect(
      quality === 1,
      "reference",
      `${where} gives its reference a quality of ${quality} in turn ${turn}, not 1`,
    );
    findings.expect(solved, "reference", `${where} does not count as solved after its references`);
    right = quality === 1 && solved;
  }
  checkTurns(mostTurns, references.length, `${where} has references for`, findings);
  return { asked, later, right };
}

/** Whether a message is from others than the policy, whose own words give nothing away. */
function isTold({ role }: Message): boolean {
  return role !== "assistant";
}

/** A value as it is after it was stored and read again, frozen. */
function throughJson(value: Json): Json {
  const copy: Json = JSON.parse(JSON.stringify(value));
  return deepFreeze(copy);
}

/** A turn as text, the same for the same request and step. */
function summary(asked: readonly Message[], { state, verdict, feedback, done }: Step<Json>): string {
  return canonicalJson({ asked: [...asked], state, verdict, feedback: feedback ?? null, done });
}

/** Plays what is nearly right in the first turn; returns of each whether it counted as solved. */
async function playPerturbed(
  domain: Domain,
  where: string,
  task: Json,
  findings: Findings,
): Promise<boolean[]> {
  const solved: boolean[] = [];
  for (const response of domain.perturbed?.(task) ?? []) {
    const { verdict } = await domain.step(task, deepFreeze(domain.begin(task)), response);
    // The end tells more than the beginning: that is where an answer stands.
    const quoted = JSON.stringify(response.length > 60 ? `...${response.slice(-57)}` : response);
    findings.expect(!verdict.solved, "perturbed", `${where} counts ${quoted} as solved, which is wrong`);
    solved.push(verdict.solved);
  }
  return solved;
}
