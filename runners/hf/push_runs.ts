/**
 * Pushes finished runs to a dataset repository, under a card that lists all runs in it.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as v from "valibot";
import { errorMessage, UserError } from "../../lib/errors.ts";
import { isJson } from "../../lib/json.ts";
import { exportPath } from "../../lib/metrics/export.ts";
import { amount } from "./amount.ts";
import { checkRun } from "./checked_run.ts";
import { datasetCard } from "./dataset_card.ts";
import { harmlessPlan } from "./harmless_plan.ts";
import { harmlessTables } from "./harmless_tables.ts";
import { openDataset } from "./hub/dataset_repo.ts";
import { type HubAccess, HubClient, HubError } from "./hub/hub_client.ts";
import { checkRepositoryId, type NewFile, type RemoteFile, type RemoteFiles } from "./hub/remote_files.ts";
import { parseSummary, type PushedSummary, summariesOf } from "./pushed_summary.ts";
import { exists } from "../../lib/exists.ts";

/** A run's folder. */
export interface RunPlace {
  /** The folder that holds it. */
  readonly parent: string;
  /** Its name in there. */
  readonly name: string;
}

/** How runs are pushed. */
export interface PushOptions {
  /** The repository, as `ORG/NAME`. */
  readonly to: string;
  /** Whether everybody may see it, if it has yet to be made. */
  readonly public: boolean;
  /** A folder for copies that are sent in the place of tables that name paths of this machine; it need not exist. */
  readonly scratch: string;
  /** As the Hub names it; that of the card so far when left out. */
  readonly license?: string;
  /** Told what will be done, before it is. */
  readonly tell: (message: string) => void;
}

/** What was pushed. */
export interface Pushed {
  /** The ids of the runs. */
  readonly runs: readonly string[];
  /** All runs in the repository now. */
  readonly all: number;
  /** Bytes of the files. */
  readonly bytes: number;
  /** Where to look at it. */
  readonly url: string;
}

/** The most bytes of a summary or a card that is read. */
const mostText = 4 * 1024 ** 2;
/** How often the card is made again when somebody else pushes at the same time. */
const mostCards = 3;

/**
 * Pushes runs in one commit: their Parquet files and plans, without paths of this machine, and the card.
 *
 * @throws {UserError} If a run is not finished or its files are no run, before anything is sent; or the repository is public
 * and that was not asked for.
 * @throws {HubError} If the Hub refuses or cannot be reached.
 */
export async function pushRuns(
  access: HubAccess,
  places: readonly RunPlace[],
  options: PushOptions,
): Promise<Pushed> {
  const scratch = join(options.scratch, crypto.randomUUID());
  try {
    return await pushFrom(access, places, { ...options, scratch });
  } finally {
    await Deno.remove(scratch, { recursive: true }).catch(() => undefined);
  }
}

async function pushFrom(
  access: HubAccess,
  places: readonly RunPlace[],
  options: PushOptions,
): Promise<Pushed> {
  const { to, tell } = options;
  const dataset = openDataset(access, to, { private: !options.public });
  const { files, summaries } = await collect(places, options.scratch);
  const url = `${access.host}/datasets/${to}`;
  const isPublic = await readVisibility(access, to);
  if (isPublic === true && !options.public) {
    throw new UserError(`Expected --public, as everybody can see the dataset ${to} (${url})`);
  }
  const bytes = await sizeOf(files);
  const named = isPublic === undefined
    ? `the new ${options.public ? "public" : "private"} dataset`
    : `the ${isPublic ? "public" : "private"} dataset`;
  tell(
    `Uploading ${summaries.length} run${summaries.length === 1 ? "" : "s"} (${files.length} files, ${
      amount(bytes)
    }) to ${named} ${to}`,
  );
  if (isPublic === false && options.public) {
    tell(`The dataset stays private; make it public at ${url}/settings`);
  }
  if (isPublic === undefined) await dataset.create();
  const present = await dataset.list("runs");
  const replaced = summaries.filter(({ run }) => present.some(({ path }) => path.startsWith(`runs/${run}/`)));
  if (replaced.length > 0) tell(`Replacing ${replaced.map(({ run }) => run).join(", ")}`);
  const known = new Map<string, PushedSummary | undefined>(
    summaries.map((summary) => [summary.run, summary]),
  );
  await readSummaries(dataset, present, known, tell);
  const title = `Add ${summaries.map(({ run }) => run).slice(0, 3).join(", ")}${
    summaries.length > 3 ? ` and ${summaries.length - 3} more` : ""
  }`;
  await dataset.upload([...files, await card(dataset, known, options)], title);
  // Somebody else may have pushed meanwhile; the card lists their runs too.
  for (let cards = 1; cards < mostCards; cards++) {
    if (!await readSummaries(dataset, await dataset.list("runs"), known, tell)) break;
    await dataset.upload([await card(dataset, known, options)], "List all runs");
  }
  return {
    ...{ runs: summaries.map(({ run }) => run), bytes, url },
    all: [...known.values()].filter((summary) => summary !== undefined).length,
  };
}

