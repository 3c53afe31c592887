import { type EpisodeCounts, playSplit } from "./conformance_episode.ts";
import { checkDemonstrations } from "./conformance_demonstration.ts";
import { checkStrange } from "./conformance_hostile.ts";
import { checkLeaks, type LeakWords } from "./conformance_leaks.ts";
import { type Pace, Play } from "./conformance_play.ts";
import { checkReplays } from "./conformance_replay.ts";
import { checkRewards } from "./conformance_rewards.ts";
import { shaped } from "./conformance_shape.ts";
import { checkSpeed } from "./conformance_speed.ts";
import { checkQuestions, checkSplits } from "./conformance_splits.ts";
import { checkRebuilt, type Listed, listTasks, nothingListed } from "./conformance_tasks.ts";
import { tellings, tellingWords } from "./conformance_telling.ts";
import { explainThrown } from "./conformance_thrown.ts";
import type { Domain, Split } from "./domain.ts";
import { type Finding, Findings } from "./finding.ts";

/** How much is checked, and who is told. */
export interface DomainCheck {
  /** Tasks of each split; `"all"` takes the first 1,024 of a source without end. Default 32. */
  readonly tasks?: number | "all";
  /** Told how many tasks of a split were played, and of how many. */
  readonly progress?: (split: Split, played: number, of: number) => void;
  /** Told what is played next, before what might never end. */
  readonly watch?: (where: string) => void;
  /** Reads a clock (milliseconds), by which verdicts are fast or slow. Default the machine's. */
  readonly now?: () => number;
}

/** What was played in a split, and what came of it. */
export type SplitReport = EpisodeCounts & Pace & {
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

const promptWords: LeakWords = {
  one: "its prompt",
  every: "Every prompt",
  fix:
    "Take the answer out of what prompt() shows; where the task is to find it there, let perturbed() give wrong " +
    "answers that stand there as well",
};

/** What to write where a function throws. */
const fixes: Readonly<Record<string, string>> = {
  tasks: "Let tasks(split).at(index) give a task for each index from 0 to its size",
  rebuild: "Make the domain by defineDomain(), so that its options make it again",
  verdict: "Let each function give a value for whatever may come",
  pure: "Let each function follow from its arguments alone, so that it runs to its end whenever it is called",
  leak: "Let step() and iterate() run to their end after a wrong response",
  slow: "Let begin() of this task run to its end",
  demonstration: "Let demonstrate() give a request and a response in each mode",
};

/**
 * Checks a domain against its contract, without any model: tasks are stable, distinct and plain JSON; no task is in
 * both splits, nor asked in both; the rules are pure, keep nothing between calls, go on from what was stored and survive any
 * response in good time (tried on the first 32 tasks of each split); verdicts are in range; references score 1 and perturbed
 * ones are not solved; prompts, feedback and self-iteration requests give neither the answer nor the verdict away;
 * demonstrations and prompts keep to `longest`. `docs/validate.md` has each check.
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
  { tasks = 32, progress = () => {}, watch = () => {}, now = () => performance.now() }: DomainCheck = {},
): Promise<Examination> {
  const findings = new Findings({ fixes, explain: (error) => explainThrown(error, domain.permissions) });
  const play = new Play(shaped(domain), findings, now, watch);
  const listed: Record<Split, Listed> = { train: nothingListed, test: nothingListed };
  for (const split of splits) {
    const list = (): Listed => listTasks(play.domain, split, tasks, play);
    listed[split] = await findings.attempt("tasks", `${split} tasks`, list) ?? nothingListed;
    const rebuild = (): void => checkRebuilt(domain, split, listed[split].tasks, findings);
    await findings.attempt("rebuild", `rebuild() and its ${split} tasks`, rebuild);
  }
  const shared = checkSplits(listed.train.tasks, listed.test.tasks, findings);
  const [first] = listed.train.tasks;
  if (first !== undefined && !play.waits) {
    await findings.attempt("slow", `Task "${first.id}"`, () => checkSpeed(play, first));
  }
  const playAll = async (split: Split) => {
    const { tasks, size, seconds } = listed[split];
    const began = now();
    const seen = await playSplit(play, split, tasks, (played) => progress(split, played, tasks.length));
    const took = seconds + (now() - began) / 1000;
    const report: SplitReport = { ...seen.counts, ...seen.pace, tasks: tasks.length, size, seconds: took };
    return { ...seen, report };
  };
  const [train, test] = [await playAll("train"), await playAll("test")];
  checkStrange(play);
  checkQuestions(train.questions, test.questions, shared, findings);
  checkLeaks([...train.asked, ...test.asked], promptWords, findings);
  for (const kind of tellings) {
    const told = [...train.telling, ...test.telling].filter((telling) => telling.kind === kind);
    checkLeaks(told, tellingWords[kind], findings);
  }
  await checkReplays(play);
  await findings.attempt("verdict", "selfIterationReward", () => checkRewards(domain, findings));
  for (const mode of ["base", "improve", "diverge"] as const) {
    await findings.attempt(
      "demonstration",
      `demonstrate() in "${mode}"`,
      () => checkDemonstrations(play.domain, mode, listed.test.tasks, findings),
    );
  }
  return { splits: { train: train.report, test: test.report }, findings: findings.all };
}
