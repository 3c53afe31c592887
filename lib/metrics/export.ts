import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { quote } from "../database.ts";
import { type TableName, tables } from "./schema.ts";

/** The file that holds a table of a closed run. */
export function exportPath(folder: string, table: TableName): string {
  return join(folder, `${table}.parquet`);
}

/** All tables, `runs` last: where `runs.parquet` is, all the others are, and of the same close. */
const exportOrder: readonly TableName[] = [
  ...Object.values(tables).map(({ name }) => name).filter((name) => name !== "runs"),
  "runs",
];

/** Writes every table as zstd Parquet beside the database; a file is there whole or not at all. */
export async function exportTables(connection: DuckDBConnection, folder: string): Promise<void> {
  for (const name of exportOrder) {
    const path = exportPath(folder, name);
    // The newest versions of starts come in no certain order; other tables keep the order of writing.
    const source = name === "starts" ? "from starts order by born, id" : `from ${name}`;
    await connection.run(`copy (${source}) to ${quote(`${path}.new`)} (format parquet, compression zstd)`);
    await Deno.rename(`${path}.new`, path);
  }
}

/** Removes what `exportTables` wrote, for a run that goes on; `runs.parquet` first. */
export async function removeExports(folder: string): Promise<void> {
  for (const name of exportOrder.toReversed()) {
    await Deno.remove(exportPath(folder, name)).catch((error: unknown) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}
