import { errorMessage, UserError } from "../../lib/errors.ts";
import { ProgressLine } from "../../lib/report/progress_line.ts";
import { formatDuration } from "../../lib/report/duration.ts";
import { textTable } from "../../lib/report/text_table.ts";
import { followRuns } from "../hf/follow_runs.ts";
import { openBucket } from "../hf/hub/bucket.ts";
import { HubClient } from "../hf/hub/hub_client.ts";
import { isOver, type JobInfo } from "../hf/hub/job.ts";
import { cancelJob, listJobs } from "../hf/hub/jobs.ts";
import { whoAmI } from "../hf/hub/who_am_i.ts";
import { JobCosts } from "../hf/job_costs.ts";
import { attemptOf, nameLabel, ownLabel, priceOf } from "../hf/labels.ts";
import { orphans } from "../hf/orphans.ts";
import { listRemoteRuns } from "../hf/remote_run.ts";
import { type Command, type CommandLine, exitCodes, print } from "./command.ts";
import { chosenRuns } from "./chosen_runs.ts";
import { FollowProgress } from "./follow_progress.ts";
import { hubOption, readHubAccess, readSecret } from "./hub_access.ts";
import { interruptSignal } from "./interrupt_signal.ts";
import { readDollars } from "./read_dollars.ts";
import { standardError } from "./standard_error.ts";

/** `deno task jobs`: the jobs of `run --runner hf`, from anywhere. */
export const jobsCommand: Command = {
  name: "jobs",
  summary: "List, follow and cancel the jobs that run --runner hf submitted.",
  usage: "[list | follow [RUN…] | cancel RUN… | sweep] [options]",
  options: {
    runs: { type: "string", value: "DIR", help: "The folder of all runs; default runs" },
    all: {
      type: "boolean",
      help: "list: those that are over too; cancel, sweep: also jobs of runs that this folder does not know",
    },
    cancel: { type: "boolean", help: "follow: cancel on Ctrl-C; sweep: cancel what it lists" },
    weights: { type: "boolean", help: "follow: bring the server's checkpoints home, however large" },
    "max-cost": { type: "string", value: "USD", help: "follow: submit no further job above this sum" },
    secret: {
      type: "string",
      multiple: true,
      value: "NAME",
      help: "follow: a variable of the environment that further jobs get, as run named it",
    },
    namespace: {
      type: "string",
      value: "NAME",
      help: "The user or organisation that pays; default yourself, and for follow whoever it is",
    },
    hub: hubOption,
  },
  examples: [
    "deno task jobs",
    "deno task jobs follow",
    "deno task jobs follow exit-math-exit-s1-1a2b3c4d",
    "deno task jobs cancel --all",
    "deno task jobs sweep --cancel",
  ],
  run: async (line) => {
    const [verb = "list", ...names] = line.words;
    const { act, options } = verbs.get(verb) ?? {};
    if (act === undefined || options === undefined) {
      throw new UserError(
        `Expected list, follow, cancel or sweep but found "${verb}" (deno task jobs --help)`,
      );
    }
    expectOptions(line, verb, options);
    return await act(open(line), names);
  },
};

/** A verb, and those of the options it takes that not all do. */
interface Verb {
  readonly act: (opened: Opened, names: readonly string[]) => Promise<number>;
  readonly options: readonly string[];
}

const verbs: ReadonlyMap<string, Verb> = new Map([
  ["list", { act: list, options: ["all"] }],
  ["follow", { act: follow, options: ["cancel", "weights", "max-cost", "secret"] }],
  ["cancel", { act: cancel, options: ["all"] }],
  ["sweep", { act: sweep, options: ["all", "cancel"] }],
]);

/** Options that some verbs do not take. */
const special = ["all", "cancel", "weights", "max-cost", "secret"];

function expectOptions(line: CommandLine, verb: string, options: readonly string[]): void {
  const given = special.find((name) =>
    !options.includes(name) &&
    (line.flag(name) || line.value(name) !== undefined || line.values(name).length > 0)
  );
  if (given !== undefined) {
    throw new UserError(`Cannot use --${given} with jobs ${verb} (deno task jobs --help)`);
  }
}

/** What all verbs need. */
interface Opened {
  readonly line: CommandLine;
  readonly client: HubClient;
  readonly runs: string;
  readonly progress: ProgressLine;
}

function open(line: CommandLine): Opened {
  const progress = new ProgressLine(standardError);
  const client = new HubClient(readHubAccess(line, "needed", (message) => progress.show(message)));
  return { line, client, runs: line.value("runs") ?? "runs", progress };
}

async function payer({ line, client }: Opened): Promise<string> {
  return line.value("namespace") ?? await whoAmI(client);
}

