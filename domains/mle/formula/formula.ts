import * as v from "valibot";
import {
  defineDomain,
  deriveSeed,
  type Domain,
  type DomainBehaviour,
  type Message,
  notNegative,
  probability,
  Random,
  type RewardRule,
  whole,
} from "../../../lib/domain/mod.ts";
import {
  divergence,
  earlierAttempt,
  type Editor,
  firstAttempt,
  type FormulaEditorOptions,
  improvement,
  mended,
} from "./formula_editor.ts";
import { FormulaJudge, solvedFrom } from "./formula_judge.ts";
import { drawTask, formulaSource, type FormulaTask, withoutOne } from "./formula_source.ts";
import { sanitize } from "./program.ts";
import { unused } from "./shapes.ts";

/** All options of `formula`. */
export type FormulaOptions = {
  /** m, how many columns a table has, from 2 to 12. Default 8. */
  readonly columns: number;
  /** The fewest and the most terms of a formula, from 1 to 6. Default [2, 3]. */
  readonly terms: readonly [number, number];
  /** How many more letters than the longest formula a program may have. Default 1. */
  readonly spare: number;
  /** The correlation in [0, 0.9], up to its sign, of any two columns. Default 0.2. */
  readonly shared: number;
  /** The variance of the target's noise over that of the formula, from 0 to 0.3. Default 0.1. */
  readonly noise: number;
  /** How many training tasks there are. Default 256. */
  readonly trainingTasks: number | "unlimited";
  /** How many held-out tasks there are; the same whatever the training tasks. Default 256. */
  readonly testTasks: number;
  /** How an improvement is rewarded; a divergence is always absolute. Default `"improvement"`. */
  readonly selfIteration: RewardRule;
  /** The seed of the tasks; a run's own seed has no part in them. Default 0. */
  readonly seed: number;
  /** How good the warm start's noisy editor is. */
  readonly demonstrations: FormulaEditorOptions;
};

/** Options with all levels optional. */
export type FormulaInput =
  & Partial<Omit<FormulaOptions, "demonstrations">>
  & { readonly demonstrations?: Partial<FormulaEditorOptions> };

/** The tables that demonstrations are about: enough for any, few enough to be kept. */
const demonstrationTables = 256;

const schema = v.pipe(
  v.strictObject({
    columns: v.optional(whole(2, 12), 8),
    terms: v.optional(v.strictTuple([whole(1, 6), whole(1, 6)]), [2, 3]),
    spare: v.optional(whole(0, 12), 1),
    shared: v.optional(v.pipe(notNegative, v.maxValue(0.9, "a number in [0, 0.9]")), 0.2),
    noise: v.optional(v.pipe(notNegative, v.maxValue(0.3, "a number in [0, 0.3]")), 0.1),
    trainingTasks: v.optional(v.union([whole(1), v.literal("unlimited")]), 256),
    testTasks: v.optional(whole(1), 256),
    selfIteration: v.optional(v.picklist(["absolute", "improvement", "improvement-or-keep"]), "improvement"),
    seed: v.optional(whole(0), 0),
    demonstrations: v.optional(
      v.strictObject({
        heed: v.optional(probability, 0.4),
        keep: v.optional(probability, 0.95),
        move: v.optional(probability, 0.4),
        slip: v.optional(probability, 0.1),
      }),
      {},
    ),
  }),
  v.forward(v.check(({ terms: [fewest, most] }) => fewest <= most, "[fewest, most] with fewest ≤ most"), [
    "terms",
  ]),
  v.forward(v.check(({ terms: [, most], columns }) => most <= columns, "no more terms than columns"), [
    "terms",
  ]),
);

