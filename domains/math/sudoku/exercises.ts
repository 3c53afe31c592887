import { type Random, UserError } from "../../../lib/domain/mod.ts";
import type { Exercise } from "./demonstrate.ts";
import { type PuzzleRules, puzzleSource, type SudokuTask } from "./generator.ts";
import { type Geometry, parseGrid } from "./grid.ts";
import { solve } from "./solver.ts";

/** How many puzzles demonstrations are about; a bound, so that making puzzles does not slow the warm start down. */
const poolSize = 4096;

/**
 * Draws puzzles of the training side of the split with their solutions. The first of the 4096 are the training tasks;
 * each is made when it is first drawn.
 */
export function exercisePool(
  rules: PuzzleRules,
): (random: Random) => { readonly task: SudokuTask; readonly exercise: Exercise } {
  const { geometry } = rules;
  const source = puzzleSource(rules, "train", null);
  const made = new Map<number, { task: SudokuTask; exercise: Exercise }>();
  return (random) => {
    const index = random.int(poolSize);
    const known = made.get(index);
    if (known !== undefined) return known;
    const { task } = source.at(index);
    const givens = parseGrid(geometry, task.givens);
    const fresh = { task, exercise: { size: geometry.size, givens, solution: solutionOf(geometry, task) } };
    made.set(index, fresh);
    return fresh;
  };
}

/**
 * The cell values of a completion of a puzzle, the same one each time.
 *
 * @throws {UserError} If it has none.
 */
export function solutionOf(geometry: Geometry, { givens }: SudokuTask): number[] {
  const found = solve(geometry, parseGrid(geometry, givens));
  if (found === undefined) throw new UserError(`Cannot solve "${givens}": it is not a task of sudoku()`);
  return found;
}
