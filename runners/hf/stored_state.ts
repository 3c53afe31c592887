import type { RemoteFiles } from "./hub/remote_files.ts";
import { furthestFirst, type Manifest, manifestFolder, parseManifest } from "./job/manifest.ts";

/** A state of a run in the bucket. */
export interface StoredState {
  /** What it is made of. */
  readonly manifest: Manifest;
  /** The folder in the bucket that its files are named from. */
  readonly folder: string;
}

/** The folder of a run in the bucket; of a run, and not of its plan: a plan with more seeds goes on with those it had. */
export function runFolder(run: string): string {
  return `runs/${run}`;
}

/**
 * The furthest complete state that a run's jobs left in the bucket.
 *
 * @param run The run's id.
 * @returns `undefined` if there is none.
 */
export async function storedState(files: RemoteFiles, run: string): Promise<StoredState | undefined> {
  const folder = runFolder(run);
  const sizes = new Map((await files.list(folder)).map(({ path, size }) => [path, size]));
  const states: StoredState[] = [];
  for (const path of sizes.keys()) {
    const job = manifestFolder(path.slice(folder.length + 1));
    const bytes = job === undefined ? undefined : await files.read(path);
    const manifest = bytes === undefined ? undefined : parseManifest(new TextDecoder().decode(bytes));
    if (manifest !== undefined) states.push({ manifest, folder: `${folder}/${job}` });
  }
  return states.toSorted((a, b) => furthestFirst(a.manifest, b.manifest)).find(({ manifest, folder }) =>
    manifest.files.every(({ stored, size }) => sizes.get(`${folder}/${stored}`) === size)
  );
}
