import { join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { benchmarkNames } from "../../lib/metrics/benchmarks.ts";
import { compareRuns, type Comparison } from "../../lib/metrics/comparison.ts";
import { onlyBenchmark } from "../../lib/metrics/narrow_results.ts";
import { writeResults } from "../../lib/metrics/results_file.ts";
import type { RunResults } from "../../lib/metrics/run_results.ts";
import { writeDurably } from "../../lib/write_durably.ts";
import { comparisonReport } from "../../lib/report/comparison_report.ts";
import { curveSvg } from "../../lib/report/curve_svg.ts";
import { macroCaption } from "../../lib/report/figures.ts";
import { axisWords } from "../../lib/report/scaffold_words.ts";
import { toMarkdown, toText } from "../../lib/report/document.ts";
import { settingsReport } from "../../lib/report/settings_report.ts";
import { type Command, type CommandLine, exitCodes, print, printError } from "./command.ts";
import { explainOutError } from "./explain_out_error.ts";
import { checkName, comparisonOptions, experimentName } from "./comparison_words.ts";
import { findResults } from "./find_results.ts";
import { shellWord } from "./shell_word.ts";

/** `deno task compare`: arms side by side, and what their differences show. */
export const compareCommand: Command = {
  name: "compare",
  summary: "Compare the arms of runs on held-out tasks, with intervals and at equal compute.",
  usage: "[RUN…] [options]",
  options: {
    runs: { type: "string", value: "DIR", help: "The folder of all runs; default runs" },
    arms: { type: "string", value: "A,B", help: "Only these arms, in this order" },
    against: {
      type: "string",
      value: "ARM",
      multiple: true,
      help: "Compare the others with this arm; default grpo, or else the first",
    },
    step: { type: "string", value: "K", help: "Self-improvement step to compare at; default the last" },
    split: {
      type: "string",
      value: "NAME",
      help: "Compare on this benchmark alone; default all, weighing the same",
    },
    measure: { type: "string", value: "WHAT", help: "solved (default) or quality" },
    seed: { type: "string", value: "N", help: "Seed of the resampling; default 0" },
    unfinished: { type: "boolean", help: "Count the last evaluation of runs that have not ended" },
    out: { type: "string", value: "DIR", help: "Write a page, a picture and a Parquet file there" },
    name: { type: "string", value: "NAME", help: "The name of these files; default the experiment's" },
    notes: { type: "string", value: "FILE", help: "Markdown to put on the page before the figures" },
    json: { type: "boolean", help: "Print every figure as JSON" },
  },
  examples: [
    "deno task compare                                     # all ended runs in runs/",
    "deno task compare runs/exit-math-* --against grpo --against chain",
    "deno task compare --arms grpo,exit --step 4 --out docs/results --name exit_math",
    "deno task compare docs/results/ladder_math.parquet      # the same tables, without the runs",
  ],
  run: runCompare,
};

async function runCompare(line: CommandLine): Promise<number> {
  const options = comparisonOptions(line);
  const name = line.value("name");
  const notes = line.value("notes");
  if (notes !== undefined && line.value("out") === undefined) {
    throw new UserError("Expected --notes together with --out, for they stand on the page that is written");
  }
  const remarks = notes === undefined ? undefined : await readNotes(notes);
  checkName(name);
  const runs = line.value("runs") ?? "runs";
  const { results, notes: leftOut } = await findResults(line.words, runs, line.flag("unfinished"));
  if (results.length === 0) {
    for (const note of leftOut) printError(`note: ${note}`);
    throw new UserError(
      `Expected ended runs to compare but found none${line.words.length === 0 ? ` in "${runs}"` : ""}` +
        "; deno task run makes some",
    );
  }
  const split = line.value("split");
  const held = split === undefined ? { runs: results, notes: [] } : onSplit(results, split);
  const compared = compareRuns(held.runs, options);
  const comparison = { ...compared, notes: [...leftOut, ...held.notes, ...compared.notes] };
  print(
    line.flag("json")
      ? JSON.stringify(comparison, null, 2)
      : toText(comparisonReport(comparison, "terminal")),
  );
  const out = line.value("out");
  if (out !== undefined) {
    const title = name ?? experimentName(comparison);
    for (const path of await writePage(out, title, comparison, results, remarks)) {
      printError(`Written: ${path}`);
    }
  }
  return exitCodes.success;
}

/** The runs with the tasks of one benchmark; those that have none are left out. What the reader must know of it is noted. */
function onSplit(
  results: readonly RunResults[],
  split: string,
): { readonly runs: readonly RunResults[]; readonly notes: readonly string[] } {
  const known = benchmarkNames(results.flatMap(({ benchmarks }) => benchmarks));
  if (!known.includes(split)) {
    throw new UserError(`Expected --split to be one of ${known.join(", ")} but found "${split}"`);
  }
  const runs = results.map((run) => onlyBenchmark(run, split));
  return {
    runs: runs.filter(({ tasks }) => tasks.length > 0),
    notes: [
      `Only the held-out tasks of benchmark "${split}" count`,
      ...runs.filter(({ tasks }) => tasks.length === 0).map(({ run }) =>
        `Run "${run}" is left out: it has no tasks of benchmark "${split}"`
      ),
    ],
  };
}

async function readNotes(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new UserError(`Found no file "${path}" for --notes`);
    if (error instanceof Deno.errors.IsADirectory) {
      throw new UserError(`Expected --notes to be a file but found the folder "${path}"`);
    }
    throw error;
  }
}

/** Writes the Markdown page, its picture and the Parquet file behind it; returns their paths. */
async function writePage(
  out: string,
  name: string,
  comparison: Comparison,
  results: readonly RunResults[],
  remarks: string | undefined,
): Promise<string[]> {
  const counted = new Set(comparison.arms.flatMap(({ runs }) => runs.map(({ run }) => run)));
  const command = ["deno", "task", "compare", ...Deno.args.slice(1)].map(shellWord).join(" ");
  const page = toMarkdown(name, [
    {
      kind: "picture",
      title: `${name}: held-out answers after k self-improvement steps`,
      path: `${name}.svg`,
    },
    ...remarks === undefined ? [] : [{ kind: "markdown", text: remarks } as const],
    ...comparisonReport(comparison, "page"),
    ...settingsReport(comparison, command),
  ]);
  const picture = curveSvg(
    name,
    comparison.arms.flatMap(({ label, curve }) =>
      curve.map(({ step, mean, standardError }) => ({
        ...{ arm: label, step, solved: mean, standardError: standardError ?? 0 },
      }))
    ),
    `${comparison.measure === "solved" ? "solved share" : "mean quality"} of held-out tasks${
      macroCaption(comparison.benchmarks.length)
    }${axisWords[comparison.scaffold]}`,
  );
  const path = (extension: string): string => join(out, `${name}.${extension}`);
  try {
    await Deno.mkdir(out, { recursive: true });
    await writeResults(path("parquet"), results.filter(({ run }) => counted.has(run)));
    await writeDurably(path("svg"), new TextEncoder().encode(picture));
    await writeDurably(path("md"), new TextEncoder().encode(page));
  } catch (error) {
    throw explainOutError(error, out);
  }
  return [path("md"), path("svg"), path("parquet")];
}
