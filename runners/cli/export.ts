import { resolve } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { type ExportFormat, exportRuns } from "../../lib/metrics/export_runs.ts";
import { plural } from "../../lib/report/figures.ts";
import { type Command, type CommandLine, exitCodes, print, printError } from "./command.ts";
import { explainOutError } from "./explain_out_error.ts";
import { placeOf } from "./find_results.ts";
import { printable } from "./printable.ts";

const formats: readonly ExportFormat[] = ["jsonl", "csv", "parquet"];

/** `deno task export`: runs as files for other programs. */
export const exportCommand: Command = {
  name: "export",
  summary: "Write runs as JSONL, CSV or Parquet, a file a table.",
  usage: "[RUN…] --format FORM --out DIR [options]",
  options: {
    format: { type: "string", value: "FORM", help: "jsonl, csv or parquet" },
    out: { type: "string", value: "DIR", help: "Where to write; files of the same names are replaced" },
    tables: {
      type: "string",
      value: "A,B",
      help: "These tables and views (deno task sql --tables lists them); default all tables",
    },
    runs: { type: "string", value: "DIR", help: "The folder of all runs; default runs" },
  },
  examples: [
    "deno task export --format parquet --out exported        # all runs in runs/",
    "deno task export runs/exit-math-* --format jsonl --out exported --tables steps,evaluations",
    "deno task export --format csv --out exported --tables curves,flips",
  ],
  run: runExport,
};

async function runExport(line: CommandLine): Promise<number> {
  const format = formats.find((known) => known === line.value("format"));
  if (format === undefined) {
    throw new UserError(
      `Expected --format to be ${formats.join(", ")} but found ${
        line.value("format") === undefined ? "none" : `"${line.value("format")}"`
      }`,
    );
  }
  const out = line.value("out");
  if (out === undefined) throw new UserError("Expected a folder to write to as --out DIR but found none");
  const chosen = line.value("tables")?.split(",").map((name) => name.trim());
  const { parent, only } = await placesOf(line.words, line.value("runs") ?? "runs");
  try {
    const { files, warnings } = await exportRuns(parent, {
      ...{ format, out },
      ...chosen === undefined ? {} : { tables: chosen },
      ...only === undefined ? {} : { only },
    });
    for (const warning of warnings) printError(printable(`warning: ${warning}`));
    for (const { path, rows } of files) print(`${printable(path)}  ${plural(rows, "row")}`);
  } catch (error) {
    throw explainOutError(error, out);
  }
  return exitCodes.success;
}

/** The folder that words point into, and the names in it; no names for all of them. */
async function placesOf(
  words: readonly string[],
  runs: string,
): Promise<{ readonly parent: string; readonly only: readonly string[] | undefined }> {
  const places = await Promise.all(words.map((word) => placeOf(word, runs)));
  const [first = { parent: runs, name: undefined }] = places;
  const other = places.find(({ parent }) => resolve(parent) !== resolve(first.parent));
  if (other !== undefined) {
    throw new UserError(
      `Expected runs of one folder but found some in "${first.parent}" and some in "${other.parent}"; ` +
        "export each folder by itself",
    );
  }
  const names = places.flatMap(({ name }) => name === undefined ? [] : [name]);
  const file = names.find((name) => name.endsWith(".parquet"));
  if (file !== undefined) throw new UserError(`Expected a run but found the file "${file}"`);
  return {
    parent: first.parent,
    only: names.length < places.length || names.length === 0 ? undefined : names,
  };
}
