/**
 * A noisy editor, whose work a policy imitates in its supervised warm start. It is weak on purpose: it shows the form
 * of first attempts, improvements and divergences, and leaves reinforcement learning most of the way to go. A better
 * editor lets plain GRPO gain from self-iteration as well, and the curricula can no longer be told apart.
 *
 * @module
 */
import type { Random } from "../../../lib/domain/mod.ts";

/** How good the editor is. All are probabilities. */
export type EditorOptions = {
  /** That a free cell of a first attempt is right. Default 0.75. */
  readonly correct: number;
  /** That an improvement mends a wrong cell. Default 0.35. */
  readonly fix: number;
  /** That an improvement spoils a right cell. Default 0.06. */
  readonly break: number;
  /** That an improvement copies a solved grid as it is. Default 0.8. */
  readonly copySolved: number;
};

/** A grid to fill: its givens (0 for a blank), its solution and the number of digits. */
export interface Exercise {
  /** Cell values, 0 for a blank. */
  readonly givens: readonly number[];
  /** Cell values of a completion. */
  readonly solution: readonly number[];
  /** n. */
  readonly size: number;
}

/** A first attempt: each free cell is right with a probability, else any digit. */
export function firstAttempt(
  { givens, solution, size }: Exercise,
  correct: number,
  random: Random,
): number[] {
  return solution.map((right, cell) =>
    givens[cell] !== 0 || random.chance(correct) ? right : 1 + random.int(size)
  );
}

/** An attempt of any quality to improve on: the probability of a right cell is itself drawn from [0.5, 1). */
export function earlierAttempt(exercise: Exercise, random: Random): number[] {
  return firstAttempt(exercise, 0.5 + random.next() / 2, random);
}

/**
 * A weak improvement. A solved grid may be copied; else a wrong cell is mended, or with equal chances left or changed
 * to any digit, and a right one is kept or, rarely, changed to any digit. Givens stand.
 */
export function improvement(
  { givens, solution, size }: Exercise,
  earlier: readonly number[],
  editor: EditorOptions,
  random: Random,
): number[] {
  const solved = solution.every((right, cell) => earlier[cell] === right);
  if (solved && random.chance(editor.copySolved)) return [...solution];
  return solution.map((right, cell) => {
    const value = earlier[cell] ?? right;
    if (givens[cell] !== 0) return right;
    if (value === right) return random.chance(editor.break) ? 1 + random.int(size) : right;
    if (random.chance(editor.fix)) return right;
    return random.chance(0.5) ? value : 1 + random.int(size);
  });
}

/** A fresh attempt as good as a first one, in which no wrong cell has the earlier attempt's digit. */
export function divergence(
  exercise: Exercise,
  earlier: readonly number[],
  correct: number,
  random: Random,
): number[] {
  const { solution, size } = exercise;
  return firstAttempt(exercise, correct, random).map((value, cell) =>
    value !== solution[cell] && value === earlier[cell] ? 1 + value % size : value
  );
}
