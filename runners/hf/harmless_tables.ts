import { join } from "node:path";
import { lockDown, openDatabase, quote } from "../../lib/database.ts";
import { exportPath } from "../../lib/metrics/export.ts";
import type { TableName } from "../../lib/metrics/schema.ts";
import { isJson } from "../../lib/json.ts";
import { harmless } from "./harmless_plan.ts";

/** The columns of text that the program wrote itself; what a policy wrote stays as it is. */
const columns: readonly { readonly table: TableName; readonly column: string }[] = [
  { table: "runs", column: "settings" },
  { table: "runs", column: "engine" },
  { table: "events", column: "message" },
];

/**
 * Copies of those tables of a run that name paths of this machine, without these.
 *
 * @param folder The run's folder.
 * @param scratch A folder for the copies, made if there are any.
 * @returns The copies' paths, by table.
 */
export async function harmlessTables(folder: string, scratch: string): Promise<Map<TableName, string>> {
  const copies = new Map<TableName, string>();
  const { connection, close } = await openDatabase(":memory:", { "temp_directory": "" });
  try {
    for (const table of new Set(columns.map(({ table }) => table))) {
      await connection.run(`create table ${table} as from read_parquet(${quote(exportPath(folder, table))})`);
    }
    for (const { table, column } of columns) {
      const read = await connection.runAndReadAll(`select distinct ${column} from ${table}`);
      for (const [text] of read.getRows()) {
        if (typeof text !== "string") continue;
        const clean = cleaned(text);
        if (clean === text) continue;
        await connection.run(`update ${table} set ${column} = $clean where ${column} = $text`, {
          clean,
          text,
        });
        copies.set(table, join(scratch, `${table}.parquet`));
      }
    }
    if (copies.size === 0) return copies;
    await Deno.mkdir(scratch, { recursive: true });
    await lockDown(connection, [await Deno.realPath(scratch)]);
    for (const [table, path] of copies) {
      await connection.run(`copy ${table} to ${quote(path)} (format parquet, compression zstd)`);
    }
    return copies;
  } finally {
    close();
  }
}

/** Text, or JSON as text, without folders of this machine. */
function cleaned(text: string): string {
  if (!text.startsWith("{")) return String(harmless(text));
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? JSON.stringify(harmless(value)) : text;
  } catch {
    return String(harmless(text));
  }
}