/** All that is to be uploaded but the card. */
async function collect(
  places: readonly RunPlace[],
  scratch: string,
): Promise<{ readonly files: NewFile[]; readonly summaries: PushedSummary[] }> {
  const files: NewFile[] = [];
  const summaries: PushedSummary[] = [];
  const seen = new Set<string>();
  for (const [parent, group] of Map.groupBy(places, ({ parent }) => parent)) {
    const runs = new Map<string, readonly string[]>();
    for (const name of new Set(group.map(({ name }) => name))) {
      const folder = join(parent, name);
      const { run, tables } = await checkRun(folder, name);
      if (run !== name) {
        throw new UserError(`Expected the folder of run "${run}" to have its name but found "${folder}"`);
      }
      if (seen.has(run)) throw new UserError(`Expected each run once but found "${run}" in two folders`);
      seen.add(run);
      runs.set(run, tables);
      const copies = await harmlessTables(folder, join(scratch, run));
      files.push(...tables.map((table) => ({
        path: `runs/${run}/${table}.parquet`,
        content: pathToFileURL(resolve(copies.get(table) ?? exportPath(folder, table))),
      })));
      files.push(...await planFile(folder, run));
    }
    summaries.push(...await summariesOf(parent, runs));
  }
  files.push(...summaries.map((summary) => jsonFile(`runs/${summary.run}/summary.json`, summary)));
  return { files, summaries };
}

async function planFile(folder: string, run: string): Promise<NewFile[]> {
  const path = join(folder, "plan.json");
  if (!await exists(path)) return [];
  let plan: unknown;
  try {
    plan = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw new UserError(`Expected ${path} to be a plan but found other text: ${errorMessage(error)}`);
  }
  if (!isJson(plan)) throw new UserError(`Expected ${path} to be a plan but found other JSON`);
  return [jsonFile(`runs/${run}/plan.json`, harmlessPlan(plan))];
}

function jsonFile(path: string, value: unknown): NewFile {
  return { path, content: new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`) };
}

async function sizeOf(files: readonly NewFile[]): Promise<number> {
  let bytes = 0;
  for (const { content } of files) {
    if (content instanceof URL) bytes += (await Deno.stat(content)).size;
    else bytes += content instanceof Blob ? content.size : content.length;
  }
  return bytes;
}

/** Whether everybody can see the repository; `undefined` if it does not exist. */
async function readVisibility(access: HubAccess, id: string): Promise<boolean | undefined> {
  const path = `/api/datasets/${checkRepositoryId(id)}`;
  try {
    const { private: isPrivate } = await new HubClient(access).request(
      "GET",
      path,
      v.object({ private: v.boolean() }),
    );
    return !isPrivate;
  } catch (error) {
    if (error instanceof HubError && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * Reads the summaries of runs that are not known yet; one that cannot be read is told of and left out.
 *
 * @returns Whether there were any.
 */
async function readSummaries(
  dataset: RemoteFiles,
  present: readonly RemoteFile[],
  known: Map<string, PushedSummary | undefined>,
  tell: (message: string) => void,
): Promise<boolean> {
  let isNew = false;
  for (const { path } of present) {
    const run = /^runs\/([^/]+)\/summary\.json$/.exec(path)?.[1];
    if (run === undefined || known.has(run)) continue;
    known.set(run, undefined);
    try {
      const bytes = await dataset.read(path, mostText);
      if (bytes === undefined) continue;
      known.set(run, parseSummary(bytes, run));
      isNew = true;
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof HubError) throw error;
      tell(`The card leaves a run out: ${error.message}`);
    }
  }
  return isNew;
}

async function card(
  dataset: RemoteFiles,
  known: ReadonlyMap<string, PushedSummary | undefined>,
  { to, license }: PushOptions,
): Promise<NewFile> {
  const summaries = [...known.values()].flatMap((summary) => summary ?? []);
  const earlier = await dataset.read("README.md", mostText);
  const text = datasetCard(to, summaries, earlier && new TextDecoder().decode(earlier), license);
  return { path: "README.md", content: new TextEncoder().encode(text) };
}
