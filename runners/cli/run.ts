import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { denialOf } from "../../lib/domain/denial.ts";
import { UserError } from "../../lib/errors.ts";
import type { Job } from "../../lib/experiment/settings.ts";
import { ProgressLine } from "../../lib/report/progress_line.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import { exists } from "../../lib/exists.ts";
import { finishedMark } from "../../lib/loop/finished_mark.ts";
import { runJobs } from "../../lib/loop/run_jobs.ts";
import { SinkFeed } from "../../lib/metrics/sink_feed.ts";
import { readRemoteRun } from "../hf/remote_run.ts";
import { embeddedEngine } from "../local/engine.ts";
import { type Command, type CommandLine, exitCodes, print, printError } from "./command.ts";
import { compileRequest, experimentOptions, readExperimentOptions } from "./experiment_options.ts";
import { expectNoHub, hfOptions } from "./hf_options.ts";
import { undeclaredGrants } from "./plan_access.ts";
import { printable } from "./printable.ts";
import { submitOptions } from "./submit_options.ts";
import { shellWord } from "./shell_word.ts";
import { expectNoServer, readServer, serverOptions } from "./server_options.ts";
import { standardError } from "./standard_error.ts";
import { RunProgress } from "./run_progress.ts";
import { summarize } from "./run_summary.ts";

/** `deno task run`: trains all jobs of an experiment and shows what came of it. */
export const runExperimentCommand: Command = {
  name: "run",
  summary: "Train every arm and seed of an experiment, and compare what they learned.",
  usage: "FILE [options]",
  options: {
    ...experimentOptions,
    runs: { type: "string", value: "DIR", help: "The folder of all runs; default runs" },
    ...serverOptions,
    ...hfOptions,
    ...submitOptions,
    sink: { type: "string", value: "FILE", help: "A module that takes step metrics elsewhere as well" },
    resume: { type: "boolean", help: "Continue runs that were begun and not finished; hf does so always" },
  },
  examples: [
    "deno task run experiments/exit_math.ts --quick",
    "deno task run experiments/exit_math.ts --arm exit --seed 4 --set budget.tokens=200000",
    "deno task run experiments/exit_gsm8k.ts --runner tgi --url http://127.0.0.1:8000",
    "deno task plan experiments/exit_math.ts --json > plan.json && deno task run plan.json",
  ],
  run: runExperiment,
};

async function runExperiment(line: CommandLine): Promise<number> {
  const request = readExperimentOptions(line);
  const runs = line.value("runs") ?? "runs";
  const { plan, jobs } = await compileRequest(request);
  for (const { option, why } of undeclaredGrants(jobs, line)) {
    printError(`note: ${printable(option)} is ${why}`);
  }
  if (plan.runner === "hf") {
    if (line.value("sink") !== undefined) {
      throw new UserError(
        "Expected --sink without --runner hf, for it works where the run is; deno task export takes metrics of runs that " +
          "came home",
      );
    }
    expectNoServer(line, plan.runner);
    // Loaded here: what the Hub needs is no part of the other runners.
    const { runOnHub } = await import("./run_hf.ts");
    return await runOnHub(line, { plan, jobs });
  }
  expectNoHub(line, plan.runner, [], submitOptions);
  await expectNotElsewhere(runs, jobs);
  const progress = new ProgressLine(standardError);
  const sink = await openSink(line.value("sink"));
  const engine = await openEngine(plan.runner, line, progress);
  const seedMajor = jobs.toSorted((a, b) => plan.seeds.indexOf(a.seed) - plan.seeds.indexOf(b.seed));

  const stop = new AbortController();
  let atOnce = false;
  const interrupt = (): void => {
    if (atOnce) Deno.exit(exitCodes.interrupted);
    if (stop.signal.aborted) {
      atOnce = true;
      // What is under way fails by it, and is not told.
      return void engine.close().finally(() => Deno.exit(exitCodes.interrupted));
    }
    stop.abort();
    printError("\nStopping after the step under way; press Ctrl-C again to stop at once");
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, interrupt);

  print(
    `${plan.name}  plan ${plan.hash.slice(0, 12)}  ${Object.keys(plan.arms).join(", ")}  seeds ${
      plan.seeds.join(", ")
    }`,
  );
  const observer = new RunProgress(progress, jobs.length);
  const status = await runJobs(engine, seedMajor, {
    runs,
    plan,
    resume: line.flag("resume"),
    signal: stop.signal,
    observer,
    ...sink === undefined ? {} : { sink },
  }).catch((error) => {
    throw explained(error, request.path);
  }).finally(async () => {
    progress.clear();
    sink?.close();
    await engine.close();
    if (atOnce) Deno.exit(exitCodes.interrupted);
  });
  if (status === "interrupted") {
    const words = Deno.args.slice(1).filter((word) => word !== "--resume");
    print(
      `Stopped. Training is saved (a warm start under way is not). Continue with: deno task run ${
        words.map(shellWord).join(" ")
      } --resume`,
    );
    return exitCodes.interrupted;
  }
  print(await summarize(runs, plan, jobs));
  return exitCodes.success;
}

/** An error as it is told: access that was refused is a sentence on what was asked for. */
function explained(error: unknown, file: string): unknown {
  const denial = denialOf(error);
  if (denial === undefined || !["read", "net", "run", "env"].includes(denial.kind)) return error;
  const { kind, what } = denial;
  return new UserError(
    `Something that ${file} imports asked for ${kind} access to ${
      printable(what ?? "anything")
    }, which it was not ` +
      (kind === "env"
        ? "given: no domain may read the environment"
        : `given; if a domain needs it, write it into its "permissions" and add --${kind}`),
  );
}

/** Refuses a run that goes on elsewhere: two would write its folder. */
async function expectNotElsewhere(runs: string, jobs: readonly Job[]): Promise<void> {
  for (const { id } of jobs) {
    const remote = await readRemoteRun(runs, id);
    if (remote === undefined || await exists(join(runs, id, finishedMark))) continue;
    throw new UserError(
      `Run ${
        join(runs, id)
      } was submitted to ${remote.hub}; bring it home with deno task jobs follow ${id}, or cancel ` +
        "its job and delete the folder to run it here",
    );
  }
}

async function openSink(path: string | undefined): Promise<SinkFeed | undefined> {
  if (path === undefined) return undefined;
  const found = await Deno.stat(path).catch(() => undefined);
  if (found === undefined) throw new UserError(`Found no file "${path}" for --sink`);
  if (!found.isFile) {
    throw new UserError(`Expected --sink to be a module's file but found the folder "${path}"`);
  }
  return await SinkFeed.open(pathToFileURL(resolve(path)));
}

/** The engine of a runner; the embedded one needs no closing. */
async function openEngine(
  runner: "local" | "tgi",
  line: CommandLine,
  progress: ProgressLine,
): Promise<Engine & { close(): Promise<void> }> {
  if (runner === "tgi") {
    return await readServer(line, ({ reason, route, message }) => {
      if (reason !== "working") progress.show(`${route}: ${message}; asking again`);
    });
  }
  expectNoServer(line, runner);
  return { ...embeddedEngine(), close: () => Promise.resolve() };
}
