/**
 * The reading end: SQL over all runs of a directory, live ones included, without touching a database that a run holds.
 *
 * @module
 */
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { UserError } from "../errors.ts";
import { lockDown, oneLine, openDatabase, quote } from "../database.ts";
import { exists } from "../exists.ts";
import { exportPath } from "./export.ts";
import { migrate } from "./migrate.ts";
import { type QueryParams, type QueryResult, runQuery } from "./query.ts";
import { tables } from "./schema.ts";
import { liveSchema, loadTail } from "./tail_loader.ts";
import { views } from "./views.ts";

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
  /** Frees its memory. */
  close(): void;
}

/**
 * Opens all runs under a directory for reading: closed ones from their Parquet files, live and killed ones from their
 * tail, which has everything but rollouts and prompts. Folders that hold no run are left out.
 *
 * @param runsDirectory May be missing; then there are no runs, and all views are empty.
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
export async function openRuns(runsDirectory: string): Promise<Reader> {
  const directory = await realPath(runsDirectory);
  if (directory !== undefined && (await Deno.stat(directory)).isFile) {
    throw new UserError(`Expected a folder of runs but found the file "${runsDirectory}"`);
  }
  const folders = directory === undefined ? [] : await runFolders(directory);
  const { connection, close } = await openDatabase(":memory:", { "temp_directory": "" });
  try {
    await connection.run(`create schema ${liveSchema}; use ${liveSchema}`);
    await migrate(connection, runsDirectory);
    const warnings: string[] = [];
    const closed: RunFolder[] = [];
    for (const folder of folders) {
      const problem = folder.closed
        ? await parquetProblem(connection, folder.path)
        : await loadTail(connection, join(folder.path, "events.jsonl"));
      if (problem !== undefined) warnings.push(`Run folder "${folder.name}" is left out: ${problem}`);
      else if (folder.closed) closed.push(folder);
    }
    await connection.run("use main");
    await createViews(connection, closed);
    await lockDown(connection, directory === undefined ? [] : [directory]);
    return {
      folders: folders.map(({ name }) => name),
      warnings,
      query: (sql, params) => runQuery(connection, sql, params),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

interface RunFolder {
  readonly name: string;
  readonly path: string;
  /** Whether it was closed: read from Parquet. */
  readonly closed: boolean;
}

async function runFolders(directory: string): Promise<RunFolder[]> {
  const folders: RunFolder[] = [];
  for await (const { name } of Deno.readDir(directory)) {
    const path = join(directory, name);
    const closed = await exists(exportPath(path, "runs"));
    if (closed || await exists(join(path, "events.jsonl"))) folders.push({ name, path, closed });
  }
  return folders.toSorted((a, b) => a.name < b.name ? -1 : 1);
}

/** Why a run's Parquet files cannot be read; `undefined` if they can. */
async function parquetProblem(connection: DuckDBConnection, folder: string): Promise<string | undefined> {
  try {
    for (const { name, since } of Object.values(tables)) {
      const path = exportPath(folder, name);
      if (since > 1 && !await exists(path)) continue;
      await connection.run(`from read_parquet(${quote(path)}) limit 0`);
    }
    return undefined;
  } catch (error) {
    return oneLine(error);
  }
}

async function createViews(connection: DuckDBConnection, closed: readonly RunFolder[]): Promise<void> {
  for (const { name, since, columns } of Object.values(tables)) {
    const paths = closed.map(({ path }) => exportPath(path, name));
    const files = since === 1 ? paths : await existing(paths);
    const parquet = `union all by name from read_parquet([${
      files.map(quote).join(", ")
    }], union_by_name = true)`;
    const later = columns.flatMap(({ name, before }) =>
      before === undefined ? [] : [`coalesce(${name}, ${before}) as ${name}`]
    );
    await connection.run(
      `create view ${name} as select * ${later.length > 0 ? `replace (${later.join(", ")})` : ""}
        from (from ${liveSchema}.${name} ${files.length > 0 ? parquet : ""})`,
    );
  }
  for (const { name, sql } of views) await connection.run(`create view ${name} as ${sql}`);
}

async function realPath(path: string): Promise<string | undefined> {
  return await Deno.realPath(path).catch((error: unknown) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const present = await Promise.all(paths.map((path) => exists(path)));
  return paths.filter((_, at) => present[at]);
}
