import { basename, dirname, join } from "node:path";
import { closest } from "../../lib/closest.ts";
import { UserError } from "../../lib/errors.ts";
import { collectResults } from "../../lib/metrics/collect_results.ts";
import { openRuns } from "../../lib/metrics/reader.ts";
import { readResults } from "../../lib/metrics/results_file.ts";
import type { RunResults } from "../../lib/metrics/run_results.ts";

/** What was found. */
export interface FoundResults {
  /** One a run, each once. */
  readonly results: readonly RunResults[];
  /** The folder that each run's folder is in, by the run's id; of files there is none. */
  readonly folders: ReadonlyMap<string, string>;
  /** One sentence for each run or folder that is left out. */
  readonly notes: readonly string[];
}

/**
 * The results that words name: a run's folder, a folder of runs, a run's id, or a Parquet file of results. Without
 * words, all in the folder of runs.
 *
 * @param runs The folder of all runs, where ids are looked up.
 * @param unfinished Whether runs that have not ended count.
 * @throws {UserError} If a word names nothing, or a file is not one of results.
 */
export async function findResults(
  words: readonly string[],
  runs: string,
  unfinished: boolean,
): Promise<FoundResults> {
  const notes: string[] = [];
  const files: string[] = [];
  const folders = new Map<string, Set<string> | "all">();
  if (words.length === 0) folders.set(runs, "all");
  for (const word of words) {
    const { parent, name } = await placeOf(word, runs);
    if (name === undefined) folders.set(parent, "all");
    else if (name.endsWith(".parquet")) files.push(join(parent, name));
    else {
      const chosen = folders.get(parent) ?? new Set();
      folders.set(parent, chosen === "all" ? chosen : chosen.add(name));
    }
  }
  const found: RunResults[] = [];
  const places = new Map<string, string>();
  for (const file of files) found.push(...(await readResults(file)).results);
  for (const [folder, chosen] of folders) {
    const read = await readFolder(folder, chosen, unfinished);
    found.push(...read.results);
    notes.push(...read.notes);
    for (const { run } of read.results) places.set(run, folder);
  }
  const unique = new Map(found.map((each) => [each.run, each]));
  if (unique.size < found.length) {
    notes.push(
      `${
        found.length - unique.size
      } of ${found.length} results are of runs that were found twice; the last counts`,
    );
  }
  return { results: [...unique.values()], folders: places, notes };
}

/**
 * The folder of runs that a word points into, and the name in it; no name for all of them.
 *
 * @param word A path, or a run's id.
 * @param runs The folder of all runs, where ids are looked up.
 * @throws {UserError} If it names nothing.
 */
export async function placeOf(
  word: string,
  runs: string,
): Promise<{ readonly parent: string; readonly name: string | undefined }> {
  const whole = word.replace(/(?<=.)\/+$/, "");
  const found = await Deno.stat(whole).catch(() => undefined);
  if (found?.isFile === true) {
    if (whole.endsWith(".parquet")) return { parent: dirname(whole), name: basename(whole) };
    throw new UserError(`Expected a run's folder or a .parquet file of results but found the file "${word}"`);
  }
  if (found?.isDirectory === true) {
    return await isRun(whole) || whole !== runs && !await holdsRuns(whole)
      ? { parent: dirname(whole), name: basename(whole) }
      : { parent: whole, name: undefined };
  }
  if (!whole.includes("/") && await Deno.stat(join(runs, whole)).catch(() => undefined) !== undefined) {
    return { parent: runs, name: whole };
  }
  const names = await namesIn(runs);
  const guess = closest(whole, names) ??
    names.toSorted().find((name) => whole !== "" && name.startsWith(whole));
  throw new UserError(
    `Found no run "${word}", neither as a path nor in "${runs}"${
      guess === undefined ? "" : ` (did you mean "${guess}"?)`
    }`,
  );
}

async function readFolder(
  folder: string,
  chosen: ReadonlySet<string> | "all",
  unfinished: boolean,
): Promise<Pick<FoundResults, "results" | "notes">> {
  const reader = await openRuns(folder, chosen === "all" ? {} : { only: [...chosen] });
  try {
    const names = chosen === "all" ? reader.folders : [...chosen];
    const damaged = reader.warnings.filter((warning) => names.some((name) => warning.includes(`"${name}"`)));
    const readable = names.filter((name) => !damaged.some((warning) => warning.includes(`"${name}"`)));
    const { results, notes } = await collectResults(reader, chosen === "all" ? undefined : readable);
    const kept = results.filter(({ status }) => unfinished || status === "finished");
    const said = [
      ...damaged,
      ...notes,
      ...results.filter((each) => !kept.includes(each)).map(({ run, status }) =>
        `Run "${run}" is left out: it is ${status}; --unfinished counts its last evaluation`
      ),
    ];
    const silent = names.filter((name) =>
      chosen !== "all" && !kept.some(({ run }) => run === name) &&
      !said.some((note) => note.includes(`"${name}"`))
    );
    return {
      results: kept,
      notes: [
        ...silent.map((name) =>
          `"${join(folder, name)}" is left out: it holds no run${
            reader.folders.includes(name) ? " of that name" : ""
          }`
        ),
        ...said,
      ],
    };
  } finally {
    reader.close();
  }
}

async function isRun(folder: string): Promise<boolean> {
  const names = await namesIn(folder);
  return names.includes("runs.parquet") || names.includes("events.jsonl");
}

async function holdsRuns(folder: string): Promise<boolean> {
  for (const name of await namesIn(folder)) if (await isRun(join(folder, name))) return true;
  return false;
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
      throw new UserError(`No permission to read the folder "${folder}"`);
    }
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
  }
  return names;
}
