import { type Finding, Findings } from "../domain/finding.ts";
import { checkAccounts, checkMutation, checkOrder } from "./conformance_outcomes.ts";
import { madeUpRoots, type Trial } from "./conformance_run.ts";
import { checkCounts, checkStarts } from "./conformance_starts.ts";
import { checkMemory, checkRefusals, checkRestore, checkSeeds } from "./conformance_state.ts";
import type { CurriculumPart } from "./curriculum.ts";

/** How much is checked. */
export interface CurriculumCheck {
  /** Training iterations in each check; memory is watched over four times as many. Default 40. */
  readonly iterations?: number;
  /** Starts an iteration. Default 16. */
  readonly count?: number;
}

/** What to write instead, by check. */
const fixes: Readonly<Record<string, string>> = {
  "same seed": "Draw all chance from the random stream that create() is given, and from no other source",
  restore:
    "Put all that decides later picks into state(), as plain JSON with the random stream's, and set it in restore()",
  memory: "Bound what is kept by a capacity, and let go of the oldest or the worst beyond it",
  starts: "Hand starts out as observe() or the root source gave them, without changing a field",
  count: 'Give as many starts as "count" has room for, at least one',
  "nothing lost": "Let go of a start only where the space is full",
  "nothing twice": "Know starts by their id, and keep each once",
  accounts: "Count a visit for each group of a start that is in the space, and pick from the space",
  metrics: "Give finite numbers alone, before the first batch too: no mean of nothing",
  refusal: "Throw a UserError for a count or a state that cannot be, before anything is changed",
  order:
    "Take outcomes in whatever order and number they come: some late, some twice, some of starts long gone",
  mutation: "Copy what observe() is given before changing it, such as { ...start }",
  "single task": "Give the one task there is as often as it takes",
  endless: "Draw from a source without a size by index, and do not list it",
  run: "Let next() and observe() run to their end in each of these runs",
};

/** Root tasks of the trials with a finite source of several. */
const several = 50;

/**
 * Checks a curriculum against its contract in made-up training runs, with and without operators. Give it a capacity
 * that a run fills (about `iterations × count` starts), or its memory cannot be judged.
 *
 * A finding's `check` is one of
 *
 * - `"same seed"`: one seed gives the same picks each time, another seed others;
 * - `"restore"`: a restored curriculum has the same state, space, record and future, endless sources included;
 * - `"memory"`: the state is bounded, endless sources included;
 * - `"starts"`: starts are handed out as they were given in, in mode `"base"`, and no attempts where nothing works on them;
 * - `"count"`: `next(count)` gives as many starts as `count` has room for, at least one, and none longer than announced;
 * - `"nothing lost"`: no start leaves a task space that has room;
 * - `"nothing twice"`: no start is in the space twice;
 * - `"accounts"`: histories are picked from the space, and each group of a start in it counts as a visit;
 * - `"metrics"`: all figures are finite, before the first batch too;
 * - `"refusal"`: counts and states that cannot be are refused, and change nothing;
 * - `"order"`: outcomes may be none, late, in any order, repeated, or for roots that were not picked;
 * - `"mutation"`: outcomes are left as they were;
 * - `"single task"` and `"endless"`: sources of one root and without end work;
 * - `"run"`: something threw.
 *
 * @returns What is wrong; empty for a curriculum that conforms.
 *
 * @example
 * ```ts
 * import { checkCurriculum } from "exitlab/lib/curriculum/conformance.ts";
 * import { exit } from "exitlab/lib/curriculum/exit.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(await checkCurriculum(exit({ capacity: 64, minimumFill: 16 })), []);
 * ```
 */
export async function checkCurriculum(
  part: CurriculumPart,
  { iterations = 40, count = 16 }: CurriculumCheck = {},
): Promise<Finding[]> {
  const findings = new Findings({ fixes });
  for (const iterates of [true, false]) {
    const operators = iterates ? "with operators" : "without operators";
    const trial = (size: number | null, source: string): Trial => ({
      part,
      roots: madeUpRoots(size),
      iterates,
      iterations,
      count,
      where: `${operators} and ${source}`,
      findings,
    });
    const usual = trial(several, `${several} tasks`);
    const always = [checkRestore, checkStarts, checkCounts];
    const plan = [
      {
        name: "run",
        trial: usual,
        checks: [checkSeeds, checkMemory, checkAccounts, checkRefusals, ...always],
      },
      { name: "order", trial: usual, checks: [checkOrder] },
      { name: "mutation", trial: usual, checks: [checkMutation] },
      { name: "single task", trial: trial(1, "a single task"), checks: always },
      { name: "endless", trial: trial(null, "endless tasks"), checks: [checkMemory, ...always] },
    ];
    for (const { name, trial, checks } of plan) {
      for (const check of checks) await findings.attempt(name, trial.where, () => check(trial));
    }
  }
  return findings.all;
}
