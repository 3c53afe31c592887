import {
  Random,
  type Split,
  type TaskInstance,
  type TaskSource,
  UserError,
} from "../../../lib/domain/mod.ts";
import { formatGrid, type Geometry } from "./grid.ts";
import { searchCompletions } from "./solver.ts";
import type { GridSplits } from "./splits.ts";

/** A puzzle: the givens as n² characters, `.` for a blank. */
export type SudokuTask = { readonly givens: string };

/** What decides the puzzles. */
export interface PuzzleRules {
  /** The grid. */
  readonly geometry: Geometry;
  /** Which complete grids are for which split. */
  readonly splits: GridSplits;
  /** The fewest and the most givens, each number between equally likely. */
  readonly givens: readonly [number, number];
  /** The seed of all puzzles. */
  readonly seed: number;
}

/** A puzzle with more completions is refused: that they all lie in one split would take too long to show. */
const mostCompletions = 64;

/** A puzzle whose completions take more search nodes is refused. */
const mostNodes = 50_000;

/** Grids and masks tried for one task. */
const mostTries = 1000;

/**
 * The puzzles of a split by index. The first ones are the same whatever the size. A finite list has no puzzle twice;
 * an endless one may.
 */
export function puzzleSource(rules: PuzzleRules, split: Split, size: number | null): TaskSource<SudokuTask> {
  const { geometry } = rules;
  const listed: string[] = [];
  const taken = new Set<string>();
  const listedAt = (index: number): string => {
    while (listed.length <= index) {
      const givens = makePuzzle(rules, split, listed.length, taken);
      listed.push(givens);
      taken.add(givens);
    }
    return listed[index] ?? "";
  };
  return {
    size,
    at: (index): TaskInstance<SudokuTask> => {
      if (!Number.isSafeInteger(index) || index < 0 || index >= (size ?? Infinity)) {
        throw new RangeError(`Expected a task index below ${size ?? "2 ** 53"} but found ${index}`);
      }
      const givens = size === null ? makePuzzle(rules, split, index, taken) : listedAt(index);
      return { id: `sudoku${geometry.size}:${givens}`, task: { givens } };
    },
  };
}

/**
 * The givens of one puzzle: some cells of a complete grid of the split, all of whose completions lie in the split.
 *
 * @param taken Puzzles that are not to come again.
 * @throws {UserError} If none is found: there are too few givens, or too few such puzzles.
 */
function makePuzzle(rules: PuzzleRules, split: Split, index: number, taken: ReadonlySet<string>): string {
  const { geometry, splits, givens: [fewest, most], seed } = rules;
  const random = new Random(seed, "sudoku", geometry.size, split, index);
  const count = fewest + random.int(most - fewest + 1);
  const cells = Array.from({ length: geometry.cells }, (_, cell) => cell);
  for (let tries = 0; tries < mostTries; tries++) {
    const grid = splits.draw(split, random);
    const kept = new Set(random.shuffle(cells).slice(0, count));
    const puzzle = grid.map((value, cell) => kept.has(cell) ? value : 0);
    const text = formatGrid(geometry, puzzle);
    if (!taken.has(text) && liesIn(rules, split, puzzle)) return text;
  }
  throw new UserError(
    `Cannot make ${split} task ${index} of sudoku(): no other ${geometry.size} × ${geometry.size} puzzle with ${count} ` +
      `givens was found whose completions are all in the ${split} split; raise "givens" or ask for fewer tasks`,
  );
}

function liesIn({ geometry, splits }: PuzzleRules, split: Split, puzzle: readonly number[]): boolean {
  let completions = 0;
  const visit = (grid: number[]): boolean => ++completions <= mostCompletions && splits.of(grid) === split;
  return searchCompletions(geometry, puzzle, visit, { nodes: mostNodes }) === "exhausted";
}
