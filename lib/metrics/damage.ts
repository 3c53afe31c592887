import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { oneLine, quote } from "../database.ts";
import { exists } from "../exists.ts";
import { exportPath } from "./export.ts";
import type { OpenTables } from "./open_tables.ts";
import { tables } from "./schema.ts";

/**
 * The first Parquet file of the open runs of which some value cannot be read, as the beginning of a sentence; `undefined`
 * if there is none. Opening looks at the end of each file alone, as reading everything would take long: so this is asked
 * when something went wrong.
 */
export async function findDamage(
  { connection, folders, warnings }: Pick<OpenTables, "connection" | "folders" | "warnings">,
  directory: string,
): Promise<string | undefined> {
  for (const folder of folders) {
    // One that was left out at opening cannot be it.
    if (warnings.some((warning) => warning.includes(`"${folder}"`))) continue;
    for (const { name } of Object.values(tables)) {
      const problem = await damageOf(connection, exportPath(join(directory, folder), name));
      if (problem !== undefined) return `Run "${folder}" has a damaged ${name}.parquet (${problem})`;
    }
  }
  return undefined;
}

/** What happens when all values of a Parquet file are read; `undefined` if nothing does, or there is none. */
async function damageOf(connection: DuckDBConnection, path: string): Promise<string | undefined> {
  if (!await exists(path)) return undefined;
  try {
    await connection.run(`select bit_xor(hash(rows)) from read_parquet(${quote(path)}) as rows`);
    return undefined;
  } catch (error) {
    return oneLine(error);
  }
}
