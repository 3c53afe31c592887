/**
 * The reading end: SQL over all runs of a directory, live ones included, without touching a database that a run holds.
 *
 * @module
 */
import { lockDown } from "../database.ts";
import { errorMessage, UserError } from "../errors.ts";
import type { Json } from "../json.ts";
import { findDamage } from "./damage.ts";
import { openTables } from "./open_tables.ts";
import { type QueryParams, type QueryResult, runQuery, runQueryColumns } from "./query.ts";

/** What DuckDB says when it comes upon damage in a Parquet file. */
const damaged = /TProtocolException|parquet|zstd|decompress|corrupt/i;

/** SQL over runs. It sees them as they were when it was opened. */
export interface Reader {
  /** The names of the run folders it reads, in order. */
  readonly folders: readonly string[];
  /** One sentence for each run that could not be read, in whole or in part. */
  readonly warnings: readonly string[];
  /**
   * Runs a query; of several statements, the last one's result.
   *
   * @param params Values of `$name` or of `$1`, `$2`, ….
   * @throws {UserError} With DuckDB's message if the query is wrong, or is no query.
   */
  query(sql: string, params?: QueryParams): Promise<QueryResult>;
  /**
   * The same, but the values of each column together: for hundreds of thousands of rows. No columns if there are no rows.
   *
   * @throws {UserError} As `query`.
   */
  columns(sql: string, params?: QueryParams): Promise<readonly (readonly Json[])[]>;
  /** Frees its memory. */
  close(): void;
}

/**
 * Opens all runs under a directory for reading: closed ones from their Parquet files, live and killed ones from their
 * tail, which has everything but rollouts and prompts. Folders that hold no run are left out.
 *
 * @param runsDirectory May be missing; then there are no runs, and all views are empty.
 * @param options `only`: these run folders alone, by name; all when left out. The others are not read.
 * @throws {UserError} If it is a file.
 *
 * @example
 * ```ts
 * import { openRuns } from "exitlab/lib/metrics/reader.ts";
 * import assert from "node:assert/strict";
 *
 * const reader = await openRuns("no-such-folder");
 * assert.deepEqual((await reader.query("from curves where step = 16")).rows, []);
 * assert.deepEqual((await reader.query("select 1 + $x as sum", { x: 1 })).rows, [[2]]);
 * reader.close();
 * ```
 */
export async function openRuns(
  runsDirectory: string,
  options: { readonly only?: readonly string[] } = {},
): Promise<Reader> {
  const opened = await openTables(runsDirectory, options);
  const { connection, directory, folders, warnings, close } = opened;
  try {
    await lockDown(connection, directory === undefined ? [] : [directory]);
  } catch (error) {
    close();
    throw error;
  }
  const explained = async <Result>(answer: Promise<Result>): Promise<Result> => {
    try {
      return await answer;
    } catch (error) {
      const damage = directory === undefined || !damaged.test(errorMessage(error))
        ? undefined
        : await findDamage(opened, directory);
      throw damage === undefined ? error : new UserError(`${damage}; move its folder away`);
    }
  };
  return {
    folders,
    warnings,
    query: (sql, params) => explained(runQuery(connection, sql, params)),
    columns: (sql, params) => explained(runQueryColumns(connection, sql, params)),
    close,
  };
}
