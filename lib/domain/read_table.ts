import { UserError } from "../errors.ts";
import type { Json } from "../json.ts";

/** A row of a table: the columns that were asked for, `null` where it has no value. */
export type TableRow = { readonly [column: string]: Json };

/** How large a table may be. */
export interface TableLimits {
  /** The most bytes of a file. Default 256 MiB. */
  readonly bytes?: number;
  /** The most rows. Default 1,000,000. */
  readonly rows?: number;
}

/**
 * Reads columns of a table file: JSON lines (`.jsonl`, `.ndjson`), JSON (`.json`, a list of objects), CSV (`.csv`), tab
 * separated values (`.tsv`), both with a header, or Parquet (`.parquet`). DuckDB reads it, locked to the file's folder.
 * Cells are as the file has them: those of CSV are text; an integer that JavaScript cannot hold exactly is the text of it.
 *
 * @param path Relative to the working directory.
 * @param columns The columns wanted.
 * @throws {UserError} If the file is missing, too large, no table, has no rows or lacks a column.
 *
 * @example
 * ```ts
 * import { readTable } from "exitlab/domain";
 * import assert from "node:assert/strict";
 *
 * const rows = await readTable("domains/math/data/gsm8k/test.jsonl", ["question"]);
 * assert.equal(rows.length, 1319);
 * await assert.rejects(readTable("domains/math/data/gsm8k/test.jsonl", ["questions"]), /Did you mean "question"\?/);
 * ```
 */
export async function readTable(
  path: string,
  columns: readonly string[],
  { bytes = 256 * 2 ** 20, rows = 1_000_000 }: TableLimits = {},
): Promise<TableRow[]> {
  const file = await checkedFile(path, bytes);
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") {
    throw new UserError(`Reading "${path}" needs DuckDB, which is native code: add --allow-ffi`);
  }
  // Native code, which what reads no tables shall not wait for.
  const { readCells } = await import("./table_reader.ts");
  const cells = await readCells(path, file, columns, rows);
  if (cells.length === 0) throw new UserError(`Expected rows in "${path}" but found none`);
  if (cells.length > rows) {
    throw new UserError(`Expected "${path}" to have at most ${rows} rows but found more`);
  }
  return cells.map((row) =>
    Object.fromEntries(columns.map((column, at) => [column, parseCell(row[at] ?? null)]))
  );
}

/** The file's own path, after all links. DuckDB heeds no permission of Deno, so it is asked for here. */
async function checkedFile(path: string, most: number): Promise<string> {
  try {
    const file = await Deno.realPath(path);
    const { isFile, size } = await Deno.stat(file);
    if (!isFile) throw new UserError(`Expected "${path}" to be a file but found a folder`);
    if (size > most) {
      throw new UserError(
        `Expected "${path}" to have at most ${mebibytes(most)} but it has ${mebibytes(size)}`,
      );
    }
    return file;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new UserError(`Cannot find the table "${path}" (looked in ${Deno.cwd()})`);
    }
    if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) {
      throw new UserError(
        `No permission to read the table "${path}"; keep it below the folder where you run, or in the experiment's own`,
      );
    }
    throw error;
  }
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

function parseCell(text: string | null): Json {
  if (text === null) return null;
  if (/^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text))) return text;
  try {
    return JSON.parse(text);
  } catch {
    // DuckDB's words for what JSON cannot say, such as nan.
    return text;
  }
}
