import { basename, dirname, join } from "node:path";
import { errorMessage, UserError } from "../../lib/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { collectResults } from "../../lib/metrics/collect_results.ts";
import { openRuns } from "../../lib/metrics/reader.ts";
import { differRuns } from "../../lib/metrics/run_difference.ts";
import { type DiffedRun, differSettings, diffReport } from "../../lib/report/diff_report.ts";
import { toText } from "../../lib/report/document.ts";
import { type Command, type CommandLine, exitCodes, print, printError } from "./command.ts";
import { comparisonOptions } from "./comparison_words.ts";
import { placeOf } from "./find_results.ts";
import { printable } from "./printable.ts";

/** `deno task diff`: in what two runs differ, and what came of it. */
export const diffCommand: Command = {
  name: "diff",
  summary: "Show in what two runs differ (settings, code, data, engine), and what each reached.",
  usage: "A B [options]",
  options: {
    runs: { type: "string", value: "DIR", help: "The folder of all runs; default runs" },
    measure: { type: "string", value: "WHAT", help: "solved (default) or quality" },
    seed: { type: "string", value: "N", help: "Seed of the resampling; default 0" },
    json: { type: "boolean", help: "Print everything as JSON" },
  },
  examples: [
    "deno task diff exit-math-grpo-s2-0a1b2c3d exit-math-exit-s2-4e5f6a7b",
    "deno task diff runs/exit-math-exit-s2-4e5f6a7b /elsewhere/exit-math-exit-s2-4e5f6a7b",
  ],
  run: runDiff,
};

async function runDiff(line: CommandLine): Promise<number> {
  const [a, b, ...others] = line.words;
  if (a === undefined || b === undefined || others.length > 0) {
    throw new UserError(`Expected two runs but found ${line.words.length} (deno task diff A B)`);
  }
  const { measure, seed = 0 } = comparisonOptions(line);
  const runs = line.value("runs") ?? "runs";
  const [one, other] = [await folderOf(a, runs), await folderOf(b, runs)];
  if (await Deno.realPath(one) === await Deno.realPath(other)) {
    throw new UserError(`Expected two runs but found the same one twice, "${one}"`);
  }
  const [first, second] = distinct(await readRun(one, a), await readRun(other, b));
  const outcome = first.results === undefined || second.results === undefined
    ? undefined
    : differRuns(first.results, second.results, { measure, seed });
  print(
    line.flag("json")
      ? JSON.stringify(
        {
          first: asJson(first),
          second: asJson(second),
          settings: differSettings(first, second).map(({ path, first = null, second = null }) => ({
            ...{ path, first, second },
          })),
          outcome: outcome === undefined ? null : { measure, ...outcome },
        },
        null,
        2,
      )
      : toText(diffReport(first, second, outcome, measure)).split("\n").map((row) => printable(row)).join(
        "\n",
      ),
  );
  return exitCodes.success;
}

/** Two runs of one name are told apart by where they were found. */
function distinct(
  first: DiffedRun & { readonly word: string },
  second: DiffedRun & { readonly word: string },
): [DiffedRun, DiffedRun] {
  if (first.label !== second.label) return [first, second];
  return [{ ...first, label: first.word }, { ...second, label: second.word }];
}

function asJson({ label, identity, versions }: DiffedRun): Json {
  return { label, identity, versions };
}

/** The folder of the run that a word names. */
async function folderOf(word: string, runs: string): Promise<string> {
  const { parent, name } = await placeOf(word, runs);
  if (name === undefined || name.endsWith(".parquet")) {
    throw new UserError(
      `Expected a run but found ${name === undefined ? "a folder of runs" : "a file"} "${word}"`,
    );
  }
  return join(parent, name);
}

async function readRun(folder: string, word: string): Promise<DiffedRun & { readonly word: string }> {
  const reader = await openRuns(dirname(folder), { only: [basename(folder)] });
  try {
    const { columns, rows } = await reader.query("from runs");
    const [row] = rows;
    if (row === undefined) {
      throw new UserError(
        `Found no run in "${folder}"${reader.warnings.map((text) => `: ${text}`)}`,
      );
    }
    const fields = Object.fromEntries(columns.map((column, at) => [column.name, row[at] ?? null]));
    const { results, notes } = await collectResults(reader);
    for (const note of notes) printError(printable(`note: ${note}`));
    const arm = String(fields["arm"]);
    const planned = await plannedSettings(folder, arm);
    return {
      word: printable(word),
      label: printable(String(fields["run"])),
      identity: {
        experiment: text(fields["experiment"]),
        arm,
        seed: text(fields["seed"]),
        status: text(fields["status"]),
        started: text(fields["started"]),
        "exitlab": text(fields["exitlab_version"]),
        domain: withVersion(text(fields["domain"]), planned["domain"]),
        policy: withVersion(text(fields["policy"]), planned["policy"]),
        engine: text(fields["engine"]),
        plan: text(fields["plan_hash"])?.slice(0, 12) ?? null,
        job: text(fields["job_hash"])?.slice(0, 12) ?? null,
      },
      settings: readSettings(fields["settings"]),
      versions: planned,
      results: results[0],
    };
  } finally {
    reader.close();
  }
}

function text(value: Json | undefined): string | null {
  return value === null || value === undefined ? null : printable(String(value));
}

function withVersion(kind: string | null, version: string | undefined): string | null {
  return kind === null || version === undefined ? kind : `${kind}, version ${version}`;
}

function readSettings(value: Json | undefined): JsonObject {
  const settings: Json = JSON.parse(typeof value === "string" ? value : "{}");
  return isJsonObject(settings) ? settings : {};
}

/** The versions of a run's parts, from the plan beside it. */
async function plannedSettings(folder: string, arm: string): Promise<Record<string, string>> {
  const path = join(folder, "plan.json");
  let plan: Json;
  try {
    plan = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      printError(printable(`warning: The plan "${path}" cannot be read: ${errorMessage(error)}`));
    }
    return {};
  }
  const arms = isJsonObject(plan) ? plan["arms"] : undefined;
  const planned = isJsonObject(arms) ? arms[arm] : undefined;
  const settings = isJsonObject(planned) ? planned["settings"] : undefined;
  if (!isJsonObject(settings)) return {};
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, part]): [string, string][] =>
      isJsonObject(part) && part["version"] !== undefined ? [[name, printable(String(part["version"]))]] : []
    ),
  );
}
