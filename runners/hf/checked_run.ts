/**
 * Whether a folder holds a finished run's Parquet files, and nothing else under their names.
 *
 * @module
 */
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { lockDown, oneLine, openDatabase, quote } from "../../lib/database.ts";
import { UserError } from "../../lib/errors.ts";
import { isJsonObject, type Json } from "../../lib/json.ts";
import { exportPath } from "../../lib/metrics/export.ts";
import { migrate } from "../../lib/metrics/migrate.ts";
import { type TableName, tables } from "../../lib/metrics/schema.ts";
import { exists } from "../../lib/exists.ts";
import { settingTexts } from "./setting_texts.ts";

/** What `runs.parquet` says of its run. */
export interface CheckedRun {
  /** The run's id. */
  readonly run: string;
  /** Its arm. */
  readonly arm: string;
  /** Its seed. */
  readonly seed: number;
  /** The tables that are there, in the order of the schema. */
  readonly tables: readonly TableName[];
}

/** Columns that runs of an earlier exitlab lack. */
const later: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  rollouts: ["shortened", "own_mode", "failed"],
  evaluations: ["shortened", "mode", "failed", "validation"],
  resamples: ["failed", "validation"],
};

/** Whether text may be the id of a run, which is also the name of its folder. */
export function isRunId(text: string): boolean {
  return /^\w[\w.-]{0,199}$/.test(text) && !text.includes("..");
}

/**
 * Checks that a folder's Parquet files are those of one finished run: all tables, with their columns and types, and no row
 * of another run. Nothing outside the folder is read.
 *
 * @param name What the run is called in messages.
 * @throws {UserError} With a sentence if they are not.
 */
export async function checkRun(folder: string, name: string): Promise<CheckedRun> {
  const { connection, close } = await openDatabase(":memory:", { "temp_directory": "" });
  try {
    await connection.run("create schema wanted; use wanted");
    await migrate(connection, folder);
    await lockDown(connection, [await Deno.realPath(folder)]);
    if (!await exists(exportPath(folder, "runs"))) {
      const isLive = await exists(join(folder, "events.jsonl"));
      throw new UserError(
        isLive
          ? `Expected run "${name}" to have ended but found no runs.parquet in it`
          : `Expected run "${name}" to have runs.parquet but found none`,
      );
    }
    const present: TableName[] = [];
    for (const { name: table, since } of Object.values(tables)) {
      const path = exportPath(folder, table);
      if (!await exists(path)) {
        if (since > 1) continue;
        throw new UserError(`Expected run "${name}" to have ${table}.parquet but found none`);
      }
      present.push(table);
    }
    try {
      for (const table of present) await checkColumns(connection, folder, table, name);
      const run = await identity(connection, folder, name);
      for (const table of present) await checkRows(connection, folder, table, run);
      return { ...run, tables: present };
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(`Expected Parquet files of run "${name}" but found others: ${oneLine(error)}`);
    }
  } finally {
    close();
  }
}

async function checkColumns(
  connection: DuckDBConnection,
  folder: string,
  table: TableName,
  name: string,
): Promise<void> {
  const wanted = await columnsOf(connection, `from wanted.${table}`);
  const found = await columnsOf(connection, from(folder, table));
  const where = `${table}.parquet of run "${name}"`;
  for (const [column, type] of found) {
    const expected = wanted.get(column);
    if (expected === undefined) {
      throw new UserError(
        `Expected ${where} to have columns that this exitlab knows but found "${column}"; a newer one may have written it`,
      );
    }
    if (expected !== type) {
      throw new UserError(`Expected column "${column}" in ${where} to be ${expected} but found ${type}`);
    }
  }
  for (const column of wanted.keys()) {
    if (!found.has(column) && !(later[table] ?? []).includes(column)) {
      throw new UserError(`Expected ${where} to have the column "${column}" but found none`);
    }
  }
}

async function columnsOf(connection: DuckDBConnection, source: string): Promise<Map<string, string>> {
  const result = await connection.run(`${source} limit 0`);
  const types = result.columnTypes().map(String);
  return new Map(result.columnNames().map((name, at) => [name, types[at] ?? ""]));
}

async function identity(
  connection: DuckDBConnection,
  folder: string,
  name: string,
): Promise<Omit<CheckedRun, "tables">> {
  const read = await connection.runAndReadAll(
    `select run, arm, seed::double, status, settings::varchar ${from(folder, "runs")} limit 2`,
  );
  const rows = read.getRows();
  const [run, arm, seed, status, settings] = rows[0] ?? [];
  if (rows.length !== 1 || typeof run !== "string" || typeof arm !== "string" || typeof seed !== "number") {
    throw new UserError(`Expected runs.parquet of run "${name}" to have one row but found other rows`);
  }
  if (!isRunId(run)) throw new UserError(`Expected run "${name}" to have a plain name but found another`);
  if (status !== "finished") {
    throw new UserError(
      `Expected run "${name}" to be finished but found it ${
        status === "interrupted" ? status : "unfinished"
      }`,
    );
  }
  checkSettings(settings, name);
  return { run, arm, seed };
}

/** What is said of runs is made from their settings. */
function checkSettings(text: unknown, name: string): void {
  try {
    const settings: Json = typeof text === "string" ? JSON.parse(text) : null;
    if (isJsonObject(settings)) return void settingTexts(settings);
  } catch {
    // Told of below.
  }
  throw new UserError(`Expected run "${name}" to have settings as JSON but found another text`);
}

async function checkRows(
  connection: DuckDBConnection,
  folder: string,
  table: TableName,
  { run, arm, seed }: Omit<CheckedRun, "tables">,
): Promise<void> {
  const strange = `run is distinct from ${quote(run)} or arm is distinct from ${
    quote(arm)
  } or seed is distinct from ${seed}`;
  const read = await connection.runAndReadAll(`select 1 ${from(folder, table)} where ${strange} limit 1`);
  if (read.currentRowCount > 0) {
    throw new UserError(`Expected rows of run "${run}" alone in its ${table}.parquet but found others`);
  }
}

function from(folder: string, table: TableName): string {
  return `from read_parquet(${quote(join(folder, `${table}.parquet`))})`;
}