/**
 * Machine-learning engineering in miniature: a table with m columns and a target that follows a hidden formula, two or three of the
 * columns, each in a shape. A program says in one character a column which shape it enters a linear model in, or `.`
 * for not at all. It is *really run*: fitted to the training rows by ridge regression, rewarded by its R² in validation
 * rows and judged by that in test rows, both over the formula's own.
 *
 * Prompts are as short as they can be, for policies of a million parameters: `B` and the hint, a digit a column, for a first
 * attempt; `I` (improve) or `D` (diverge), the hint, the earlier program and what its fit says of each column for a
 * self-iteration step, or `F` (fix) and what is wrong with it if it did not run: another length, a character that is no
 * shape, or more letters than the budget. The splits share neither formulas nor hints. Demonstrations are about tables of the training side
 * of the split, whatever the number of training tasks.
 *
 * @throws {UserError} If an option is unknown or out of range, or no table of these options is sound.
 *
 * @example
 * ```ts
 * import { formula } from "exitlab/domains/mle/formula/formula.ts";
 * import assert from "node:assert/strict";
 *
 * const domain = formula();
 * const task = { seed: 7, formula: "l.s....w" };
 * const { verdict, feedback } = await domain.step(task, null, "l.s....w");
 * assert.deepEqual(verdict, { quality: 1, solved: true, reward: 1 });
 * assert.equal(feedback, "=.=....=");
 * const crowded = await domain.step(task, null, "lllllll.");
 * assert.equal(crowded.verdict.failed, true);
 * assert.equal(crowded.feedback, "+++++++_");
 * ```
 */
export function formula(options: FormulaInput = {}): Domain<FormulaTask, null> {
  return define(options);
}

const define = defineDomain({ name: "formula", version: "1", schema, build });

function build(options: FormulaOptions): DomainBehaviour<FormulaTask, null> {
  const { columns } = options;
  const budget = options.terms[1] + options.spare;
  const judge = new FormulaJudge({ ...options, budget });
  const editor: Editor = { ...options.demonstrations, columns, budget };
  const sources = {
    train: formulaSource(
      options,
      judge,
      "train",
      options.trainingTasks === "unlimited" ? null : options.trainingTasks,
    ),
    test: formulaSource(options, judge, "test", options.testTasks),
  };
  // What cannot be drawn is refused now, and not in the middle of a run.
  for (const split of ["train", "test"] as const) {
    drawTask(options, judge, split, new Random(options.seed, "formula check"));
  }
  const shown = formulaSource(
    { ...options, seed: deriveSeed(options.seed, "demonstrations") },
    judge,
    "train",
    demonstrationTables,
  );
  const prompt = (task: FormulaTask): Message[] => user(`B${judge.prepare(task).hint}`);
  const iterate = (task: FormulaTask, response: string, mode: "improve" | "diverge"): Message[] => {
    const { failed, marks } = judge.judge(task, response);
    const letter = mode === "diverge" ? "D" : failed ? "F" : "I";
    return user(`${letter}${judge.prepare(task).hint}${sanitize(columns, response)}${marks}`);
  };

  return {
    traits: { turns: "single", quality: "graded", feedback: true },
    selfIterationReward: options.selfIteration,
    // A demonstration may be a character too long.
    longest: { prompt: 1 + 3 * columns, response: columns + 1 },
    tasks: (split) => sources[split],
    begin: () => null,
    prompt,
    iterate: (task, _state, { response }, mode) => iterate(task, response, mode),
    step: (task, _state, response) => {
      const { quality, reward, failed, marks } = judge.judge(task, response);
      const verdict = { quality, solved: quality >= solvedFrom, reward };
      return {
        state: null,
        verdict: failed ? { ...verdict, failed } : verdict,
        feedback: marks,
        done: true,
      };
    },
    reference: ({ formula }) => [formula],
    perturbed: ({ formula }) => [
      ...withoutOne(formula),
      formula.slice(0, -1),
      formula + unused,
      formula.toUpperCase(),
    ],
    demonstrate: (mode, random) => {
      const task = shown.at(random.int(demonstrationTables)).task;
      const { hint } = judge.prepare(task);
      if (mode === "base") return { messages: prompt(task), response: firstAttempt(editor, hint, random) };
      const earlier = earlierAttempt(editor, hint, task.formula, random);
      const { failed, marks } = judge.judge(task, earlier);
      const response = mode === "diverge"
        ? divergence(editor, hint, earlier, random)
        : failed
        ? mended(editor, earlier, random)
        : improvement(editor, earlier, marks, random);
      return { messages: iterate(task, earlier, mode), response };
    },
    metrics: (attempts): Record<string, number> => {
      const last = attempts.at(-1);
      return last === undefined ? {} : { failed: last.verdict.failed === true ? 1 : 0 };
    },
  };
}

function user(content: string): Message[] {
  return [{ role: "user", content }];
}
