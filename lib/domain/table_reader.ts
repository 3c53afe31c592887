/**
 * What DuckDB makes of a table's file. A module of its own, because it loads native code.
 *
 * @module
 */
import { dirname, extname } from "node:path";
import { type Database, lockDown, openDatabase, quote } from "../database.ts";
import { UserError } from "../errors.ts";
import { csvHeader } from "./csv_header.ts";
import { tableProblem } from "./table_problem.ts";
import { checkHasColumns } from "./unknown_column.ts";

/** How a kind of file is read: what to read from, and a column as JSON text. */
interface Form {
  readonly source: string;
  readonly cell: (column: string) => string;
  /** A query of the names of all columns. */
  readonly names: string;
  /** An expression that is false for a row that is none. */
  readonly isRow: string;
}

/**
 * The cells of a table's columns as JSON text, `null` where a row has no value.
 *
 * @param path As the user wrote it, for messages; its ending says what kind of table it is.
 * @param file The file itself.
 * @param most The most rows; one more may be read.
 * @throws {UserError} If the file is no table, lacks a column or has a row that is none.
 */
export async function readCells(
  path: string,
  file: string,
  columns: readonly string[],
  most: number,
): Promise<(string | null)[][]> {
  const form = await formOf(path, file);
  const database = await openDatabase(":memory:", { temp_directory: "" });
  try {
    await lockDown(database.connection, [dirname(file)]);
    const names = await namesOf(database, form, path);
    // Without rows, JSON has no names; that there are no rows says more.
    if (names.length > 0) checkHasColumns(`"${path}"`, names, columns);
    const rows = await query(database, selection(form, columns, most), path);
    return rows.map(([isRow, ...cells], at) => {
      if (isRow === "true") return cells;
      throw new UserError(`Expected row ${at + 1} of "${path}" to be an object with columns`);
    });
  } finally {
    database.close();
  }
}

async function formOf(path: string, file: string): Promise<Form> {
  // In DuckDB's eyes a path is a pattern.
  const literal = quote(file.replaceAll(/[*?[]/g, "[$&]"));
  switch (extname(path).toLowerCase()) {
    case ".jsonl":
    case ".ndjson":
      return jsonForm(`read_ndjson_objects(${literal})`);
    case ".json":
      return jsonForm(`read_json_objects(${literal})`);
    case ".csv":
      return await csvForm(path, file, literal, ",");
    case ".tsv":
      return await csvForm(path, file, literal, "\t");
    case ".parquet":
      return columnForm(`read_parquet(${literal})`);
    default:
      throw new UserError(
        `Expected a table (.jsonl, .ndjson, .json, .csv, .tsv or .parquet) but found "${path}"`,
      );
  }
}

function jsonForm(source: string): Form {
  return {
    source,
    cell: (column) => `(json -> ${quote(`/${column.replaceAll("~", "~0").replaceAll("/", "~1")}`)})::varchar`,
    names: `select distinct unnest(json_keys(json)) from ${source} where json_type(json) = 'OBJECT'`,
    isRow: "json_type(json) = 'OBJECT'",
  };
}

function columnForm(source: string): Form {
  return {
    source,
    cell: (column) => `to_json("${column.replaceAll('"', '""')}")::varchar`,
    names: `select column_name from (describe from ${source})`,
    isRow: "true",
  };
}

/** All cells are text, and nothing is guessed: a guess would skip lines that do not fit it. */
async function csvForm(path: string, file: string, literal: string, separator: string): Promise<Form> {
  const names = await csvHeader(path, file, separator);
  const types = names.map((name) => `${quote(name)}: 'VARCHAR'`).join(", ");
  return columnForm(
    `read_csv(${literal}, auto_detect = false, header = true, columns = {${types}}, delim = '${separator}', ` +
      `quote = '"', escape = '"', max_line_size = ${16 * 2 ** 20})`,
  );
}

function selection(form: Form, columns: readonly string[], rows: number): string {
  const cells = [`(${form.isRow})::varchar`, ...columns.map(form.cell)].map((cell, at) =>
    `${cell} as c${at}`
  );
  return `select ${cells.join(", ")} from ${form.source} limit ${rows + 1}`;
}

async function namesOf(database: Database, form: Form, path: string): Promise<string[]> {
  return (await query(database, form.names, path)).map(([name]) => name ?? "").toSorted();
}

async function query(
  { connection }: Database,
  sql: string,
  path: string,
): Promise<(string | null)[][]> {
  try {
    const rows = (await connection.runAndReadAll(sql)).getRowsJson();
    return rows.map((row) => row.map((cell) => cell === null ? null : String(cell)));
  } catch (error) {
    throw new UserError(await tableProblem(path, error));
  }
}
