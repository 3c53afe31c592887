import {
  contentHash,
  Random,
  seededTasks,
  type Split,
  type TaskSource,
  UserError,
} from "../../../lib/domain/mod.ts";
import { type FormulaJudge, solvedFrom } from "./formula_judge.ts";
import { letters, unused } from "./shapes.ts";
import type { TableRules } from "./table.ts";

/** A table, by the seed that it is drawn with, and the formula that its target follows. */
export type FormulaTask = {
  /** Decides the rows; a whole number in [0, 2³²). */
  readonly seed: number;
  /** The program to find, m characters. No prompt shows it. */
  readonly formula: string;
};

/** What decides the tasks. */
export interface FormulaRules extends TableRules {
  /** The fewest and the most terms of a formula. */
  readonly terms: readonly [number, number];
  /** How many more letters than the longest formula a program may have. */
  readonly spare: number;
  /** The seed of all tasks. */
  readonly seed: number;
}

/** The share of the target's variation that a formula explains at least, in any rows. */
const leastExplained = 0.6;
/** Tasks drawn for one that will do. */
const mostTries = 300;

/**
 * The tasks of a split by index. The first ones are the same whatever the size. A finite list has no task twice; an
 * endless one may.
 */
export function formulaSource(
  rules: FormulaRules,
  judge: FormulaJudge,
  split: Split,
  size: number | null,
): TaskSource<FormulaTask> {
  return seededTasks(
    size,
    (index) => {
      const random = new Random(rules.seed, "formula", rules.columns, ...rules.terms, split, index);
      return () => {
        const task = drawTask(rules, judge, split, random);
        return { id: `formula${rules.columns}:${task.formula}:${task.seed}`, task };
      };
    },
    `formula() with ${rules.columns} columns; raise "columns" or ask for fewer tasks`,
  );
}

/**
 * A task of a split. Its formula and its hint both belong to the split, and so neither what is to be found nor the text
 * of a held-out task occurs in training. The formula explains most of the target, and without any one of its terms it
 * would not count as solved.
 *
 * @throws {UserError} If no such table is found, as there is more noise than formula.
 */
export function drawTask(
  rules: FormulaRules,
  judge: FormulaJudge,
  split: Split,
  random: Random,
): FormulaTask {
  for (let tries = 0; tries < mostTries; tries++) {
    const task = { seed: random.bits(), formula: drawFormula(rules, random) };
    if (splitOf(task.formula) !== split || splitOf(judge.prepare(task).hint) !== split) continue;
    if (isSound(task, judge)) return task;
  }
  throw new UserError(
    `Cannot make a table: none was found in which all terms count; lower "terms" or "noise" in formula()`,
  );
}

function drawFormula({ columns, terms: [fewest, most] }: FormulaRules, random: Random): string {
  const count = fewest + random.int(most - fewest + 1);
  const used = new Set(
    random.shuffle(Array.from({ length: columns }, (_, column) => column)).slice(0, count),
  );
  return Array.from({ length: columns }, (_, column) => used.has(column) ? random.pick(letters) : unused)
    .join("");
}

function isSound(task: FormulaTask, judge: FormulaJudge): boolean {
  const { best } = judge.prepare(task);
  if (Math.min(best.validation, best.test) < leastExplained) return false;
  return [...withoutOne(task.formula)].every((program) => {
    const { quality, reward } = judge.judge(task, program);
    return Math.max(quality, reward) < solvedFrom;
  });
}

/** A formula without one of its terms, in all ways. */
export function withoutOne(formula: string): string[] {
  return Array.from(
    formula,
    (letter, column) =>
      letter === unused ? [] : [formula.slice(0, column) + unused + formula.slice(column + 1)],
  ).flat();
}

/**
 * The split that a formula or a hint belongs to. One bit of its hash decides, and no seed takes part, so that the domains of two
 * seeds never mix.
 */
export function splitOf(text: string): Split {
  return contentHash(text) < "8" ? "train" : "test";
}
