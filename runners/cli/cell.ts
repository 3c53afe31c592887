import { join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { compile } from "../../lib/experiment/compile.ts";
import { readCell } from "../hf/job/cell_file.ts";
import { jobOf, runCell } from "../hf/job/run_cell.ts";
import { type Command, type CommandLine, exitCodes, print } from "./command.ts";
import { loadExperiment } from "./load_experiment.ts";

/** What a job on Hugging Face runs in its container; `run --runner hf` writes the words. */
export const cellCommand: Command = {
  name: "cell",
  summary: "Run one cell of a plan in a container, as `run --runner hf` asks.",
  usage: "CELL --work DIR --folder DIR --began SECONDS",
  options: {
    work: { type: "string", value: "DIR", help: "Where the bundle was unpacked" },
    folder: { type: "string", value: "DIR", help: "Where the run is kept between jobs" },
    began: { type: "string", value: "SECONDS", help: "When the job began, in seconds since 1970" },
    net: { type: "string", value: "HOST", multiple: true, help: "A host that may be called" },
    run: { type: "string", value: "PROGRAM", multiple: true, help: "A program that may be started" },
  },
  examples: [],
  run: async (line) => {
    const [path = ""] = line.words;
    const [work, folder] = [folderOf(line, "work"), folderOf(line, "folder")];
    const cell = await readCell(path);
    const { experiment, file, overrides, plan } = await loadExperiment(join(work, cell.plan));
    if (plan === null) throw new UserError(`Expected "${cell.plan}" to be a plan but found an experiment`);
    const { jobs } = compile(experiment, { ...overrides, runner: plan.runner, file });
    const stop = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());
    const status = await runCell({
      cell,
      plan,
      job: jobOf(jobs, cell.run),
      work,
      folder,
      began: readTime(line),
      print,
      signal: stop.signal,
    });
    return status === "finished" ? exitCodes.success : exitCodes.interrupted;
  },
};

/** When the job began, in milliseconds since 1970: its time runs from there. */
function readTime(line: CommandLine): number {
  const seconds = Number(line.value("began"));
  if (Number.isFinite(seconds)) return 1000 * seconds;
  throw new UserError(
    `Expected --began to be a time in seconds since 1970 but found "${line.value("began") ?? ""}"`,
  );
}

function folderOf(line: CommandLine, name: "work" | "folder"): string {
  const folder = line.value(name);
  if (folder === undefined) throw new UserError(`Expected --${name} with a folder but found none`);
  return folder;
}
