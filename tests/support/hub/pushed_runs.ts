/** Runs that are pushed to the stand-in and pulled from it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { HubAccess } from "exitlab/runners/hf/hub/hub_client.ts";
import { type Pulled, pullRuns } from "exitlab/runners/hf/pull_runs.ts";
import { type Pushed, pushRuns } from "exitlab/runners/hf/push_runs.ts";
import { UserError } from "exitlab/lib/errors.ts";
import type { Hub } from "./hub_server.ts";
import { type StorageOptions, withStorageHub } from "./storage_routes.ts";
import { batch, begin, evaluation, inFolder, runRow } from "../../lib/metrics/fabricate.ts";

/** The token of the stand-in. */
export const token: string = "hf_MARKED0token";
/** The dataset repository. */
export const id: string = "me/metrics";

/** A run that has ended, with a plan that names paths of the machine. */
export async function run(
  runs: string,
  name: string,
  arm = "exit",
  seed = 1,
  { solved = 3, file = "tasks.jsonl" } = {},
): Promise<void> {
  const settings = { curriculum: { kind: arm, options: { file } } };
  const store = await begin(runs, name, { arm, seed, row: { ...runRow, settings } });
  await store.write(batch(1));
  await store.write(batch(2));
  const iteration = { ...batch(3), evaluations: evaluation(3, (task, _, step) => task + step < solved) };
  await store.write(iteration);
  await store.finish("finished");
  const experiment = {
    file: "../../../home/somebody/mine.ts",
    overrides: { set: ["a.file=/home/somebody/x"] },
  };
  await Deno.writeTextFile(join(runs, name, "plan.json"), JSON.stringify({ name: "exit-math", experiment }));
}

/** Pushes runs of a folder. */
export async function push(
  access: HubAccess,
  parent: string,
  names: readonly string[],
  options: { public?: boolean; license?: string; tell?: (message: string) => void } = {},
): Promise<Pushed> {
  const places = names.map((name) => ({ parent, name }));
  const scratch = join(parent, ".cache", "push");
  return await pushRuns(access, places, { to: id, public: false, tell: () => {}, scratch, ...options });
}

/** Pulls into a folder. */
export async function pull(
  access: HubAccess,
  runs: string,
  options: { glob?: string; revision?: string } = {},
): Promise<Pulled> {
  return await pullRuns(access, { from: id, runs, tell: () => {}, ...options });
}

/** A stand-in and two folders for runs. */
export async function setting(
  test: (hub: Hub, mine: string, theirs: string) => Promise<void>,
  options: StorageOptions = {},
): Promise<void> {
  await inFolder(async (folder) => {
    await withStorageHub({ token, ...options }, async (hub) => {
      await test(hub, join(folder, "mine"), join(folder, "theirs"));
    });
  });
}

/** The sentence of a refusal. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(() => undefined, (error: unknown) => error);
  assert.ok(error instanceof UserError, String(error));
  assert.ok(!error.message.includes(token));
  return error.message;
}

/** The files of the repository, as the stand-in has them. */
export const stored = ({ state }: Hub, path = ""): string => join(state.folder, "datasets", id, path);
