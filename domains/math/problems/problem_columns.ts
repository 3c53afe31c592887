/**
 * Which columns of a table hold problems, and how a row becomes one.
 *
 * @module
 */
import * as v from "valibot";
import { parseOptions } from "../../../lib/domain/mod.ts";

/** Where the answer stands. */
export type AnswerColumn =
  /** A column of its own: text, a number, true or false; of a list, all items are the answer together. */
  | string
  /** What follows the last of such marks in a column, such as `"####"` in a worked solution, to the end of the line. */
  | { readonly column: string; readonly after: string }
  /** What the last `\boxed{…}` of a column holds. */
  | { readonly column: string; readonly boxed: true };

/** Which side a row is on. */
export type SplitColumn =
  /** A column that says `train` or `test`. */
  | string
  /** A column with other words for it; rows that have neither are left out. */
  | { readonly column: string; readonly train: string; readonly test: string };

/** Which columns of a table hold what. */
export interface ProblemColumns {
  /** The text of the problem. */
  readonly problem: string;
  /** The known-good answer. */
  readonly answer: AnswerColumn;
  /** A worked solution; of a list, the first. */
  readonly solution?: string;
  /** How far a number of the answer may be off; a number, or numbers parted by commas. Empty for not at all. */
  readonly tolerance?: string;
  /** Which side of the split a row is on. */
  readonly split?: SplitColumn;
  /** Takes only rows that have a text in a column. */
  readonly only?: { readonly column: string; readonly has: string };
}

const column = v.pipe(v.string(), v.check((name) => name !== "", "the name of a column"));

const schema = v.strictObject({
  problem: column,
  answer: v.union([
    column,
    v.strictObject({ column, after: v.pipe(v.string(), v.nonEmpty('a mark, such as "####"')) }),
    v.strictObject({ column, boxed: v.literal(true) }),
  ], 'a column, { column, after: "####" } or { column, boxed: true }'),
  solution: v.exactOptional(column),
  tolerance: v.exactOptional(column),
  split: v.exactOptional(
    v.union(
      [column, v.strictObject({ column, train: v.string(), test: v.string() })],
      "a column, or { column, train, test }",
    ),
  ),
  only: v.exactOptional(v.strictObject({ column, has: v.string() })),
});

/**
 * Checks a mapping of columns.
 *
 * @param where What the message calls the whole, such as `"problemFile()"`.
 * @throws {UserError} If a name is missing, unknown or no text.
 */
export function checkColumns(columns: ProblemColumns, where: string): ProblemColumns {
  return parseOptions(schema, columns, `the columns of ${where}`);
}

/** The names of all columns that a mapping reads, each once. */
export function columnNames({ problem, answer, solution, tolerance, split, only }: ProblemColumns): string[] {
  const named = [problem, answer, solution, tolerance, split, only].flatMap((each) =>
    each === undefined ? [] : [typeof each === "string" ? each : each.column]
  );
  return [...new Set(named)];
}
