import { type EpisodeCounts, Episodes } from "./conformance_episode.ts";
import { checkDemonstrations } from "./conformance_demonstration.ts";
import { checkSplits, type Listed, listTasks, nothingListed } from "./conformance_tasks.ts";
import type { Domain, Split } from "./domain.ts";
import { type Finding, Findings } from "./finding.ts";

/** How much is checked, and who is told. */
export interface DomainCheck {
  /** Tasks of each split; `"all"` takes the first 1,024 of a source without end. Default 32. */
  readonly tasks?: number | "all";
  /** Told how many tasks of a split were played, and of how many. */
  readonly progress?: (split: Split, played: number, of: number) => void;
}

/** What was played in a split, and what came of it. */
export type SplitReport = EpisodeCounts & {
  /** How many tasks were played. */
  readonly tasks: number;
  /** How many there are; `null` where there is no end. */
  readonly size: number | null;
  /** How long it took. */
  readonly seconds: number;
};

/** What an examination came to. */
export interface Examination {
  /** What was played in each split. */
  readonly splits: { readonly [Name in Split]: SplitReport };
  /** What is wrong; empty for a domain that conforms. */
  readonly findings: readonly Finding[];
}

const splits = ["train", "test"] as const;

/**
 * Checks a domain against its contract, without any model: tasks are stable, distinct and plain JSON; no task is in
 * both splits; the rules are pure and survive any response (tried on the first 32 tasks of each split); verdicts are in
 * range; references score 1 and perturbed ones are not solved; prompts give neither the answer nor the verdict away;
 * demonstrations and prompts keep to `longest`.
 *
 * @returns What is wrong; empty for a domain that conforms.
 *
 * @example
 * ```ts
 * import { checkDomain } from "exitlab/lib/domain/conformance.ts";
 * import { sudoku } from "exitlab/domains/math/sudoku/sudoku.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(await checkDomain(sudoku(), { tasks: 4 }), []);
 * ```
 */
export async function checkDomain(domain: Domain, check: DomainCheck = {}): Promise<readonly Finding[]> {
  return (await examineDomain(domain, check)).findings;
}

/**
 * Checks a domain as `checkDomain` does, and counts what was played.
 *
 * @example
 * ```ts
 * import { examineDomain } from "exitlab/lib/domain/conformance.ts";
 * import { sudoku } from "exitlab/domains/math/sudoku/sudoku.ts";
 * import assert from "node:assert/strict";
 *
 * const { splits } = await examineDomain(sudoku({ trainingTasks: 3 }), { tasks: "all" });
 * assert.equal(splits.train.tasks, 3);
 * assert.equal(splits.train.referencesRight, 3);
 * ```
 */
export async function examineDomain(
  domain: Domain,
  { tasks = 32, progress = () => {} }: DomainCheck = {},
): Promise<Examination> {
  const findings = new Findings();
  const listed: Record<Split, Listed> = { train: nothingListed, test: nothingListed };
  for (const split of splits) {
    listed[split] = await findings.attempt(
      "tasks",
      `${split} tasks`,
      () => listTasks(domain, split, tasks, findings),
    ) ?? nothingListed;
  }
  checkSplits(listed.train.tasks, listed.test.tasks, findings);
  const episodes = new Episodes(domain, findings);
  const play = async (split: Split): Promise<SplitReport> => {
    const { tasks, size, seconds } = listed[split];
    const began = performance.now();
    const counts = await episodes.play(split, tasks, (played) => progress(split, played, tasks.length));
    return { ...counts, tasks: tasks.length, size, seconds: seconds + (performance.now() - began) / 1000 };
  };
  const reports = { train: await play("train"), test: await play("test") };
  episodes.checkLeaks();
  for (const mode of ["base", "improve", "diverge"] as const) {
    await findings.attempt(
      "demonstration",
      mode,
      () => checkDemonstrations(domain, mode, listed.test.tasks, findings),
    );
  }
  return { splits: reports, findings: findings.all };
}
