/**
 * Runs as files that other programs read.
 *
 * @module
 */
import { join, resolve, sep as separator } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { closest } from "../closest.ts";
import { lockDown, oneLine, quote } from "../database.ts";
import { UserError } from "../errors.ts";
import { exists } from "../exists.ts";
import { exportPath } from "./export.ts";
import { findDamage } from "./damage.ts";
import { type OpenTables, openTables } from "./open_tables.ts";
import { type Column, tables } from "./schema.ts";
import { parseTailHeader, readLines } from "./tail.ts";
import { views } from "./views.ts";

/** The forms of files: a JSON object a line, comma-separated values with a header, or zstd Parquet. */
export type ExportFormat = "jsonl" | "csv" | "parquet";

/** What to write. */
export type ExportOptions = {
  /** The form of the files. */
  readonly format: ExportFormat;
  /** Where; made if it does not exist. */
  readonly out: string;
  /** These tables and views; the tables alone when left out. */
  readonly tables?: readonly string[];
  /** These run folders alone, by name; all when left out. */
  readonly only?: readonly string[];
};

/** What was written. */
export type ExportedRuns = {
  /** A file a table, in the order that was asked for. */
  readonly files: readonly { readonly table: string; readonly path: string; readonly rows: number }[];
  /** One sentence for each run that could not be read, in whole or in part. */
  readonly warnings: readonly string[];
};

/** How DuckDB writes each form. */
const copyOptions: Readonly<Record<ExportFormat, string>> = {
  jsonl: "format json",
  csv: "format csv, header true",
  // Marked, as else nothing would tell an export from a run that was closed.
  parquet: "format parquet, compression zstd, kv_metadata {exitlab: 'export'}",
};

/** All names that can be exported: tables first. */
export const exportedNames: readonly string[] = [...Object.keys(tables), ...views.map(({ name }) => name)];

/**
 * Writes tables of runs, a file a table: live runs as their tail has them, which is without rollouts and prompts. Rows
 * come run by run, in the order of writing. Times are ISO 8601 in UTC; in JSONL what is JSON in a column is JSON there. A
 * file is there whole or not at all, and one of the same name is replaced.
 *
 * @throws {UserError} If a table is not known, there are no runs or not those asked for, a run is damaged, or `out` holds
 * runs or cannot be written.
 */
export async function exportRuns(runsDirectory: string, options: ExportOptions): Promise<ExportedRuns> {
  const { format, only } = options;
  const names = [...new Set(options.tables ?? Object.keys(tables))];
  for (const name of names) expectKnown(name);
  const opened = await openTables(runsDirectory, only === undefined ? {} : { only });
  try {
    const { connection } = opened;
    const directory = expectRuns(opened, runsDirectory, only);
    // Before anything is made there, and again where links lead.
    expectOutside(resolve(options.out), resolve(runsDirectory));
    expectOutside(resolve(options.out), directory);
    await Deno.mkdir(options.out, { recursive: true });
    const out = await Deno.realPath(options.out);
    expectOutside(out, directory);
    await expectNoRuns(connection, out);
    await lockDown(connection, [out, directory]);
    const files = [];
    for (const name of names) {
      const path = join(out, `${name}.${format}`);
      try {
        files.push({ table: name, path, rows: await writeTable(connection, name, format, path) });
      } catch (error) {
        await Deno.remove(`${path}.new`).catch(() => {});
        throw await explainFailure(error, opened, directory, path);
      }
    }
    return { files, warnings: opened.warnings };
  } finally {
    opened.close();
  }
}

function expectKnown(name: string): void {
  if (exportedNames.includes(name)) return;
  const guess = closest(name, exportedNames);
  throw new UserError(
    `Expected a table or view to export but found "${name}" (${
      guess === undefined ? `there are ${exportedNames.join(", ")}` : `did you mean "${guess}"?`
    })`,
  );
}

