/**
 * Writes the site into a folder: what `deno task docs` starts, with leave to write there and nowhere else.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import type { Site } from "./site.ts";

/** The file that marks a folder as one that this wrote, which may be replaced. */
const mark = ".exitlab-site";

/**
 * Writes a site in the place of an earlier one.
 *
 * @param folder A folder that is new, empty, or was written by an earlier call.
 * @throws {UserError} If it holds something else.
 */
export async function writeSite(site: Site, folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const old = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  if (old.length > 0 && !old.includes(mark)) {
    throw new UserError(
      `Expected --out to be a new or empty folder, or an earlier site, but found "${old[0]}" in ${folder}`,
    );
  }
  await Promise.all(old.map((name) => Deno.remove(join(folder, name), { recursive: true })));
  await Deno.writeTextFile(join(folder, mark), "deno task docs replaces this folder\n");
  for (const [path, file] of site.files) {
    const to = join(folder, path);
    await Deno.mkdir(dirname(to), { recursive: true });
    if ("text" in file) await Deno.writeTextFile(to, file.text);
    else await Deno.writeFile(to, await Deno.readFile(file.copy));
  }
}
