import { join } from "node:path";
import { UserError } from "../../../lib/domain/mod.ts";
import type { HiddenPart } from "../competition/competition.ts";
import { hiddenHalves } from "../competition/split_table.ts";
import { readCsv } from "../mlkit/csv.ts";
import { readNumber, type Table } from "../mlkit/table.ts";
import type { BenchCompetition } from "./paper_competitions.ts";

/** The most characters of a description that a prompt shows. */
const longestDescription = 8000;

/** A competition that `mlebench prepare` has laid out. */
export interface PreparedCompetition {
  /** How it is graded. */
  readonly rules: BenchCompetition;
  /** `prepared/public`, which programs are given. */
  readonly publicFolder: string;
  /** What `description.md` says, cut where it is long. */
  readonly description: string;
  /** The id of each hidden row; not always unique. */
  readonly ids: readonly string[];
  /** The true values of each hidden row, in the order of `rules.targets`. */
  readonly answers: readonly (readonly number[])[];
  /** The half that each row belongs to; `null` for rows that do not count. */
  readonly parts: readonly (HiddenPart | null)[];
}

/**
 * Reads `DATA/ID/prepared`, as `mlebench prepare -c ID --data-dir DATA` makes it: `public/description.md` and
 * `private/test.csv`, the answers. Rows of answers below 0 do not count, as in MLE-bench. The others are halved by
 * hash, as a search needs a score that is not the test score.
 *
 * @param data The absolute path of the data folder.
 * @throws {UserError} If something is missing, or the answers have other columns.
 */
export function readPrepared(data: string, rules: BenchCompetition): PreparedCompetition {
  const { id, idColumn, targets } = rules;
  const prepared = join(data, id, "prepared");
  const path = join(prepared, "private/test.csv");
  const text = read(path, id, data);
  let table: Table;
  try {
    table = readCsv(text);
  } catch (error) {
    throw new UserError(`Cannot read "${path}": ${error instanceof Error ? error.message : "it is no CSV"}`);
  }
  const missing = [idColumn, ...targets].find((name) => !table.has(name));
  if (missing !== undefined) {
    throw new UserError(
      `Expected a column "${missing}" in "${path}" but found ${
        table.names.map((name) => `"${name}"`).join(", ")
      }`,
    );
  }
  const columns = targets.map((name) => table.texts(name).map((value) => readNumber(value) ?? NaN));
  const answers = Array.from({ length: table.rows }, (_, row) => columns.map((values) => values[row] ?? NaN));
  const wrong = answers.findIndex((row) => row.some(Number.isNaN));
  if (wrong >= 0) {
    throw new UserError(`Expected numbers to predict in "${path}" but row ${wrong + 1} has none`);
  }
  const halves = hiddenHalves(id, table.rows);
  const parts = answers.map((row, at) => row.some((value) => value < 0) ? null : halves[at] ?? null);
  for (const part of ["validation", "test"] as const) {
    checkAnswers(rules, answers.filter((_, row) => parts[row] === part), part, path);
  }
  return {
    rules,
    publicFolder: join(prepared, "public"),
    description: read(join(prepared, "public/description.md"), id, data).trim().slice(0, longestDescription),
    ids: table.texts(idColumn),
    answers,
    parts,
  };
}

/** Refuses answers by which no submission could be scored. */
function checkAnswers(
  { metric, targets }: BenchCompetition,
  answers: readonly (readonly number[])[],
  part: HiddenPart,
  path: string,
): void {
  const where = `in the ${part} half of "${path}"`;
  if (answers.length === 0) throw new UserError(`Expected rows to predict but found none ${where}`);
  if (metric === "rmsle") return;
  const wrong = answers.flat().find((value) => value !== 0 && value !== 1);
  if (wrong !== undefined) throw new UserError(`Expected answers of 0 or 1 but found ${wrong} ${where}`);
  if (metric === "log-loss") {
    if (answers.every((row) => row.reduce((sum, value) => sum + value, 0) === 1)) return;
    throw new UserError(`Expected one class of ${targets.join(", ")} for each row ${where}`);
  }
  const constant = targets.find((_, column) => new Set(answers.map((row) => row[column])).size < 2);
  if (constant === undefined) return;
  throw new UserError(
    `Expected both 0 and 1 in the column "${constant}" but found only one of them ${where}`,
  );
}

function read(path: string, id: string, data: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UserError(`Cannot find "${path}"; run mlebench prepare -c ${id} --data-dir ${data}`);
  }
}
