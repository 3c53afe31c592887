import { join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { finishedMark } from "../../lib/loop/finished_mark.ts";
import { explainWriteError } from "../../lib/loop/write_error.ts";
import { writeDurably } from "../../lib/write_durably.ts";
import { exists } from "../../lib/exists.ts";
import type { RemoteFiles } from "./hub/remote_files.ts";
import type { CarriedFile } from "./job/manifest.ts";
import type { RemoteRun } from "./remote_run.ts";
import type { StoredState } from "./stored_state.ts";

/** What was brought back. */
export interface BroughtBack {
  /** Bytes that were fetched. */
  readonly bytes: number;
  /** Bytes of the server's checkpoints that were left in the bucket, and where; `null` if there are none. */
  readonly left: { readonly bytes: number; readonly place: string } | null;
}

/** How files are brought back. */
export interface BringOptions {
  /** The folder of all runs. */
  readonly runs: string;
  /** Whether a server's checkpoints are wanted, however large. */
  readonly weights: boolean;
  /** Ends it between two files. */
  readonly signal: AbortSignal;
  /** Told the file that is fetched. */
  readonly progress: (file: CarriedFile) => void;
}

/** The most bytes of a server's checkpoints that are fetched without being asked for. */
const mostUnasked = 2e9;

/** Files that come after all others, in this order: by them readers take a run for closed, and for finished. */
const last = ["runs.parquet", finishedMark];

/**
 * Brings the files of a finished run to its folder here: database, Parquet, checkpoints. A server's checkpoints of more than
 * 2 GB stay in the bucket unless they are asked for. What an earlier call has brought is not fetched again, and a run that is
 * finished here stays as it is.
 *
 * @returns `undefined` if the signal came.
 * @throws {UserError} If a file is not there or another size, or the disk is full.
 */
export async function bringBack(
  files: RemoteFiles,
  remote: RemoteRun,
  { folder, manifest }: StoredState,
  { runs, weights, signal, progress }: BringOptions,
): Promise<BroughtBack | undefined> {
  const directory = join(runs, remote.run);
  const engine = manifest.files.filter(({ home }) => home === "engine");
  const engineBytes = engine.reduce((sum, { size }) => sum + size, 0);
  const all = weights || engineBytes <= mostUnasked;
  const isHere = await exists(join(directory, finishedMark));
  const wanted = manifest.files.filter(({ home, path }) =>
    home === "run" ? !isHere && path !== "plan.json" : all
  );
  const isSame = await beginBringing(directory, folder, manifest.number);
  await removeDrafts(directory);
  let bytes = 0;
  for (const file of wanted.toSorted((a, b) => last.indexOf(a.path) - last.indexOf(b.path))) {
    const { home, path, stored, size } = file;
    const to = home === "run" ? join(directory, path) : join(directory, "engine", path);
    // The tail was written here, line by line, and may be another of the same size.
    if (isSame && path !== "events.jsonl" && await exists(to, size)) continue;
    if (signal.aborted) return undefined;
    progress(file);
    if (!await download(files, `${folder}/${stored}`, to) || !await exists(to, size)) {
      throw new UserError(
        `Expected ${size} bytes of "${stored}" in the bucket for run ${remote.run} but found others; ` +
          "run the same command again later, as a bucket may be late to show files",
      );
    }
    bytes += size;
  }
  const place = `${remote.bucket}/${folder}/engine`;
  return { bytes, left: all || engineBytes === 0 ? null : { bytes: engineBytes, place } };
}

async function download(files: RemoteFiles, path: string, to: string): Promise<boolean> {
  try {
    await Deno.mkdir(join(to, ".."), { recursive: true });
    return await files.download(path, to);
  } catch (error) {
    throw explainWriteError(error, to);
  }
}

/** Removes what a call left behind that was killed over a file. */
async function removeDrafts(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) await removeDrafts(join(folder, name));
    else if (/\.[\da-f-]{36}\.new$/.test(name)) await Deno.remove(join(folder, name));
  }
}

/** Notes which state is brought, for a call after one that was cut off; returns whether that one brought the same. */
async function beginBringing(directory: string, folder: string, number: number): Promise<boolean> {
  const path = join(directory, ".brought");
  const name = `${folder} ${number}\n`;
  if (await exists(path) && await Deno.readTextFile(path) === name) return true;
  await writeDurably(path, new TextEncoder().encode(name)).catch((error: unknown) => {
    throw explainWriteError(error, path);
  });
  return false;
}
