import type { RemoteFiles } from "./hub/remote_files.ts";
import { type Manifest, manifestNumber, parseManifest } from "./job/manifest.ts";

/** The folder of a run in the bucket. */
export function runFolder(planFolder: string, run: string): string {
  return `${planFolder}/runs/${run}`;
}

/**
 * The latest complete state that a run's jobs left in the bucket.
 *
 * @param folder The run's folder there.
 * @returns `undefined` if there is none.
 */
export async function storedState(files: RemoteFiles, folder: string): Promise<Manifest | undefined> {
  const sizes = new Map((await files.list(folder)).map(({ path, size }) => [path, size]));
  const manifests = [...sizes.keys()].flatMap((path) => {
    const number = path.startsWith(`${folder}/`) ? manifestNumber(path.slice(folder.length + 1)) : undefined;
    return number === undefined ? [] : [{ path, number }];
  });
  for (const { path } of manifests.toSorted((a, b) => b.number - a.number)) {
    const bytes = await files.read(path);
    const manifest = bytes === undefined ? undefined : parseManifest(new TextDecoder().decode(bytes));
    const whole = manifest?.files.every(({ stored, size }) => sizes.get(`${folder}/${stored}`) === size);
    if (whole === true) return manifest;
  }
  return undefined;
}