async function list(opened: Opened, names: readonly string[]): Promise<number> {
  expectNone("list", names);
  const { line, client, runs } = opened;
  const namespace = await payer(opened);
  const jobs = (await ownJobs(client, namespace)).filter((job) => line.flag("all") || !isOver(job));
  if (jobs.length === 0) {
    print(`No jobs of exitlab ${line.flag("all") ? "were found" : "are under way"} in ${namespace}`);
    return exitCodes.success;
  }
  const remotes = await listRemoteRuns(runs);
  print(textTable([
    ["run", "job", "stage", "hardware", "running", "cost so far"],
    ...jobs.map((job) => {
      const price = priceOf(job.labels)?.price ??
        remotes.find(({ cell }) => cell === job.labels["cell"])?.pricePerHour;
      const seconds = job.runningSeconds;
      return [
        job.labels["name"] ?? "",
        `${job.id} (${attemptOf(job.labels)})`,
        job.stage.toLowerCase() + (job.message === null ? "" : `: ${job.message}`),
        job.flavor,
        seconds === null ? "–" : formatDuration(seconds),
        seconds === null || price === undefined ? "–" : `$${(seconds / 3600 * price).toFixed(2)}`,
      ];
    }),
  ]));
  return exitCodes.success;
}

async function follow(opened: Opened, names: readonly string[]): Promise<number> {
  const { line, client, runs, progress } = opened;
  const remotes = await chosenRuns(line, client.access.host, names);
  if (remotes.length === 0) {
    print("All are here already");
    return exitCodes.success;
  }
  const cancels = line.flag("cancel");
  const { signal, release } = interruptSignal(cancels ? "Cancelling the jobs" : "Leaving; the jobs go on");
  const byBucket = Map.groupBy(remotes, ({ bucket }) => bucket);
  const costs = new JobCosts(readDollars(line, "max-cost"));
  const observer = new FollowProgress(progress);
  try {
    const ends = await Promise.all([...byBucket].map(([bucket, group]) =>
      followRuns(group, {
        client,
        files: openBucket(client.access, bucket),
        runs,
        secret: readSecret,
        costs,
        weights: line.flag("weights"),
        signal,
        cancel: cancels,
        atOnce: group.length,
        observer,
      })
    ));
    if (ends.includes("left")) return exitCodes.interrupted;
  } finally {
    progress.clear();
    release();
  }
  print("All are here; look at them with: deno task compare");
  return exitCodes.success;
}

async function cancel(opened: Opened, names: readonly string[]): Promise<number> {
  const { line, client } = opened;
  if (line.flag("all") && names.length > 0) {
    throw new UserError(`Expected --all or the RUN to cancel but found both ("${names.join(" ")}")`);
  }
  const namespace = await payer(opened);
  const live = (await ownJobs(client, namespace)).filter((job) => !isOver(job));
  if (!line.flag("all") && names.length === 0) {
    throw new UserError("Expected the RUN or job id to cancel, or --all, but found neither");
  }
  const known = (job: JobInfo, name: string): boolean =>
    job.id === name || job.labels["name"] === nameLabel(name);
  const missing = names.find((name) => !live.some((job) => known(job, name)));
  if (missing !== undefined) {
    throw new UserError(`Found no job under way for "${missing}" (deno task jobs lists them)`);
  }
  const failures: string[] = [];
  for (const job of live.filter((job) => line.flag("all") || names.some((name) => known(job, name)))) {
    try {
      await cancelJob(client, namespace, job.id);
      print(`Cancelled ${job.id}  ${job.labels["name"] ?? ""}`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failures.push(`Cannot cancel ${job.id}: ${errorMessage(error)}`);
    }
  }
  if (failures.length > 0) throw new UserError(failures.join("\n"));
  return exitCodes.success;
}

async function sweep(opened: Opened, names: readonly string[]): Promise<number> {
  expectNone("sweep", names);
  const { line, client, runs } = opened;
  const namespace = await payer(opened);
  const found = orphans(await ownJobs(client, namespace), await listRemoteRuns(runs));
  if (found.length === 0) print(`No orphans in ${namespace}`);
  for (const { job, why, foreign } of found) {
    // Of another folder, or of somebody else who shares the namespace.
    const now = line.flag("cancel") && (!foreign || line.flag("all"));
    if (now) await cancelJob(client, namespace, job.id);
    print(`${now ? "Cancelled " : ""}${job.id}  ${job.labels["name"] ?? ""}  ${why}`);
  }
  if (found.length > 0 && !(line.flag("cancel") && line.flag("all"))) {
    print(
      "jobs sweep --cancel cancels second jobs of a run; with --all those of runs that this folder does not know, too",
    );
  }
  return exitCodes.success;
}

async function ownJobs(client: HubClient, namespace: string): Promise<JobInfo[]> {
  return await listJobs(client, namespace, { labels: ownLabel });
}

function expectNone(verb: string, names: readonly string[]): void {
  const [first] = names;
  if (first !== undefined) throw new UserError(`Expected nothing after "jobs ${verb}" but found "${first}"`);
}
