import { join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { compareRuns, type Comparison } from "../../lib/metrics/comparison.ts";
import { openRuns } from "../../lib/metrics/reader.ts";
import type { RunResults } from "../../lib/metrics/run_results.ts";
import { chooseTasks, shownRuns } from "../../lib/report/run_report/choose_tasks.ts";
import { collectChains, collectFacts } from "../../lib/report/run_report/collect_facts.ts";
import type { ChainAnswer, ReportFacts } from "../../lib/report/run_report/facts.ts";
import type { ChosenTask, RunPrice } from "../../lib/report/run_report/parts.ts";
import { runReport } from "../../lib/report/run_report/run_report.ts";
import { writeDurably } from "../../lib/write_durably.ts";
import { readRemoteRun } from "../hf/remote_run.ts";
import { type Command, type CommandLine, exitCodes, print, printError } from "./command.ts";
import { checkName, comparisonOptions, experimentName } from "./comparison_words.ts";
import { explainOutError } from "./explain_out_error.ts";
import { findResults } from "./find_results.ts";
import { printable } from "./printable.ts";
import { shellWord } from "./shell_word.ts";

/** `deno task report`: runs as one page to look at. */
export const reportCommand: Command = {
  name: "report",
  summary: "Write a page about runs: what the arms reached, how they got there, and what they wrote.",
  usage: "[RUN…] [options]",
  options: {
    runs: { type: "string", value: "DIR", help: "The folder of all runs; default runs" },
    out: {
      type: "string",
      value: "DIR",
      help: "Where to write; default reports/NAME in the folder of all runs",
    },
    name: { type: "string", value: "NAME", help: "The name of the page; default the experiment's" },
    arms: { type: "string", value: "A,B", help: "Only these arms, in this order" },
    against: {
      type: "string",
      value: "ARM",
      multiple: true,
      help: "Compare the others with this arm; default grpo, or else the first",
    },
    step: { type: "string", value: "K", help: "Self-improvement step to compare at; default the last" },
    measure: { type: "string", value: "WHAT", help: "solved (default) or quality" },
    seed: { type: "string", value: "N", help: "Seed of the resampling and of the task drawn; default 0" },
    unfinished: { type: "boolean", help: "Count the last evaluation of runs that have not ended" },
  },
  examples: [
    "deno task report                                # all ended runs in runs/",
    "deno task report runs/exit-math-* --out pages",
    "deno task report --arms grpo,exit --unfinished",
  ],
  run: runReportCommand,
};

async function runReportCommand(line: CommandLine): Promise<number> {
  const options = comparisonOptions(line);
  checkName(line.value("name"));
  const runs = line.value("runs") ?? "runs";
  const file = line.words.find((word) => word.endsWith(".parquet"));
  if (file !== undefined) {
    throw new UserError(
      `Expected runs but found the file "${file}", which holds results alone; deno task compare reads it`,
    );
  }
  const { results, folders, notes } = await findResults(line.words, runs, line.flag("unfinished"));
  if (results.length === 0) {
    for (const note of notes) printError(printable(`note: ${note}`));
    throw new UserError(
      `Expected ended runs to report on but found none${line.words.length === 0 ? ` in "${runs}"` : ""}` +
        "; --unfinished counts others, and deno task run makes some",
    );
  }
  const compared = compareRuns(results, options);
  const comparison = { ...compared, notes: [...notes, ...compared.notes] };
  const title = line.value("name") ?? experimentName(comparison);
  const out = line.value("out") ?? join(runs, "reports", title);
  const report = runReport({
    ...{ title, comparison, results },
    ...await askFolders(comparison, results, folders, options.measure),
    prices: await pricesOf(folders),
    command: ["deno", "task", "report", ...Deno.args.slice(1)].map(shellWord).join(" "),
  });
  const page = join(out, "report.html");
  try {
    await Deno.mkdir(out, { recursive: true });
    const encoder = new TextEncoder();
    for (const [name, picture] of report.pictures) {
      await writeDurably(join(out, `${name}.svg`), encoder.encode(picture));
    }
    await writeDurably(page, encoder.encode(report.page));
  } catch (error) {
    throw explainOutError(error, out);
  }
  printError(`Written: ${report.pictures.size} pictures beside the page`);
  print(printable(page));
  return exitCodes.success;
}

/** Asks each folder of runs for what the page needs besides the comparison. */
async function askFolders(
  comparison: Comparison,
  results: readonly RunResults[],
  folders: ReadonlyMap<string, string>,
  measure: Comparison["measure"],
): Promise<{
  readonly facts: ReportFacts;
  readonly chains: readonly ChainAnswer[];
  readonly tasks: readonly ChosenTask[];
}> {
  const counted = comparison.arms.flatMap(({ runs }) => runs.map(({ run }) => run));
  const shown = new Set(shownRuns(comparison));
  const tasks = chooseTasks(comparison, results);
  const facts: ReportFacts[] = [];
  const chains: ChainAnswer[] = [];
  for (const [folder, runs] of Map.groupBy(counted, (run) => folders.get(run) ?? "")) {
    const reader = await openRuns(folder);
    try {
      facts.push(await collectFacts(reader, runs, comparison.steps, measure));
      chains.push(
        ...await collectChains(reader, runs.filter((run) => shown.has(run)), tasks.map(({ task }) => task)),
      );
    } finally {
      reader.close();
    }
  }
  return {
    tasks,
    chains,
    facts: {
      training: facts.flatMap(({ training }) => training),
      heldOut: facts.flatMap(({ heldOut }) => heldOut),
      depths: facts.flatMap(({ depths }) => depths),
      costs: facts.flatMap(({ costs }) => costs),
      lineages: facts.flatMap(({ lineages }) => lineages),
      rollouts: facts.flatMap(({ rollouts }) => rollouts),
    },
  };
}

/** What the hardware of runs that went elsewhere costs. */
async function pricesOf(folders: ReadonlyMap<string, string>): Promise<Map<string, RunPrice>> {
  const prices = new Map<string, RunPrice>();
  for (const [run, folder] of folders) {
    const remote = await readRemoteRun(folder, run);
    if (remote === undefined) continue;
    prices.set(run, { hardware: remote.job.flavor, perHour: remote.pricePerHour });
  }
  return prices;
}
