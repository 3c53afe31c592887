import { UserError } from "../../lib/errors.ts";
import { pullRuns } from "../hf/pull_runs.ts";
import { type Command, type CommandLine, exitCodes, print, printError } from "./command.ts";
import { hubOption, readHubAccess } from "./hub_access.ts";
import { printable } from "./printable.ts";
import { shellWord } from "./shell_word.ts";

/** `deno task pull`: runs from a dataset repository on the Hub. */
export const pullCommand: Command = {
  name: "pull",
  summary: "Bring runs from a dataset repository on Hugging Face, to compare them with one's own.",
  usage: "ORG/NAME [options]",
  options: {
    run: { type: "string", value: "GLOB", help: "Only these runs, with * and ?; default all" },
    runs: { type: "string", value: "DIR", help: "The folder of all runs; default runs" },
    revision: { type: "string", value: "NAME", help: "A branch, tag or commit; default the latest" },
    hub: hubOption,
  },
  examples: [
    "deno task pull me/exit-metrics",
    'deno task pull me/exit-metrics --run "exit-math-grpo-*" --runs theirs',
  ],
  run: runPull,
};

async function runPull(line: CommandLine): Promise<number> {
  const [from, ...others] = line.words;
  if (from === undefined || others.length > 0) {
    throw new UserError(
      `Expected one dataset repository as ORG/NAME but found ${
        from === undefined ? "none" : `"${line.words.join(" ")}"`
      }`,
    );
  }
  const runs = line.value("runs") ?? "runs";
  const glob = line.value("run");
  const revision = line.value("revision");
  const access = readHubAccess(line, "optional", (message) => printError(printable(message)));
  const pulled = await pullRuns(access, {
    ...{ from, runs, tell: (message) => printError(printable(message)) },
    ...glob === undefined ? {} : { glob },
    ...revision === undefined ? {} : { revision },
  });
  for (const sentence of pulled.skipped) printError(`note: ${printable(sentence)}`);
  for (const sentence of pulled.refused) printError(`error: ${printable(sentence)}`);
  const where = runs === "runs" ? "" : ` --runs ${shellWord(runs)}`;
  print(
    `Pulled ${pulled.runs.length} run${pulled.runs.length === 1 ? "" : "s"} into ${runs} ` +
      `(${pulled.skipped.length} left as they are, ${pulled.refused.length} refused), ` +
      `of commit ${pulled.revision.slice(0, 12)}\n` +
      `Compare them with: deno task compare${where}`,
  );
  return pulled.refused.length === 0 ? exitCodes.success : exitCodes.mistake;
}
