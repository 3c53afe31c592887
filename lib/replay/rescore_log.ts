/**
 * One closed run's log, for reading whole tables a chunk at a time.
 *
 * @module
 */
import { join } from "node:path";
import { lockDown, quote } from "../database.ts";
import { UserError } from "../errors.ts";
import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { type Columns, readColumns } from "../metrics/columns.ts";
import { exportPath } from "../metrics/export.ts";
import { openTables } from "../metrics/open_tables.ts";
import { type QueryParams, runQuery, runQueryColumns } from "../metrics/query.ts";
import { type TableName, tables } from "../metrics/schema.ts";
import type { ResultsReader } from "../metrics/collect_results.ts";

/** One row: gives the value of a column, `null` where there is none. */
export type Row = (column: string) => Json;

/** A run's log. */
export interface RunLog {
  /** The run's name. */
  readonly run: string;
  /** Its arm. */
  readonly arm: string;
  /** Its seed. */
  readonly seed: number;
  /** Its row of `runs`, as columns. */
  readonly identity: Columns;
  /** Whether it says which responses were given in which turn; logs of an older exitlab do not. */
  readonly tellsTurns: boolean;
  /** Asks it. */
  readonly reader: ResultsReader;
  /** The rows of a table in the order of writing, always the same one. */
  chunks(table: TableName): AsyncGenerator<Columns>;
  /** Frees its memory. */
  close(): void;
}

/**
 * Opens a run's log.
 *
 * @param runs The folder that the run's folder is in.
 * @param name The run's folder.
 * @throws {UserError} If it has not ended, or cannot be read.
 */
export async function openLog(runs: string, name: string): Promise<RunLog> {
  const { connection, directory = runs, warnings, close } = await openTables(runs, { only: [name] });
  try {
    await lockDown(connection, [directory]);
    const reader: ResultsReader = {
      query: (sql: string, params?: QueryParams) => runQuery(connection, sql, params),
      columns: (sql: string, params?: QueryParams) => runQueryColumns(connection, sql, params),
    };
    const [row, ...others] = (await reader.query("select run, arm, seed, status from runs")).rows;
    if (row === undefined || others.length > 0) {
      throw new UserError(warnings[0] ?? `Expected "${join(runs, name)}" to hold a run but found none`);
    }
    const [run, arm, seed, status] = row;
    if (status === "running") {
      throw new UserError(
        `Run "${String(run)}" has not ended: its rollouts cannot be read before it has`,
      );
    }
    const file = quote(exportPath(join(directory, name), "evaluations"));
    const told = await reader.query(`select count(*) from parquet_schema(${file}) where name = 'turns'`);
    return {
      run: String(run),
      arm: String(arm),
      seed: Number(seed),
      identity: await firstOf(readColumns(connection, tables.runs)),
      tellsTurns: Number(told.rows[0]?.[0]) > 0,
      reader,
      chunks: (table) => readColumns(connection, tables[table]),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

async function firstOf(chunks: AsyncGenerator<Columns>): Promise<Columns> {
  for await (const columns of chunks) return columns;
  return {};
}

/** The rows of a chunk. */
export function rowsOf(columns: Columns): Row[] {
  const [first = []] = Object.values(columns);
  return first.map((_, at): Row => (column) => columns[column]?.[at] ?? null);
}

/**
 * The responses of an episode, one a turn.
 *
 * @param multi Whether the domain has several turns.
 * @param tellsTurns Whether the log says which turn a response is of.
 * @returns Why they are not known, if they are not.
 */
export function responsesOf(row: Row, multi: boolean, tellsTurns: boolean): string[] | "response" | "turns" {
  const [response, turns] = [row("response"), row("turns")];
  if (typeof response !== "string") return "response";
  if (typeof turns === "string") {
    const list: Json = JSON.parse(turns);
    return isJsonArray(list) && list.length > 0 ? list.map(String) : "turns";
  }
  // Old logs have the responses of all turns in one text, by lines.
  return multi && !tellsTurns && response.includes("\n") ? "turns" : [response];
}

/** The partial histories that a rollout left behind: their ids and turns. */
export function successorsOf(row: Row): { readonly id: string; readonly turn: number }[] {
  const text = row("successors");
  const list: Json = typeof text === "string" ? JSON.parse(text) : [];
  return (isJsonArray(list) ? list : []).filter(isJsonObject).map(({ id, turn }: JsonObject) => ({
    id: String(id),
    turn: Number(turn),
  }));
}
