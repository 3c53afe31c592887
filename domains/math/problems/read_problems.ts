import { isJsonArray, type Json, type TableRow, UserError } from "../../../lib/domain/mod.ts";
import { lastBox } from "./boxed.ts";
import type { Problem } from "./problem.ts";
import type { AnswerColumn, ProblemColumns, SplitColumn } from "./problem_columns.ts";

/** What becomes of a row without a problem or an answer. */
export type Incomplete = "refuse" | "leave out";

/** Problems of a table. */
export interface ReadProblems {
  /** Those on the training side; all of them where rows do not say. */
  readonly train: readonly Problem[];
  /** Those on the other side; `null` where rows do not say. */
  readonly test: readonly Problem[] | null;
  /** Rows that were left out: without a problem or an answer, or on neither side. */
  readonly leftOut: number;
}

/**
 * Makes problems of a table's rows.
 *
 * @param where What messages call the table.
 * @throws {UserError} With the row's number, counted from 1, if it lacks something.
 */
export function readProblems(
  rows: readonly TableRow[],
  columns: ProblemColumns,
  where: string,
  incomplete: Incomplete,
): ReadProblems {
  const sides: Record<"train" | "test", Problem[]> = { train: [], test: [] };
  let wanted = 0;
  for (const [at, row] of rows.entries()) {
    if (columns.only !== undefined && !textOf(row[columns.only.column])?.includes(columns.only.has)) continue;
    wanted++;
    const place = `row ${at + 1} of ${where}`;
    const side = columns.split === undefined ? "train" : sideOf(row, columns.split, place);
    const problem = side === undefined ? undefined : problemOf(row, columns, place, incomplete);
    if (side !== undefined && problem !== undefined) sides[side].push(problem);
  }
  const taken = sides.train.length + sides.test.length;
  if (taken === 0) {
    const why = columns.only === undefined ? "" : ` whose "${columns.only.column}" has "${columns.only.has}"`;
    throw new UserError(
      `Expected problems in ${where} but found none${wanted === 0 ? why : " that is whole"}`,
    );
  }
  const test = columns.split === undefined ? null : sides.test;
  return { train: sides.train, test, leftOut: wanted - taken };
}

function sideOf(row: TableRow, split: SplitColumn, place: string): "train" | "test" | undefined {
  const { column, train, test } = typeof split === "string"
    ? { column: split, train: "train", test: "test" }
    : split;
  const side = textOf(row[column]);
  if (side === train) return "train";
  if (side === test) return "test";
  if (typeof split !== "string") return undefined;
  throw new UserError(
    `Expected "${column}" in ${place} to be train or test but found ${
      JSON.stringify(row[column] ?? null)
    }; ` +
      "for other words give split: { column, train, test }",
  );
}

function problemOf(
  row: TableRow,
  columns: ProblemColumns,
  place: string,
  incomplete: Incomplete,
): Problem | undefined {
  const problem = textOf(row[columns.problem]);
  const answer = answerOf(row, columns.answer);
  if (problem === undefined || answer === undefined) {
    if (incomplete === "leave out") return undefined;
    const missing = problem === undefined
      ? `a problem in column "${columns.problem}"`
      : missingAnswer(columns.answer);
    throw new UserError(
      `Expected ${missing} in ${place} but found none (incomplete: "leave out" skips such rows)`,
    );
  }
  const solution = columns.solution === undefined ? undefined : solutionOf(row[columns.solution]);
  const tolerance = columns.tolerance === undefined ? undefined : toleranceOf(row, columns.tolerance, place);
  return {
    problem,
    answer,
    ...solution === undefined ? {} : { solution },
    ...tolerance === undefined ? {} : { tolerance },
  };
}

function missingAnswer(answer: AnswerColumn): string {
  if (typeof answer === "string") return `an answer in column "${answer}"`;
  const what = "after" in answer ? `an answer after "${answer.after}"` : "an answer in \\boxed{}";
  return `${what} in column "${answer.column}"`;
}

function answerOf(row: TableRow, answer: AnswerColumn): string | undefined {
  if (typeof answer === "string") return textOf(row[answer]);
  const text = solutionOf(row[answer.column]) ?? "";
  if ("after" in answer) {
    const at = text.lastIndexOf(answer.after);
    return at < 0 ? undefined : filled(text.slice(at + answer.after.length).trimStart().split("\n")[0] ?? "");
  }
  const box = lastBox(text);
  return box && filled(text.slice(box.start, box.end));
}

function toleranceOf(row: TableRow, column: string, place: string): number | number[] | undefined {
  const text = textOf(row[column]);
  if (text === undefined) return undefined;
  const numbers = text.split(",").map((part) => part.trim() === "" ? NaN : Number(part));
  if (numbers.every((number) => Number.isFinite(number) && number >= 0)) {
    const [only, ...more] = numbers;
    return more.length === 0 ? only : numbers;
  }
  throw new UserError(
    `Expected a tolerance such as 0.01 in column "${column}" in ${place} but found "${text}"`,
  );
}

function solutionOf(cell: Json | undefined): string | undefined {
  return textOf(cell !== undefined && isJsonArray(cell) ? cell[0] : cell);
}

/**
 * Text, a number or a truth value as it is written, or the items of a list parted by commas; `undefined` for what is nothing
 * or no text.
 */
function textOf(cell: Json | undefined): string | undefined {
  if (typeof cell === "string") return filled(cell);
  if (typeof cell === "number" || typeof cell === "boolean") return String(cell);
  if (cell === undefined || cell === null || !isJsonArray(cell)) return undefined;
  const items = cell.map(textOf);
  return items.length > 0 && items.every((item) => item !== undefined) ? items.join(", ") : undefined;
}

function filled(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed === "" ? undefined : trimmed;
}