/** Where the runs are, if there are some, and all that were asked for. */
function expectRuns(
  { directory, folders, warnings }: OpenTables,
  runsDirectory: string,
  only: readonly string[] = [],
): string {
  const missing = only.filter((name) => !folders.includes(name));
  if (missing.length > 0) {
    throw new UserError(
      `Expected runs to export but found none in ${
        missing.map((name) => `"${join(runsDirectory, name)}"`).join(", ")
      }`,
    );
  }
  if (directory === undefined || folders.length === warnings.length) {
    throw new UserError(
      `Expected runs in "${runsDirectory}" to export but found none${
        warnings.length === 0 ? "; deno task run makes some" : ` that can be read (${warnings.join("; ")})`
      }`,
    );
  }
  return directory;
}

/** Refuses a folder among the runs: what lies there is taken for a run. */
function expectOutside(out: string, directory: string): void {
  if (out === directory || out.startsWith(join(directory, separator))) throw notThere(out);
}

/** Refuses a run's folder, whose files an export would replace, and a folder of runs, which would be taken for one. */
async function expectNoRuns(connection: DuckDBConnection, out: string): Promise<void> {
  if (await isRun(connection, out)) throw notThere(out);
  for await (const { name, isFile } of Deno.readDir(out)) {
    // What may not be looked into, such as another user's folder, holds no run of this one.
    if (!isFile && await isRun(connection, join(out, name)).catch(() => false)) throw notThere(out);
  }
}

function notThere(out: string): UserError {
  return new UserError(`Expected a folder outside of all runs to export to but found "${out}"`);
}

async function isRun(connection: DuckDBConnection, folder: string): Promise<boolean> {
  if (await exists(join(folder, "run.duckdb")) || await isTail(join(folder, "events.jsonl"))) return true;
  const path = exportPath(folder, "runs");
  if (!await exists(path)) return false;
  try {
    const marks = await connection.runAndReadAll(
      `from parquet_kv_metadata(${quote(path)}) where key = 'exitlab'::blob`,
    );
    return marks.currentRowCount === 0;
  } catch {
    // Damaged, and so perhaps what is left of a run.
    return true;
  }
}

/** The table of events as JSONL has a tail's name, but not its first line. */
async function isTail(path: string): Promise<boolean> {
  if (!await exists(path)) return false;
  for await (const line of readLines(path)) {
    try {
      parseTailHeader(line);
      return true;
    } catch {
      return false;
    }
  }
  return false;
}

/** Writes a table or view; resolves to the number of its rows. */
async function writeTable(
  connection: DuckDBConnection,
  name: string,
  format: ExportFormat,
  path: string,
): Promise<number> {
  const columns = Object.values(tables).find((table) => table.name === name)?.columns ?? [];
  const changed = columns.flatMap((column) => {
    const sql = asText(column, format);
    return sql === undefined ? [] : [`${sql} as ${column.name}`];
  });
  // Live starts come in no certain order; all else in that of writing.
  const order = name === "starts" ? "order by run, born, id" : "";
  const result = await connection.run(
    `copy (select ${changed.length === 0 ? "*" : `* replace (${changed.join(", ")})`} from ${name} ${order})
      to ${quote(`${path}.new`)} (${copyOptions[format]})`,
  );
  const rows = Number((await result.getRows())[0]?.[0] ?? 0);
  await Deno.rename(`${path}.new`, path);
  return rows;
}

/** Why a file could not be written: for want of room, because of where it is, or because of a run that cannot be read. */
async function explainFailure(
  error: unknown,
  opened: OpenTables,
  directory: string,
  path: string,
): Promise<unknown> {
  const message = oneLine(error);
  if (/no space left|disk quota exceeded/i.test(message)) {
    return new UserError(`The disk is full: could not write "${path}"; make room and export again`);
  }
  if (message.includes(path)) return new UserError(`Could not write "${path}": ${message}`);
  const damage = await findDamage(opened, directory);
  if (damage === undefined) return error;
  return new UserError(`${damage}; move its folder away, or name the runs to export`);
}

/** A column as a text file has it; `undefined` where that is as it is. */
function asText({ name, kind }: Column, format: ExportFormat): string | undefined {
  if (format === "parquet") return undefined;
  if (kind === "timestamp") return `strftime(${name}, '%Y-%m-%dT%H:%M:%S.%gZ')`;
  return kind === "json" && format === "jsonl" ? `${name}::json` : undefined;
}
