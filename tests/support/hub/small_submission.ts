/** The small experiment's cells, ready to be submitted to the stand-in, in this process. */
import { join } from "node:path";
import { compile, type Compiled } from "exitlab/lib/experiment/compile.ts";
import { embeddedEngine } from "exitlab/runners/local/engine.ts";
import { runJobs } from "exitlab/lib/loop/run_jobs.ts";
import type { ArmPlacement } from "exitlab/lib/experiment/plan.ts";
import type { FollowContext, FollowObserver } from "exitlab/runners/hf/follow_run.ts";
import { openBucket } from "exitlab/runners/hf/hub/bucket.ts";
import { HubClient } from "exitlab/runners/hf/hub/hub_client.ts";
import type { RemoteFiles } from "exitlab/runners/hf/hub/remote_files.ts";
import { prepare, type Prepared } from "exitlab/runners/hf/prepare.ts";
import { JobCosts } from "exitlab/runners/hf/job_costs.ts";
import { allRows } from "../all_rows.ts";
import { root } from "../command_line.ts";
import { silentObserver } from "../silent_observer.ts";
import experiment from "../small_experiment.ts";
import type { Hub } from "./hub_server.ts";
import { placed } from "./placed.ts";

const file = join(root, "tests/support/small_experiment.ts");
const bucket = "me/exitlab-runs";

/** One cell of the small experiment, of so many iterations; or several that differ in their seeds. */
export function smallCell(iterations: number, seeds: readonly number[] = [1]): Compiled {
  const set = [`budget.iterations=${iterations}`];
  return compile(experiment, { file, runner: "hf", arms: ["exit"], seeds, set });
}

/** Makes cells ready and uploads what they take along. */
export async function submitSmall(
  hub: Hub,
  runs: string,
  { plan, jobs }: Compiled,
  change: Partial<ArmPlacement> = {},
): Promise<Prepared & { readonly files: RemoteFiles; readonly bytes: number }> {
  const prepared = await prepare({
    plan,
    placement: placed(plan, change),
    jobs,
    checkout: root,
    runs,
    include: [],
    model: null,
    hosts: [],
    hub: hub.url,
    namespace: "me",
    bucket,
  });
  const files = openBucket(hub.access, bucket);
  await files.create();
  return { ...prepared, files, bytes: await prepared.upload(files) };
}

/** What following needs, and a record of what it told. */
export function following(
  hub: Hub,
  runs: string,
  change: Partial<FollowContext> = {},
): { readonly context: FollowContext; readonly told: string[] } {
  const told: string[] = [];
  const observer: FollowObserver = {
    job: (_remote, _job, found) => told.push(found ? "found" : "submitted"),
    stage: (_remote, { stage }) => told.push(stage),
    said: () => {},
    step: (_remote, { iteration }) => told.push(`step ${iteration}`),
    reconnecting: () => told.push("reconnecting"),
    resuming: (_remote, { stage }, iteration) => told.push(`resuming after ${stage} from ${iteration}`),
    finished: () => told.push("finished"),
  };
  const context: FollowContext = {
    client: new HubClient(hub.access),
    files: openBucket(hub.access, bucket),
    runs,
    secret: () => undefined,
    costs: new JobCosts(null),
    weights: false,
    signal: new AbortController().signal,
    observer,
    ...change,
  };
  return { context, told };
}

/** The rows of the same cells, run on this machine. */
export async function localRows(
  folder: string,
  { plan, jobs }: Compiled,
): Promise<Awaited<ReturnType<typeof allRows>>> {
  await runJobs(embeddedEngine(), jobs, {
    runs: folder,
    plan,
    resume: false,
    signal: new AbortController().signal,
    observer: silentObserver,
  });
  return await allRows(folder);
}
