import { join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { openRuns } from "../../lib/metrics/reader.ts";
import { amount } from "../hf/amount.ts";
import { pushRuns, type RunPlace } from "../hf/push_runs.ts";
import { type Command, type CommandLine, exitCodes, print, printError } from "./command.ts";
import { placeOf } from "./find_results.ts";
import { hubOption, readHubAccess } from "./hub_access.ts";
import { printable } from "./printable.ts";

/** `deno task push`: finished runs to a dataset repository on the Hub. */
export const pushCommand: Command = {
  name: "push",
  summary: "Push finished runs to a dataset repository on Hugging Face, under a card that lists them.",
  usage: "RUN… --to ORG/NAME [options]",
  options: {
    to: {
      type: "string",
      value: "ORG/NAME",
      help: "The dataset repository; it is made if it does not exist",
    },
    runs: { type: "string", value: "DIR", help: "The folder of all runs; default runs" },
    public: { type: "boolean", help: "Everybody may see it; default private" },
    license: {
      type: "string",
      value: "NAME",
      help: "The license on the card, such as cc-by-4.0; default none",
    },
    hub: hubOption,
  },
  examples: [
    "deno task push exit-math-exit-s1-0a1b2c3d --to me/exit-metrics",
    "deno task push runs/exit-math-* --to me/exit-metrics --public --license cc-by-4.0",
    "deno task push runs --to me/exit-metrics                 # all finished runs in the folder",
  ],
  run: runPush,
};

async function runPush(line: CommandLine): Promise<number> {
  const to = line.value("to");
  if (to === undefined) {
    throw new UserError("Expected the dataset repository as --to ORG/NAME but found none");
  }
  const license = line.value("license");
  if (license !== undefined && !/^[a-z0-9][a-z0-9.-]*$/.test(license)) {
    throw new UserError(`Expected --license to be a name such as cc-by-4.0 but found "${license}"`);
  }
  const access = readHubAccess(line, "needed", (message) => printError(printable(message)));
  const runs = line.value("runs") ?? "runs";
  const places = await findPlaces(line.words, runs);
  const pushed = await pushRuns(access, places, {
    ...{ to, public: line.flag("public"), tell: (message) => printError(printable(message)) },
    scratch: join(runs, ".cache", "push"),
    ...license === undefined ? {} : { license },
  });
  print(
    `Pushed ${pushed.runs.length} of ${pushed.all} runs there (${amount(pushed.bytes)}): ${pushed.url}\n` +
      `Bring them to another machine with: deno task pull ${to}`,
  );
  return exitCodes.success;
}

/** The runs that words name. Of a folder of runs those that are not finished are left out, and told of. */
async function findPlaces(words: readonly string[], runs: string): Promise<RunPlace[]> {
  if (words.length === 0) {
    throw new UserError(
      "Expected runs to push, as ids or folders, but found none (deno task push RUN… --to ORG/NAME)",
    );
  }
  const places: RunPlace[] = [];
  for (const word of words) {
    const { parent, name } = await placeOf(word, runs);
    if (name?.endsWith(".parquet") === true) {
      throw new UserError(`Expected a run but found the file "${word}"`);
    }
    places.push(...name === undefined ? await finishedIn(parent) : [{ parent, name }]);
  }
  return places;
}

async function finishedIn(parent: string): Promise<RunPlace[]> {
  const reader = await openRuns(parent);
  try {
    for (const warning of reader.warnings) printError(`warning: ${printable(warning)}`);
    const { rows } = await reader.query("select run, status from runs order by run");
    const finished = rows.filter(([, status]) => status === "finished").map(([run]) => String(run));
    for (const [run, status] of rows) {
      if (status !== "finished") printError(printable(`Run "${run}" is left out: it is ${status}`));
    }
    if (finished.length === 0) throw new UserError(`Expected finished runs in "${parent}" but found none`);
    return finished.map((name) => ({ parent, name }));
  } finally {
    reader.close();
  }
}
