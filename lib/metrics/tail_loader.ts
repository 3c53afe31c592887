import type { DuckDBConnection } from "@duckdb/node-api";
import type { Json } from "../json.ts";
import { appendColumns, type Columns } from "./columns.ts";
import { oneLine } from "../database.ts";
import type { RunIdentity } from "./rows.ts";
import { schemaVersion } from "./migrate.ts";
import { type TableName, tables } from "./schema.ts";
import { readTail } from "./tail.ts";

/** The DuckDB schema that holds the rows of runs that are not closed. */
export const liveSchema = "live";

/** Rows of a table are gathered up to this number before they are appended. */
const batchRows = 20_000;

/**
 * Reads a run's live tail into the tables of `liveSchema`, all or nothing.
 *
 * @returns Why it could not be read; `undefined` if it could.
 */
export async function loadTail(connection: DuckDBConnection, path: string): Promise<string | undefined> {
  await connection.run("begin");
  try {
    const { header: { schema, ...identity }, records } = await readTail(path);
    if (schema > schemaVersion) throw new TypeError(`it has schema ${schema}, of a newer exitlab`);
    const pending = new Map<TableName, Map<string, Json[]>>();
    for await (const record of records) {
      for (const { name } of Object.values(tables)) {
        const columns = record[name];
        if (columns === undefined) continue;
        const gathered = gather(pending.get(name) ?? new Map(), columns);
        pending.set(name, gathered);
        if ((gathered.values().next().value?.length ?? 0) >= batchRows) {
          await flush(connection, pending, name, identity);
        }
      }
    }
    for (const name of pending.keys()) await flush(connection, pending, name, identity);
    await connection.run("commit");
    return undefined;
  } catch (error) {
    await connection.run("rollback");
    return oneLine(error);
  }
}

function gather(gathered: Map<string, Json[]>, columns: Columns): Map<string, Json[]> {
  for (const [name, values] of Object.entries(columns)) {
    const column = gathered.get(name);
    if (column === undefined) gathered.set(name, [...values]);
    else for (const value of values) column.push(value);
  }
  return gathered;
}

async function flush(
  connection: DuckDBConnection,
  pending: Map<TableName, Map<string, Json[]>>,
  name: TableName,
  identity: RunIdentity,
): Promise<void> {
  const columns = Object.fromEntries(pending.get(name) ?? []);
  pending.delete(name);
  await appendColumns(connection, tables[name], columns, identity, liveSchema);
}
