import { UserError } from "../../lib/errors.ts";
import { ProgressLine } from "../../lib/report/progress_line.ts";
import { formatDuration } from "../../lib/report/duration.ts";
import { textTable } from "../../lib/report/text_table.ts";
import { followRuns } from "../hf/follow_runs.ts";
import { openBucket } from "../hf/hub/bucket.ts";
import { HubClient } from "../hf/hub/hub_client.ts";
import { isOver, type JobInfo } from "../hf/hub/job.ts";
import { cancelJob, listJobs } from "../hf/hub/jobs.ts";
import { whoAmI } from "../hf/hub/who_am_i.ts";
import { attemptOf, ownLabel } from "../hf/labels.ts";
import { orphans } from "../hf/orphans.ts";
import { listRemoteRuns, type RemoteRun } from "../hf/remote_run.ts";
import { Spending } from "../hf/spending.ts";
import { type Command, type CommandLine, exitCodes, print } from "./command.ts";
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
    namespace: {
      type: "string",
      value: "NAME",
      help: "The user or organisation that pays; default yourself",
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
    const act = new Map([["list", list], ["follow", follow], ["cancel", cancel], ["sweep", sweep]]).get(verb);
    if (act === undefined) {
      throw new UserError(
        `Expected list, follow, cancel or sweep but found "${verb}" (deno task jobs --help)`,
      );
    }
    return await act(await open(line), names);
  },
};

/** What all verbs need. */
interface Opened {
  readonly line: CommandLine;
  readonly client: HubClient;
  readonly namespace: string;
  readonly runs: string;
  readonly progress: ProgressLine;
}

async function open(line: CommandLine): Promise<Opened> {
  const progress = new ProgressLine(standardError);
  const client = new HubClient(readHubAccess(line, "needed", (message) => progress.show(message)));
  const namespace = line.value("namespace") ?? await whoAmI(client);
  return { line, client, namespace, runs: line.value("runs") ?? "runs", progress };
}

async function list({ line, client, namespace, runs }: Opened, names: readonly string[]): Promise<number> {
  expectNone("list", names);
  const jobs = (await ownJobs(client, namespace)).filter((job) => line.flag("all") || !isOver(job));
  if (jobs.length === 0) {
    print(`No jobs of exitlab ${line.flag("all") ? "were found" : "are under way"} in ${namespace}`);
    return exitCodes.success;
  }
  const remotes = await listRemoteRuns(runs);
  print(textTable([
    ["run", "job", "stage", "hardware", "running", "cost so far"],
    ...jobs.map((job) => {
      const price = remotes.find(({ cell }) => cell === job.labels["cell"])?.pricePerHour;
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
  const remotes = await chosen(opened, names);
  const cancels = line.flag("cancel");
  const { signal, release } = interruptSignal(cancels ? "Cancelling the jobs" : "Leaving; the jobs go on");
  const byBucket = Map.groupBy(remotes, ({ bucket }) => bucket);
  const spending = new Spending(readDollars(line, "max-cost"));
  const observer = new FollowProgress(progress);
  try {
    const ends = await Promise.all([...byBucket].map(([bucket, group]) =>
      followRuns(group, {
        client,
        files: openBucket(client.access, bucket),
        runs,
        secret: readSecret,
        spending,
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
  const { line, client, namespace } = opened;
  const live = (await ownJobs(client, namespace)).filter((job) => !isOver(job));
  if (!line.flag("all") && names.length === 0) {
    throw new UserError("Expected the RUN or job id to cancel, or --all, but found neither");
  }
  const known = (job: JobInfo, name: string): boolean => job.id === name || job.labels["name"] === name;
  const missing = names.find((name) => !live.some((job) => known(job, name)));
  if (missing !== undefined) {
    throw new UserError(`Found no job under way for "${missing}" (deno task jobs lists them)`);
  }
  for (const job of live.filter((job) => line.flag("all") || names.some((name) => known(job, name)))) {
    await cancelJob(client, namespace, job.id);
    print(`Cancelled ${job.id}  ${job.labels["name"] ?? ""}`);
  }
  return exitCodes.success;
}

async function sweep({ line, client, namespace, runs }: Opened, names: readonly string[]): Promise<number> {
  expectNone("sweep", names);
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

/** The remote runs of the folder that are named; all that are not finished if none is. */
async function chosen({ runs, namespace }: Opened, names: readonly string[]): Promise<RemoteRun[]> {
  const remotes = (await listRemoteRuns(runs)).filter((remote) => remote.namespace === namespace);
  const missing = names.find((name) => !remotes.some(({ run }) => run === name));
  if (missing !== undefined) {
    throw new UserError(
      `Found no run "${missing}" of ${namespace} in ${runs} that was submitted with --runner hf`,
    );
  }
  if (remotes.length === 0) {
    throw new UserError(`Found no run of ${namespace} in ${runs} that goes on elsewhere`);
  }
  return names.length === 0 ? remotes : remotes.filter(({ run }) => names.includes(run));
}

function expectNone(verb: string, names: readonly string[]): void {
  const [first] = names;
  if (first !== undefined) throw new UserError(`Expected nothing after "jobs ${verb}" but found "${first}"`);
}
