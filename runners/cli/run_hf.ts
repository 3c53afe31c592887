/**
 * `run --runner hf`: a plan's jobs on Hugging Face's machines.
 *
 * @module
 */
import { join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import type { Compiled } from "../../lib/experiment/compile.ts";
import type { Job } from "../../lib/experiment/settings.ts";
import { checkAccess } from "../../lib/domain/check_access.ts";
import { checkHosts } from "../../lib/loop/check_hosts.ts";
import { finishedMark } from "../../lib/loop/finished_mark.ts";
import { ProgressLine } from "../../lib/report/progress_line.ts";
import { countEarlier, ensureJob } from "../hf/ensure_job.ts";
import { exists } from "../../lib/exists.ts";
import { type FollowAllContext, followRuns } from "../hf/follow_runs.ts";
import { openBucket } from "../hf/hub/bucket.ts";
import { HubClient } from "../hf/hub/hub_client.ts";
import { whoAmI } from "../hf/hub/who_am_i.ts";
import { JobCosts } from "../hf/job_costs.ts";
import { prepare } from "../hf/prepare.ts";
import { readRemoteRun, type RemoteRun } from "../hf/remote_run.ts";
import { storedState } from "../hf/stored_state.ts";
import { type CommandLine, exitCodes, print } from "./command.ts";
import { FollowProgress } from "./follow_progress.ts";
import { readPlacement } from "./hf_options.ts";
import { readHub, readHubAccess, readSecret } from "./hub_access.ts";
import { interruptSignal } from "./interrupt_signal.ts";
import { parseCount } from "./parse_count.ts";
import { projectFlags } from "./project.ts";
import { readDollars } from "./read_dollars.ts";
import { summarize } from "./run_summary.ts";
import { shellWord } from "./shell_word.ts";
import { standardError } from "./standard_error.ts";

const defaultBucket = "exitlab-runs";

/** Submits a plan's jobs to Hugging Face and follows them to their ends. */
export async function runOnHub(line: CommandLine, { plan, jobs }: Compiled): Promise<number> {
  const runs = line.value("runs") ?? "runs";
  if (projectFlags().length > 0) {
    throw new UserError(
      "Expected --runner hf in exitlab's own folder, which a job takes along, but found another project's " +
        "(run it from there, with your modules in it)",
    );
  }
  expectAttached(line);
  const costs = new JobCosts(readDollars(line, "max-cost"));
  const atOnce = parseCount(line, "at-once") ?? jobs.length;
  const progress = new ProgressLine(standardError);
  const placement = await readPlacement(line, { plan, jobs });
  for (const job of jobs) {
    await checkHosts(job);
    await checkAccess(job.settings.domain);
    await expectNotHere(runs, job);
  }
  expectOpen(readHub(line));
  const access = readHubAccess(line, "needed", (message) => progress.show(message));
  const client = new HubClient(access);
  const namespace = line.value("namespace") ?? await whoAmI(client);
  const bucket = `${namespace}/${line.value("bucket") ?? defaultBucket}`;
  const prepared = await prepare({
    plan,
    placement,
    jobs,
    checkout: Deno.cwd(),
    runs,
    include: line.values("include"),
    model: line.value("model") ?? null,
    hosts: line.values("net"),
    hub: access.host,
    namespace,
    bucket,
  });
  const files = openBucket(access, bucket);
  const count = `${jobs.length} ${jobs.length === 1 ? "job" : "jobs"}`;
  const most = `at most $${placement.cost.most.toFixed(2)}, further ones after a time-out aside`;
  print(`${plan.name}  plan ${plan.hash.slice(0, 12)}  ${count} ${most}  in ${bucket}`);
  await files.create();
  const bytes = await prepared.upload(files);
  progress.settle(
    bytes === 0 ? "Bundle is there already" : `Bundle uploaded, ${(bytes / 1e6).toFixed(1)} MB`,
  );
  const follow = { client, files, runs, secret: readSecret, costs, weights: line.flag("weights") };
  if (line.flag("detach")) return await detach(prepared.remotes, follow, line);
  const { signal, release } = interruptSignal(
    line.flag("cancel") ? "Cancelling the jobs" : "Leaving; the jobs go on",
  );
  const end = await followRuns(prepared.remotes, {
    ...follow,
    signal,
    cancel: line.flag("cancel"),
    atOnce,
    observer: new FollowProgress(progress),
  }).finally(() => {
    progress.clear();
    release();
  });
  if (end === "left") {
    print(
      line.flag("cancel")
        ? "Cancelled. What was saved is kept: run the same command again to go on."
        : `The jobs go on. Follow them with: ${jobsWords("follow", line)}; end them with: ${
          jobsWords("cancel", line)
        } ${prepared.remotes.map(({ run }) => run).join(" ")}`,
    );
    return exitCodes.interrupted;
  }
  print(await summarize(runs, plan, jobs));
  return exitCodes.success;
}

/** Refuses where the Hub's host is closed: a plan file says `hf`, but permissions come from the command line. */
function expectOpen(hub: string): void {
  if (Deno.permissions.querySync({ name: "net", host: new URL(hub).host }).state === "granted") return;
  throw new UserError(
    `Cannot reach ${hub} without --runner hf on the command line, which opens its hosts; add it`,
  );
}

/** Refuses a run that was begun on this machine: two would write it. */
async function expectNotHere(runs: string, job: Job): Promise<void> {
  const directory = join(runs, job.id);
  if (await exists(join(directory, finishedMark)) || await readRemoteRun(runs, job.id) !== undefined) return;
  if (!await exists(join(directory, "run.duckdb"))) return;
  throw new UserError(
    `Run ${directory} was begun on this machine; finish it here with --runner ${
      job.settings.policy.runners.find((name) => name !== "hf") ?? "local"
    } --resume, or delete its folder to run it anew on hf`,
  );
}

/** Options that only somebody who follows can keep to. */
const attached = ["cancel", "weights", "at-once"] as const;

/** Refuses with `--detach` what happens while jobs are followed. */
function expectAttached(line: CommandLine): void {
  if (!line.flag("detach")) return;
  const given = attached.find((name) => line.flag(name) || line.value(name) !== undefined);
  if (given !== undefined) {
    throw new UserError(
      `Cannot use --${given} with --detach, after which nobody follows the jobs; leave one of them out`,
    );
  }
}

async function detach(
  remotes: readonly RemoteRun[],
  { client, files, runs, secret, costs }: Pick<
    FollowAllContext,
    "client" | "files" | "runs" | "secret" | "costs"
  >,
  line: CommandLine,
): Promise<number> {
  await countEarlier(client, remotes, costs);
  for (const remote of remotes) {
    if (await exists(join(runs, remote.run, finishedMark))) {
      print(`${remote.run}  is finished and here`);
    } else if ((await storedState(files, remote.run))?.manifest.status === "finished") {
      print(`${remote.run}  is finished, and not here yet`);
    } else {
      const { job, found } = await ensureJob(client, remote, secret, costs);
      print(`${remote.run}  ${found ? "under way as" : "submitted as"} ${job.url}`);
    }
  }
  print(`Follow them with: ${jobsWords("follow", line)}`);
  return exitCodes.success;
}

/** The command that sees to the same jobs. */
function jobsWords(verb: "follow" | "cancel", line: CommandLine): string {
  const names = ["runs", "hub", "namespace"];
  const secrets = verb === "follow" ? line.values("secret").filter((name) => name !== "HF_TOKEN") : [];
  return [
    `deno task jobs ${verb}`,
    ...names.flatMap((name) => {
      const value = line.value(name);
      return value === undefined ? [] : [`--${name}`, shellWord(value)];
    }),
    ...secrets.flatMap((name) => ["--secret", name]),
  ].join(" ");
}
