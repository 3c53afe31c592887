/**
 * The tables and views over all runs of a directory, in a DuckDB in memory.
 *
 * @module
 */
import { join, sep as separator } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { type Database, oneLine, openDatabase, quote } from "../database.ts";
import { UserError } from "../errors.ts";
import { exists } from "../exists.ts";
import { exportPath } from "./export.ts";
import { migrate } from "./migrate.ts";
import { type Table, tables } from "./schema.ts";
import { liveSchema, loadTail } from "./tail_loader.ts";
import { views } from "./views.ts";

/** What was opened. The connection is not locked yet: whoever opens it does that before any other statement. */
export interface OpenTables extends Database {
  /** Where the runs are, links followed; `undefined` if that is missing. */
  readonly directory: string | undefined;
  /** The names of the run folders, in order. */
  readonly folders: readonly string[];
  /** One sentence for each run that could not be read, in whole or in part. */
  readonly warnings: readonly string[];
}

/**
 * Opens them; what is read is said at `openRuns`.
 *
 * @throws {UserError} If the directory is a file.
 */
export async function openTables(
  runsDirectory: string,
  { only }: { readonly only?: readonly string[] } = {},
): Promise<OpenTables> {
  const directory = await realPath(runsDirectory);
  if (directory !== undefined && (await Deno.stat(directory)).isFile) {
    throw new UserError(`Expected a folder of runs but found the file "${runsDirectory}"`);
  }
  const found = directory === undefined ? [] : await runFolders(directory);
  const folders = only === undefined ? found : found.filter(({ name }) => only.includes(name));
  const { connection, close } = await openDatabase(":memory:", { "temp_directory": "" });
  try {
    await connection.run(`create schema ${liveSchema}; use ${liveSchema}`);
    await migrate(connection, runsDirectory);
    const problems = new Map<RunFolder, string>();
    for (const folder of folders) {
      if (directory !== undefined && await leavesFolder(folder, directory)) problems.set(folder, linkedOut);
    }
    for (const folder of folders.filter((folder) => !folder.closed && !problems.has(folder))) {
      const problem = await loadTail(connection, join(folder.path, "events.jsonl"));
      if (problem !== undefined) problems.set(folder, problem);
    }
    await connection.run("use main");
    await createViews(connection);
    const closed = folders.filter((folder) => folder.closed && !problems.has(folder));
    // All at once is ten times faster than each; only if that fails is the damaged one looked for.
    if (await showParquet(connection, closed) !== undefined) {
      for (const folder of closed) {
        const problem = await parquetProblem(connection, folder);
        if (problem !== undefined) problems.set(folder, problem);
      }
      const problem = await showParquet(connection, closed.filter((folder) => !problems.has(folder)));
      if (problem !== undefined) throw new UserError(`The runs in "${runsDirectory}" do not fit: ${problem}`);
    }
    const warnings = folders.flatMap((folder) => {
      const problem = problems.get(folder);
      return problem === undefined ? [] : [`Run folder "${folder.name}" is left out: ${problem}`];
    });
    return { connection, directory, folders: folders.map(({ name }) => name), warnings, close };
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
  for await (const { name } of readable(directory)) {
    const path = join(directory, name);
    const closed = await exists(exportPath(path, "runs"));
    if (closed || await exists(join(path, "events.jsonl"))) folders.push({ name, path, closed });
  }
  return folders.toSorted((a, b) => a.name < b.name ? -1 : 1);
}

/** Whatever is outside is not for a query to see, and DuckDB will refuse its files. */
const linkedOut = "it is a link to another folder; copy it, or give that folder as --runs";

/** Whether links lead out of the folder of runs. */
async function leavesFolder({ path, closed }: RunFolder, directory: string): Promise<boolean> {
  const real = await realPath(closed ? exportPath(path, "runs") : join(path, "events.jsonl"));
  return real === undefined || !real.startsWith(join(directory, separator));
}

async function* readable(directory: string): AsyncIterable<Deno.DirEntry> {
  try {
    yield* Deno.readDir(directory);
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable)) {
      throw error;
    }
    throw new UserError(`No permission to read the folder of runs "${directory}"`);
  }
}

/** Why a run's Parquet files cannot be read; `undefined` if they can. */
async function parquetProblem(connection: DuckDBConnection, folder: RunFolder): Promise<string | undefined> {
  try {
    for (const table of Object.values(tables)) {
      const parquet = await parquetOf(table, [folder]);
      if (parquet !== undefined) await connection.run(`from ${parquet} limit 0`);
    }
    return undefined;
  } catch (error) {
    return oneLine(error);
  }
}

/** The views, of live runs alone: a view is checked when it is made, and would open every file for that. */
async function createViews(connection: DuckDBConnection): Promise<void> {
  for (const table of Object.values(tables)) await connection.run(tableView(table));
  for (const { name, sql } of views) await connection.run(`create view ${name} as ${sql}`);
}

/**
 * Lets the views of tables show closed runs too.
 *
 * @returns Why that cannot be done; `undefined` if it was.
 */
async function showParquet(
  connection: DuckDBConnection,
  closed: readonly RunFolder[],
): Promise<string | undefined> {
  try {
    for (const table of Object.values(tables)) {
      const parquet = await parquetOf(table, closed);
      if (parquet !== undefined) await connection.run(tableView(table, parquet));
    }
    return undefined;
  } catch (error) {
    return oneLine(error);
  }
}

/** The statement that makes the view of a table: its live rows and, where they are given, those of closed runs. */
function tableView({ name, columns }: Table, parquet?: string): string {
  const later = columns.flatMap(({ name, before }) =>
    before === undefined ? [] : [`coalesce(${name}, ${before}) as ${name}`]
  );
  return `create or replace view ${name} as select * ${
    later.length > 0 ? `replace (${later.join(", ")})` : ""
  } from (from ${liveSchema}.${name} ${parquet === undefined ? "" : `union all by name from ${parquet}`})`;
}

/** The files of a table as SQL; `undefined` if there are none. Runs that are older than the table have no file of it. */
async function parquetOf(
  { name, since }: Table,
  folders: readonly RunFolder[],
): Promise<string | undefined> {
  const paths = folders.map(({ path }) => exportPath(path, name));
  const files = since === 1 ? paths : await existing(paths);
  return files.length === 0
    ? undefined
    : `read_parquet([${files.map(quote).join(", ")}], union_by_name = true)`;
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
