import { isLetter, unused } from "./shapes.ts";

/** What stands in a prompt for a character that no program has. */
const unreadable = "?";

/** What is wrong with a character of a program that does not run. */
export const errorMarks = { fine: "_", unknown: "?", missing: "<", excess: ">", budget: "+" } as const;

/** A program that was read: its terms, or what is wrong with it, a mark for each column. */
export type ReadProgram =
  | { readonly ok: true; readonly terms: readonly Term[] }
  | { readonly ok: false; readonly marks: string };

/** A column in a shape. */
export interface Term {
  /** The column, from 0. */
  readonly column: number;
  /** The shape. */
  readonly letter: string;
}

/**
 * Reads a program: a character for each column, a shape's letter or `.` for unused, at most `budget` letters. The first
 * thing that is wrong is what the marks show: the length (`<` for each character that is missing, `>` at the last one if
 * there are more than columns), characters that are no letters (`?`), or more letters than the budget (`+` at each of
 * them); all other columns have `_`.
 */
export function readProgram(columns: number, budget: number, response: string): ReadProgram {
  const { fine, unknown, missing, excess } = errorMarks;
  const wrong = (marks: string): ReadProgram => ({ ok: false, marks });
  if (response.length < columns) return wrong(fine.repeat(response.length).padEnd(columns, missing));
  if (response.length > columns) return wrong(excess.padStart(columns, fine));
  const characters = [...sanitize(columns, response)];
  if (characters.includes(unreadable)) {
    return wrong(characters.map((character) => character === unreadable ? unknown : fine).join(""));
  }
  const terms = characters.flatMap((letter, column) => letter === unused ? [] : [{ column, letter }]);
  if (terms.length <= budget) return { ok: true, terms };
  return wrong(characters.map((letter) => letter === unused ? fine : errorMarks.budget).join(""));
}

/** A response as exactly m characters that a prompt may hold: what no program has becomes `?`, as do missing ones. */
export function sanitize(columns: number, response: string): string {
  const units = response.slice(0, columns).split("");
  return units.map((unit) => unit === unused || isLetter(unit) ? unit : unreadable).join("").padEnd(
    columns,
    unreadable,
  );
}
