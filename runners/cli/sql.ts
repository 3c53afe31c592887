import { unreadable, UserError } from "../../lib/errors.ts";
import { openRuns, type Reader } from "../../lib/metrics/reader.ts";
import type { QueryResult } from "../../lib/metrics/query.ts";
import { tables } from "../../lib/metrics/schema.ts";
import { views } from "../../lib/metrics/views.ts";
import { type Command, type CommandLine, exitCodes, print, printError } from "./command.ts";
import { printable } from "./printable.ts";
import { formatCsv, formatJson, formatTable } from "./sql_format.ts";

const formats: ReadonlyMap<string, (result: QueryResult) => string> = new Map([
  ["table", formatTable],
  ["json", formatJson],
  ["csv", formatCsv],
]);

const names = [...Object.keys(tables), ...views.map(({ name }) => name)].join(", ");

/** `deno task sql`: any SQL over all runs, live ones included. */
export const sqlCommand: Command = {
  name: "sql",
  summary: "Ask all runs a question in SQL (DuckDB), also while they run.",
  usage: '"QUERY" [options]',
  options: {
    format: { type: "string", value: "FORM", help: "table (default), json or csv" },
    runs: { type: "string", value: "DIR", help: "The folder of all runs; default runs" },
    file: { type: "string", short: "f", value: "FILE", help: "Read the query from a file" },
    tables: { type: "boolean", help: "List the tables and views with their columns" },
  },
  examples: [
    'deno task sql "from curves where step = 16"',
    'deno task sql "select arm, step, avg(solved::int) from evaluations group by all order by all"',
    'deno task sql "select max(depth) from starts" --format json',
  ],
  run: runSql,
};

async function runSql(line: CommandLine): Promise<number> {
  const format = formats.get(line.value("format") ?? "table");
  if (format === undefined) {
    throw new UserError(`Expected --format to be table, json or csv but found "${line.value("format")}"`);
  }
  const sql = line.flag("tables") ? undefined : await readQuery(line);
  const runs = line.value("runs") ?? "runs";
  const reader = await openRuns(runs);
  try {
    for (const warning of reader.warnings) printError(printable(`warning: ${warning}`));
    if (reader.folders.length === 0) {
      printError(`There are no runs in "${runs}" yet, so all tables are empty; deno task run makes some`);
    }
    print(sql === undefined ? await listTables(reader) : format(await reader.query(sql)));
  } finally {
    reader.close();
  }
  return exitCodes.success;
}

async function readQuery(line: CommandLine): Promise<string> {
  const file = line.value("file");
  const words = line.words.join(" ").trim();
  if (file !== undefined && words !== "") {
    throw new UserError(`Expected a query or --file but found both ("${words}" and "${file}")`);
  }
  if (file !== undefined) {
    return await Deno.readTextFile(file).catch((error: unknown) => {
      throw unreadable(error, file, " for --file");
    });
  }
  if (words !== "") return words;
  throw new UserError(
    `Expected a query, such as deno task sql "from curves where step = 16"; there are ${names} ` +
      "(deno task sql --tables lists their columns)",
  );
}

async function listTables(reader: Reader): Promise<string> {
  const sections: string[] = [];
  for (const { name, summary } of [...Object.values(tables), ...views]) {
    const { columns } = await reader.query(`from ${name} limit 0`);
    sections.push(
      [`${name}: ${summary}`, ...columns.map(({ name, type }) => `  ${name} ${type.toLowerCase()}`)].join(
        "\n",
      ),
    );
  }
  return sections.join("\n\n");
}
