import { UserError } from "../../errors.ts";

/**
 * Refuses names that would not stay where they belong.
 *
 * @throws {UserError} If a name has other characters than letters, digits, `-` and `_`.
 */
export function checkFiles(files: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(files)) {
    if (/^[\w-]{1,64}$/.test(name)) continue;
    throw new UserError(
      `Expected names of up to 64 letters, digits, "-" and "_" but found ${
        JSON.stringify(name)
      } (files of the sandbox)`,
    );
  }
}

/**
 * Refuses a folder that a program must not be given: links lead out of it.
 *
 * @param role What it is, for the message.
 * @throws {UserError} If it is no folder, its path is not absolute or has characters that options cannot hold, or there is
 *   a link in it.
 */
export function checkFolder(folder: string, role: "kit" | "input"): void {
  const where = `${role} of the sandbox`;
  if (!/^\/[^,\n]*$/.test(folder) || folder.split("/").includes("..")) {
    throw new UserError(
      `Expected the absolute path of a folder, without commas, but found ${
        JSON.stringify(folder)
      } (${where})`,
    );
  }
  let entries: Deno.DirEntry[];
  try {
    if (Deno.lstatSync(folder).isSymlink) throw linkError(folder, where);
    entries = [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new UserError(`Expected a folder but found none at ${folder} (${where})`);
    }
    throw error;
  }
  for (const { name, isSymlink, isDirectory } of entries) {
    const path = `${folder}/${name}`;
    if (isSymlink) throw linkError(path, where);
    if (isDirectory) checkFolder(path, role);
  }
}

function linkError(path: string, where: string): UserError {
  return new UserError(`Expected no links but found one at ${path}; copy what it points to (${where})`);
}
