import * as v from "valibot";
import {
  type Attempt,
  defineDomain,
  type Domain,
  type DomainBehaviour,
  type Message,
  probability,
  whole,
} from "../../../lib/domain/mod.ts";
import { divergence, earlierAttempt, type EditorOptions, firstAttempt, improvement } from "./demonstrate.ts";
import { exercisePool, solutionOf } from "./exercises.ts";
import { puzzleSource, type SudokuTask } from "./generator.ts";
import { formatGrid, geometry, largestSize, parseGrid } from "./grid.ts";
import { conflictMask, judge, sanitize } from "./judge.ts";
import { gridSplits } from "./splits.ts";

/** All options of `sudoku`. */
export type SudokuOptions = {
  /** n, from 2 to 16: the grid has n × n cells. Default 4. See `geometry` for the shape of the boxes. */
  readonly size: number;
  /** The fewest and the most givens. Default 25 to 38 % of the cells up to size 4, 40 to 50 % to 8, 48 to 58 % above. */
  readonly givens: readonly [number, number];
  /** How many training tasks there are. Default 256. */
  readonly trainingTasks: number | "unlimited";
  /** How many held-out tasks there are; the same whatever the training tasks. Default 256. */
  readonly testTasks: number;
  /** `"binary"`: 1 for a solved grid, else 0; `"graded"`: the quality. Default `"binary"`. */
  readonly reward: "binary" | "graded";
  /** Whether self-iteration requests show which cells are in conflict. Default `false`. */
  readonly feedback: boolean;
  /** The seed of the tasks; a run's own seed has no part in them. Default 0. */
  readonly seed: number;
  /** How good the warm start's noisy editor is. */
  readonly demonstrations: EditorOptions;
};

/** Options with all levels optional. */
export type SudokuInput =
  & Partial<Omit<SudokuOptions, "demonstrations">>
  & { readonly demonstrations?: Partial<EditorOptions> };

const schema = v.pipe(
  v.strictObject({
    size: v.optional(whole(2, largestSize), 4),
    givens: v.optional(v.strictTuple([whole(0), whole(0)])),
    trainingTasks: v.optional(v.union([whole(1), v.literal("unlimited")]), 256),
    testTasks: v.optional(whole(1), 256),
    reward: v.optional(v.picklist(["binary", "graded"]), "binary"),
    feedback: v.optional(v.boolean(), false),
    seed: v.optional(whole(0), 0),
    demonstrations: v.optional(
      v.strictObject({
        correct: v.optional(probability, 0.75),
        fix: v.optional(probability, 0.35),
        break: v.optional(probability, 0.06),
        copySolved: v.optional(probability, 0.8),
      }),
      {},
    ),
  }),
  v.transform((options) => ({ ...options, givens: options.givens ?? usualGivens(options.size) })),
  v.forward(
    v.check(
      ({ size, givens: [fewest, most] }) => fewest <= most && most <= size * size,
      "[fewest, most] with fewest ≤ most ≤ size²",
    ),
    ["givens"],
  ),
);

function usualGivens(size: number): [number, number] {
  const [fewest, most] = size <= 4 ? [0.25, 0.375] : size <= 8 ? [0.4, 0.5] : [0.48, 0.58];
  return [Math.round(fewest * size ** 2), Math.round(most * size ** 2)];
}

/**
 * Number grids to fill. The answer is the whole grid, n² digits; prompts are as short as they can be, for policies of
 * a million parameters: `B` and the givens for a first attempt, `I` (improve) or `D` (diverge), the givens and the
 * earlier attempt for a self-iteration step, and then the conflict mask if feedback is on.
 *
 * A grid is solved when every row, column and box has each digit once and the givens stand; a puzzle may have several
 * solutions. Quality is graded by valid units (see `judge`). The splits are disjoint in complete grids: every
 * completion of a held-out puzzle is a grid that completes no training puzzle. Demonstrations are about 4096 puzzles
 * of the training side of the split, whatever the number of training tasks.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { sudoku } from "exitlab/domains/math/sudoku/sudoku.ts";
 * import assert from "node:assert/strict";
 *
 * const domain = sudoku({ size: 4, givens: [5, 5] });
 * const { id, task } = domain.tasks("train").at(0);
 * assert.equal(id, `sudoku4:${task.givens}`);
 * const [solution = ""] = domain.reference?.(task) ?? [];
 * const { verdict } = await domain.step(task, domain.begin(task), solution);
 * assert.deepEqual(verdict, { quality: 1, solved: true, reward: 1 });
 * assert.throws(() => sudoku({ size: 40 }), /a whole number from 2 to 16 but found 40/);
 * ```
 */
export function sudoku(options: SudokuInput = {}): Domain<SudokuTask, null> {
  return define(options);
}

const define = defineDomain({ name: "sudoku", version: "1", schema, build });

function build(options: SudokuOptions): DomainBehaviour<SudokuTask, null> {
  const grid = geometry(options.size);
  const splits = gridSplits(grid);
  const rules = { geometry: grid, splits, givens: options.givens, seed: options.seed };
  const sources = {
    train: puzzleSource(rules, "train", options.trainingTasks === "unlimited" ? null : options.trainingTasks),
    test: puzzleSource(rules, "test", options.testTasks),
  };
  const feedback = (task: SudokuTask, response: string): string =>
    conflictMask(grid, parseGrid(grid, task.givens), response);
  const iterate = (task: SudokuTask, response: string, mode: "improve" | "diverge"): Message[] => {
    const mask = options.feedback ? feedback(task, response) : "";
    return user(`${mode === "improve" ? "I" : "D"}${task.givens}${sanitize(grid, response)}${mask}`);
  };
  const drawExercise = exercisePool(rules);
  const prompt = (task: SudokuTask): Message[] => user(`B${task.givens}`);

  return {
    traits: { turns: "single", quality: "graded", feedback: options.feedback },
    selfIterationReward: "absolute",
    longest: { prompt: 1 + (options.feedback ? 3 : 2) * grid.cells, response: grid.cells },
    tasks: (split) => sources[split],
    begin: () => null,
    prompt,
    iterate: (task, _state, attempt: Attempt, mode) => iterate(task, attempt.response, mode),
    step: (task, _state, response) => {
      const { quality, solved } = judge(grid, parseGrid(grid, task.givens), response);
      const reward = options.reward === "graded" ? quality : solved ? 1 : 0;
      const step = { state: null, verdict: { quality, solved, reward }, done: true };
      return options.feedback ? { ...step, feedback: feedback(task, response) } : step;
    },
    reference: (task) => [formatGrid(grid, solutionOf(grid, task))],
    demonstrate: (mode, random) => {
      const { task, exercise } = drawExercise(random);
      if (mode === "base") {
        const first = firstAttempt(exercise, options.demonstrations.correct, random);
        return { messages: prompt(task), response: formatGrid(grid, first) };
      }
      const earlier = earlierAttempt(exercise, random);
      const next = mode === "improve"
        ? improvement(exercise, earlier, options.demonstrations, random)
        : divergence(exercise, earlier, options.demonstrations.correct, random);
      return { messages: iterate(task, formatGrid(grid, earlier), mode), response: formatGrid(grid, next) };
    },
  };
}

function user(content: string): Message[] {
  return [{ role: "user", content }];
}
