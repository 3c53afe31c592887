import type { Json } from "../json.ts";
import { checkHostile } from "./conformance_hostile.ts";
import { type Asked, checkLeaks, textOf } from "./conformance_leaks.ts";
import { checkedStep, checkLength } from "./conformance_step.ts";
import type { Domain, TaskInstance } from "./domain.ts";
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
    tasks: readonly TaskInstance<Json>[],
    progress: (played: number) => void,
  ): Promise<EpisodeCounts> {
    const counts = { references: 0, referencesRight: 0, perturbed: 0, perturbedSolved: 0 };
    const [domain, findings] = [this.#domain, this.#findings];
    for (const [at, { id, task }] of tasks.entries()) {
      const where = `Task "${id}"`;
      const played = await findings.attempt(
        "reference",
        where,
        () => playReference(domain, where, task, findings),
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
      if (at < hostileTasks) await checkHostile(domain, where, task, findings);
      progress(at + 1);
    }
    return counts;
  }

  /** Checks all that was asked for prompts that hold their own answer. */
  checkLeaks(): void {
    checkLeaks(this.#asked, this.#findings);
  }
}

/** Plays the references; returns what was asked in each turn, and whether all went well. */
async function playReference(
  domain: Domain,
  where: string,
  task: Json,
  findings: Findings,
): Promise<{ readonly asked: readonly Asked[]; readonly right: boolean }> {
  const references = domain.reference?.(task) ?? [];
  const asked: Asked[] = [];
  let right = references.length > 0;
  let state = deepFreeze(domain.begin(task));
  for (const [turn, reference] of references.entries()) {
    const prompt = textOf(domain.prompt(task, state));
    asked.push({ where, prompt, reference });
    checkLength(domain, prompt, reference, where, findings);
    const step = await checkedStep(domain, task, state, reference, where, findings);
    const { quality, solved } = step.verdict;
    const last = turn === references.length - 1;
    findings.expect(
      step.done === last,
      "reference",
      `${where} has ${references.length} references for another number of turns`,
    );
    findings.expect(
      quality === 1,
      "reference",
      `${where} gives its reference a quality of ${quality} in turn ${turn}, not 1`,
    );
    findings.expect(solved || !last, "reference", `${where} does not count as solved after its references`);
    right &&= quality === 1 && (solved || !last);
    state = deepFreeze(step.state);
  }
  return { asked, right };
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
