/**
 * Brings runs from a dataset repository into a folder of runs. What the repository says is not trusted: names, sizes and
 * tables are checked before anything has its place.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { UserError } from "../../lib/errors.ts";
import { finishedMark } from "../../lib/loop/finished_mark.ts";
import { explainWriteError } from "../../lib/loop/write_error.ts";
import { tables } from "../../lib/metrics/schema.ts";
import { writeDurably } from "../../lib/write_durably.ts";
import { amount } from "./amount.ts";
import { checkRun, isRunId } from "./checked_run.ts";
import { openDataset } from "./hub/dataset_repo.ts";
import { type HubAccess, HubClient, HubError } from "./hub/hub_client.ts";
import { checkRepositoryId, type RemoteFile, type RemoteFiles } from "./hub/remote_files.ts";

/** How runs are pulled. */
export interface PullOptions {
  /** The repository, as `ORG/NAME`. */
  readonly from: string;
  /** The folder of all runs. */
  readonly runs: string;
  /** A branch, tag or commit. Default the latest. */
  readonly revision?: string;
  /** Which runs, with `*` and `?`. Default all. */
  readonly glob?: string;
  /** Told what will be done, before it is. */
  readonly tell: (message: string) => void;
}

/** What was pulled. */
export interface Pulled {
  /** The runs that have come. */
  readonly runs: readonly string[];
  /** One sentence for each run that has not. */
  readonly skipped: readonly string[];
  /** One sentence for each run that was refused. */
  readonly refused: readonly string[];
  /** The commit that was read. */
  readonly revision: string;
}

/** The files of a run that are taken; all others stay where they are. */
const known: ReadonlySet<string> = new Set([
  ...Object.values(tables).map(({ name }) => `${name}.parquet`),
  "plan.json",
]);
/** The most bytes of a Parquet file, and of a plan. */
const mostBytes = { parquet: 64e9, plan: 64e6 } as const;
const mostRuns = 10_000;

/**
 * Brings runs, each whole or not at all. A run whose folder exists is left alone.
 *
 * @throws {UserError} If the repository has no such runs, or the folder cannot be written.
 * @throws {HubError} If the Hub refuses or cannot be reached.
 */
export async function pullRuns(access: HubAccess, options: PullOptions): Promise<Pulled> {
  const { from, runs, tell } = options;
  const revision = await commitOf(access, from, options.revision);
  const dataset = openDataset(access, from, { revision });
  const chosen = choose(await dataset.list("runs"), options);
  const pulled: string[] = [];
  const skipped: string[] = [];
  const refused: string[] = [];
  for (const [run, files] of chosen) {
    if (await isThere(join(runs, run))) {
      skipped.push(`Run "${run}" is left as it is: ${join(runs, run)} exists`);
      continue;
    }
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    tell(`Fetching ${run} (${files.length} files, ${amount(bytes)})`);
    try {
      if (await pullRun(dataset, run, files, { from, revision }, runs)) pulled.push(run);
      else skipped.push(`Run "${run}" is left as it is: ${join(runs, run)} came to be meanwhile`);
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof HubError) throw explainWriteError(error, runs);
      refused.push(error.message);
    }
  }
  return { runs: pulled, skipped, refused, revision };
}

/** The commit of a revision, so that all files are of one state, whoever pushes meanwhile. */
async function commitOf(access: HubAccess, id: string, revision = "main"): Promise<string> {
  const path = `/api/datasets/${checkRepositoryId(id)}/revision/${encodeURIComponent(revision)}`;
  const { sha } = await new HubClient(access).request("GET", path, v.object({ sha: v.string() }));
  if (/^[0-9a-f]{8,64}$/.test(sha)) return sha;
  throw new HubError(`Expected the commit of ${id} but found another text`, {
    ...{ status: 200, ambiguous: false, transient: false },
  });
}

/** The files to fetch, by run. */
function choose(
  listed: readonly RemoteFile[],
  { from, glob = "*" }: PullOptions,
): Map<string, RemoteFile[]> {
  const runs = new Map<string, RemoteFile[]>();
  for (const file of listed) {
    const [root, run, name, ...rest] = file.path.split("/");
    if (root !== "runs" || run === undefined || name === undefined || rest.length > 0) continue;
    if (!isRunId(run) || !known.has(name)) continue;
    const files = runs.get(run) ?? [];
    runs.set(run, [...files, file]);
  }
  if (runs.size === 0) throw new UserError(`Expected runs in the dataset ${from} but found none`);
  if (runs.size > mostRuns) {
    throw new UserError(`Expected at most ${mostRuns} runs but found ${runs.size} in ${from}`);
  }
  const pattern = new RegExp(
    `^${[...glob].map((sign) => sign === "*" ? ".*" : sign === "?" ? "." : RegExp.escape(sign)).join("")}$`,
  );
  const chosen = new Map([...runs].filter(([run]) => pattern.test(run)));
  if (chosen.size > 0) return chosen;
  const names = [...runs.keys()].slice(0, 5).join(", ");
  throw new UserError(
    `Expected --run to match a run of ${from} but found "${glob}"; there ${
      runs.size === 1 ? "is" : "are"
    } ${names}${runs.size > 5 ? ` and ${runs.size - 5} more` : ""}`,
  );
}

/** Fetches a run beside the others, checks it and puts it in its place; `false` if that is taken by now. */
async function pullRun(
  dataset: RemoteFiles,
  run: string,
  files: readonly RemoteFile[],
  source: { readonly from: string; readonly revision: string },
  runs: string,
): Promise<boolean> {
  // Not right below the folder of runs, where it would be read as one of them.
  const kept = join(runs, ".cache", "pull");
  const temporary = join(kept, crypto.randomUUID());
  await Deno.mkdir(temporary, { recursive: true });
  try {
    for (const { path } of files) {
      const name = path.split("/").at(-1) ?? "";
      const most = name === "plan.json" ? mostBytes.plan : mostBytes.parquet;
      if (!await dataset.download(path, join(temporary, name), most)) {
        throw new UserError(`Expected ${path} in ${dataset.name} but found it gone`);
      }
    }
    const checked = await checkRun(temporary, run);
    if (checked.run !== run) {
      throw new UserError(
        `Expected the files of run "${run}" in its folder but found those of "${checked.run}"`,
      );
    }
    await checkPlan(join(temporary, "plan.json"), run);
    const note = `${JSON.stringify({ dataset: source.from, revision: source.revision }, null, 2)}\n`;
    await writeDurably(join(temporary, "pulled.json"), new TextEncoder().encode(note));
    await writeDurably(join(temporary, finishedMark), new Uint8Array());
    return await moveTo(temporary, join(runs, run));
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => undefined);
  }
}

async function checkPlan(path: string, run: string): Promise<void> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  try {
    const plan: unknown = JSON.parse(text);
    if (typeof plan === "object" && plan !== null && !Array.isArray(plan)) return;
  } catch {
    // Told of below.
  }
  throw new UserError(`Expected plan.json of run "${run}" to be a plan but found another file`);
}

async function moveTo(from: string, to: string): Promise<boolean> {
  if (await isThere(to)) return false;
  try {
    await Deno.rename(from, to);
    return true;
  } catch (error) {
    if (await isThere(to)) return false;
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
