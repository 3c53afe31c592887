import { join } from "node:path";
import { exists } from "./exists.ts";
import type { RemoteFiles } from "./hub/remote_files.ts";
import type { CarriedFile, Manifest } from "./job/manifest.ts";
import type { RemoteRun } from "./remote_run.ts";
import { runFolder } from "./stored_state.ts";

/** What was brought back. */
export interface BroughtBack {
  /** Bytes that were fetched. */
  readonly bytes: number;
  /** Bytes of the server's checkpoints that were left in the bucket, and where; `null` if there are none. */
  readonly left: { readonly bytes: number; readonly place: string } | null;
}

/** The most bytes of a server's checkpoints that are fetched without being asked for. */
const mostUnasked = 2e9;

/** The mark of a finished run comes last, after everything else. */
const mark = "finished";

/**
 * Brings the files of a finished run to its folder here: database, Parquet, checkpoints. A server's checkpoints of more than
 * 2 GB stay in the bucket unless they are asked for.
 *
 * @param weights Whether a server's checkpoints are wanted, however large.
 * @param progress Told the file that is fetched.
 * @throws {UserError} If a file is not there or another size.
 */
export async function bringBack(
  files: RemoteFiles,
  remote: RemoteRun,
  { files: carried }: Manifest,
  runs: string,
  weights: boolean,
  progress: (file: CarriedFile) => void = () => {},
): Promise<BroughtBack> {
  const folder = runFolder(remote.folder, remote.run);
  const directory = join(runs, remote.run);
  const engine = carried.filter(({ home }) => home === "engine");
  const engineBytes = engine.reduce((sum, { size }) => sum + size, 0);
  const all = weights || engineBytes <= mostUnasked;
  const wanted = carried.filter(({ home, path }) => home === "run" ? path !== "plan.json" : all);
  let bytes = 0;
  for (const file of wanted.toSorted((a, b) => Number(a.path === mark) - Number(b.path === mark))) {
    const { home, path, stored, size } = file;
    const to = home === "run" ? join(directory, path) : join(directory, "engine", path);
    if (path !== mark && await exists(to, size) && !stored.startsWith("run.")) continue;
    progress(file);
    await Deno.mkdir(join(to, ".."), { recursive: true });
    if (!await files.download(`${folder}/${stored}`, to) || !await exists(to, size)) {
      throw new Error(`The bucket's file "${stored}" of run ${remote.run} is not what its manifest says`);
    }
    bytes += size;
  }
  const place = `${remote.bucket}/${folder}/engine`;
  return { bytes, left: all || engineBytes === 0 ? null : { bytes: engineBytes, place } };
}
