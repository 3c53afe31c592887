/**
 * Runs as files that other programs read.
 *
 * @module
 */
import { join, sep as separator } from "node:path";
import { closest } from "../closest.ts";
import { lockDown, oneLine, quote } from "../database.ts";
import { UserError } from "../errors.ts";
import { type OpenTables, openTables } from "./open_tables.ts";
import { type Column, tables } from "./schema.ts";
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
  parquet: "format parquet, compression zstd",
};

/** All names that can be exported: tables first. */
export const exportedNames: readonly string[] = [...Object.keys(tables), ...views.map(({ name }) => name)];

/**
 * Writes tables of runs, a file a table: live runs as their tail has them, which is without rollouts and prompts. Rows
 * come run by run, in the order of writing. Times are ISO 8601 in UTC; in JSONL what is JSON in a column is JSON there. A
 * file is there whole or not at all, and one of the same name is replaced.
 *
 * @throws {UserError} If a table is not known, there are no runs, `out` is among the runs, or the disk is full.
 */
export async function exportRuns(runsDirectory: string, options: ExportOptions): Promise<ExportedRuns> {
  const { format, only } = options;
  const names = [...new Set(options.tables ?? Object.keys(tables))];
  for (const name of names) expectKnown(name);
  const opened = await openTables(runsDirectory, only === undefined ? {} : { only });
  try {
    if (opened.folders.length === opened.warnings.length) {
      throw new UserError(
        `Expected runs in "${runsDirectory}" to export but found none${
          opened.warnings.length === 0 ? "" : ` that can be read (${opened.warnings.join("; ")})`
        }`,
      );
    }
    await Deno.mkdir(options.out, { recursive: true });
    const out = await Deno.realPath(options.out);
    await expectNoRuns(out, opened.directory ?? out);
    await lockDown(opened.connection, [out, ...opened.directory === undefined ? [] : [opened.directory]]);
    const files = [];
    for (const name of names) files.push(await writeTable(opened, name, format, out));
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

/** Refuses a folder where an export would replace a run's files, or be taken for a run. */
async function expectNoRuns(out: string, directory: string): Promise<void> {
  const database = await Deno.stat(join(out, "run.duckdb")).catch(() => undefined);
  if (database === undefined && out !== directory && !out.startsWith(join(directory, separator))) return;
  throw new UserError(`Expected a folder outside of all runs to export to but found "${out}"`);
}

async function writeTable(
  { connection }: OpenTables,
  name: string,
  format: ExportFormat,
  out: string,
): Promise<ExportedRuns["files"][number]> {
  const path = join(out, `${name}.${format}`);
  const columns = Object.values(tables).find((table) => table.name === name)?.columns ?? [];
  const changed = columns.flatMap((column) => {
    const sql = asText(column, format);
    return sql === undefined ? [] : [`${sql} as ${column.name}`];
  });
  // Live starts come in no certain order; all else in that of writing.
  const order = name === "starts" ? "order by run, born, id" : "";
  try {
    const result = await connection.run(
      `copy (select ${changed.length === 0 ? "*" : `* replace (${changed.join(", ")})`} from ${name} ${order})
        to ${quote(`${path}.new`)} (${copyOptions[format]})`,
    );
    const rows = Number((await result.getRows())[0]?.[0] ?? 0);
    await Deno.rename(`${path}.new`, path);
    return { table: name, path, rows };
  } catch (error) {
    await Deno.remove(`${path}.new`).catch(() => {});
    if (/no space left|disk quota exceeded/i.test(oneLine(error))) {
      throw new UserError(`The disk is full: could not write "${path}"; make room and export again`);
    }
    throw error;
  }
}

/** A column as a text file has it; `undefined` where that is as it is. */
function asText({ name, kind }: Column, format: ExportFormat): string | undefined {
  if (format === "parquet") return undefined;
  if (kind === "timestamp") return `strftime(${name}, '%Y-%m-%dT%H:%M:%S.%gZ')`;
  return kind === "json" && format === "jsonl" ? `${name}::json` : undefined;
}
