/**
 * A noisy editor, whose work a policy imitates in its supervised warm start. It is weak on purpose: it shows the form
 * of first attempts, improvements, mended programs and divergences, and gains little by an improvement. That marks are
 * worth heeding, a policy must find out by reinforcement learning.
 *
 * @module
 */
import type { Random } from "../../../lib/domain/mod.ts";
import { readProgram, sanitize } from "./program.ts";
import { marks } from "./run_program.ts";
import { isLetter, letters, unused } from "./shapes.ts";

/** How good the editor is. All are probabilities. */
export type FormulaEditorOptions = {
  /** That a letter of a first attempt stands at one of the columns with the highest hints; else at any. Default 0.4. */
  readonly heed: number;
  /** That an improvement leaves a column that is marked as fine or unused as it is; else it is anything. Default 0.95. */
  readonly keep: number;
  /** That an improvement does what another mark calls for; else it leaves the column. Default 0.4. */
  readonly move: number;
  /** That a program is spoilt, so that it does not run. Default 0.1. */
  readonly slip: number;
};

/** The size of programs, and how good the editor is. */
export interface Editor extends FormulaEditorOptions {
  /** m. */
  readonly columns: number;
  /** The most letters of a program. */
  readonly budget: number;
}

/** A first attempt: some letters, at columns with high hints or anywhere, in any shape; now and then it does not run. */
export function firstAttempt(editor: Editor, hint: string, random: Random): string {
  const program: string[] = Array(editor.columns).fill(unused);
  const digits = Array.from(hint, Number);
  const promising = Array.from(program.keys())
    .toSorted((a, b) => (digits[b] ?? 0) - (digits[a] ?? 0)).slice(0, editor.budget);
  for (let count = 1 + random.int(editor.budget); count > 0; count--) {
    const column = random.chance(editor.heed) ? random.pick(promising) : random.int(editor.columns);
    program[column] = random.pick(letters);
  }
  return spoilt(editor, program.join(""), random);
}

/**
 * An attempt of any quality to work on, so that all marks are seen: a first attempt, of which some columns were set
 * right, each with a probability that is itself drawn from [0, 1).
 */
export function earlierAttempt(editor: Editor, hint: string, formula: string, random: Random): string {
  const right = random.next();
  const first = firstAttempt(editor, hint, random);
  const set = (character: string, column: number): string =>
    random.chance(right) ? formula[column] ?? character : character;
  return Array.from(first, set).join("");
}

/**
 * A weak improvement, made from the marks alone: what is marked as fine or unused is kept or changed to anything; where
 * another mark calls for something it is done, or the column left. Now and then it does not run.
 *
 * @param earlier A program that runs.
 * @param marked What the fit said of it.
 */
export function improvement(editor: Editor, earlier: string, marked: string, random: Random): string {
  const anything = [unused, ...letters];
  const next = Array.from(earlier, (character, column) => {
    const mark = marked[column];
    if (mark === marks.fine || mark === marks.unused) {
      return random.chance(editor.keep) ? character : random.pick(anything);
    }
    if (!random.chance(editor.move)) return character;
    return mark === marks.idle ? unused : random.pick(letters.filter((letter) => letter !== character));
  });
  return spoilt(editor, next.join(""), random);
}

/**
 * A program that was mended, so that it runs, as often as an improvement does what a mark calls for; else it is only
 * brought to the right length and alphabet. What cannot be read becomes unused, and of too many letters some go.
 *
 * @param earlier A program that does not run.
 */
export function mended(editor: Editor, earlier: string, random: Random): string {
  const program = Array.from(
    sanitize(editor.columns, earlier),
    (character) => isLetter(character) ? character : unused,
  );
  const used = random.shuffle([...program.keys()].filter((column) => program[column] !== unused));
  const surplus = random.chance(editor.move) ? 1 : 0;
  for (const column of used.slice(editor.budget + surplus)) program[column] = unused;
  return program.join("");
}

/** A fresh attempt as good as a first one, in which no letter is where it was. */
export function divergence(editor: Editor, hint: string, earlier: string, random: Random): string {
  const first = firstAttempt(editor, hint, random);
  return Array.from(
    first,
    (character, column) =>
      isLetter(character) && character === earlier[column]
        ? random.pick(letters.filter((letter) => letter !== character))
        : character,
  ).join("");
}

/** A program as it is, or now and then one that does not run: too long, too short, or with too many letters. */
function spoilt(editor: Editor, program: string, random: Random): string {
  if (!random.chance(editor.slip)) return program;
  const ways = [
    () => program.slice(0, -1),
    () => program + unused,
    () => crowded(editor, program, random),
    () => crowded(editor, program, random),
  ];
  return random.pick(ways)();
}

function crowded({ columns, budget }: Editor, program: string, random: Random): string {
  const crowd = [...program];
  for (const column of random.shuffle([...crowd.keys()])) {
    if (!readProgram(columns, budget, crowd.join("")).ok) break;
    if (crowd[column] === unused) crowd[column] = random.pick(letters);
  }
  return crowd.join("");
}
