import { join } from "node:path";
import { checkAccess } from "../../lib/domain/check_access.ts";
import { UserError } from "../../lib/errors.ts";
import { exists } from "../../lib/exists.ts";
import { exportPath } from "../../lib/metrics/export.ts";
import { openRuns } from "../../lib/metrics/reader.ts";
import { rescore, type RunPlace } from "../../lib/replay/rescore.ts";
import { addTallies } from "../../lib/replay/rescore_tally.ts";
import { toText } from "../../lib/report/document.ts";
import { count } from "../../lib/report/figures.ts";
import { rescoreReport } from "../../lib/report/rescore_report.ts";
import { type Command, type CommandLine, exitCodes, print, printError } from "./command.ts";
import { explainOutError } from "./explain_out_error.ts";
import { loadDomains } from "./domains.ts";
import { netOption, runOption } from "./experiment_options.ts";
import { placeOf } from "./find_results.ts";
import { printable } from "./printable.ts";
import { SlowProgress } from "./slow_progress.ts";

/** `deno task rescore`: old runs under a new verdict rule, without any model. */
export const rescoreCommand: Command = {
  name: "rescore",
  summary: "Grade what runs logged by another domain's verdicts, without any model.",
  usage: "[RUN…] --domain DOMAIN [options]",
  options: {
    domain: {
      type: "string",
      value: "DOMAIN",
      help:
        "Whose verdicts count: a built-in domain, or a file that exports one; it has the tasks of the log",
    },
    out: {
      type: "string",
      value: "DIR",
      help: "Write runs with the new verdicts there, for compare and sql",
    },
    show: { type: "string", value: "N", help: "Show this many changed verdicts; default 6" },
    runs: { type: "string", value: "DIR", help: "The folder of all runs; default runs" },
    read: {
      type: "string",
      multiple: true,
      value: "PATH",
      help: "A file or folder that the domain may read",
    },
    net: netOption,
    run: runOption,
    json: { type: "boolean", help: "Print every figure as JSON" },
  },
  examples: [
    "deno task rescore runs/exit-math-* --domain strict.ts             # what a stricter rule would have said",
    "deno task rescore --domain strict.ts --out rescored && deno task compare --runs rescored",
  ],
  run: runRescore,
};

async function runRescore(line: CommandLine): Promise<number> {
  const word = line.value("domain");
  if (word === undefined) {
    throw new UserError("Expected --domain to name the domain whose verdicts count but found none");
  }
  const show = readShow(line.value("show"));
  const out = line.value("out");
  const [named, ...others] = await loadDomains(word);
  if (named === undefined || others.length > 0) {
    throw new UserError(
      `Expected --domain to be one domain but found ${others.length + 1} in ${word}; ` +
        "export the one whose verdicts count from a file of its own",
    );
  }
  const { domain } = named;
  await checkAccess(domain);
  const runs = await placesOf(line.words, line.value("runs") ?? "runs");
  const progress = new SlowProgress();
  try {
    const rescored = await rescore({
      ...{ runs, domain, show },
      ...out === undefined ? {} : { out },
      progress: (run, graded, of) =>
        progress.show(printable(`${run}  ${count(graded)} of ${count(of)} responses`)),
    });
    progress.clear();
    print(
      line.flag("json")
        ? JSON.stringify(rescored, null, 2)
        : toText(rescoreReport(rescored)).split("\n").map((row) => printable(row)).join("\n"),
    );
    const { broken, judged } = addTallies(Object.values(rescored.verdicts));
    return broken > 0 || judged === 0 ? exitCodes.failure : exitCodes.success;
  } catch (error) {
    throw out === undefined ? error : explainOutError(error, out);
  } finally {
    progress.clear();
  }
}

function readShow(text: string = "6"): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new UserError(`Expected --show to be a whole number of at least 0 but found "${text}"`);
}

/** The runs that words name, each once; all that have ended in the folder of runs without any. */
async function placesOf(words: readonly string[], runs: string): Promise<RunPlace[]> {
  const found = words.length === 0
    ? [{ parent: runs, name: undefined }]
    : await Promise.all(words.map((word) => placeOf(word, runs)));
  const places = new Map<string, RunPlace>();
  for (const { parent, name } of found) {
    if (name?.endsWith(".parquet") === true) {
      throw new UserError(`Expected a run but found the file "${name}": it has no responses`);
    }
    for (const each of name === undefined ? await endedIn(parent) : [name]) {
      places.set(`${parent}/${each}`, { parent, name: each });
    }
  }
  if (places.size === 0) throw new UserError(`Expected runs to rescore but found none in "${runs}"`);
  return [...places.values()];
}

/** The runs of a folder that have ended; of the others it is told that they are left out. */
async function endedIn(folder: string): Promise<readonly string[]> {
  const reader = await openRuns(folder);
  reader.close();
  const ended = await Promise.all(
    reader.folders.map((name) => exists(exportPath(join(folder, name), "runs"))),
  );
  return reader.folders.filter((name, at) => {
    if (ended[at] !== true) printError(printable(`note: Run "${name}" is left out: it has not ended`));
    return ended[at];
  });
}
