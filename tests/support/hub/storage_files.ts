/** The files of the stand-in's buckets and datasets, as plain files in a folder. */
import { dirname, join } from "node:path";

/** A file by its path inside a folder, with slashes. */
export interface StoredFile {
  readonly path: string;
  readonly size: number;
}

/** All files below a folder, by path; `[]` if there is no such folder. */
export async function filesBelow(folder: string, prefix = ""): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(join(folder, prefix)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
  for (const { name, isDirectory } of entries) {
    const path = prefix === "" ? name : `${prefix}/${name}`;
    if (isDirectory) files.push(...await filesBelow(folder, path));
    else files.push({ path, size: (await Deno.stat(join(folder, path))).size });
  }
  return files.toSorted((a, b) => a.path < b.path ? -1 : 1);
}

/** A file's bytes; `undefined` if there is none. */
export async function readStored(folder: string, path: string): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(join(folder, path));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Writes a file, whole or not at all. */
export async function writeStored(folder: string, path: string, content: Uint8Array): Promise<void> {
  const target = join(folder, path);
  await Deno.mkdir(dirname(target), { recursive: true });
  const temporary = `${target}.${crypto.randomUUID()}`;
  await Deno.writeFile(temporary, content);
  await Deno.rename(temporary, target);
}

/** Removes a file; says whether there was one. */
export async function removeStored(folder: string, path: string): Promise<boolean> {
  try {
    await Deno.remove(join(folder, path));
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Whether there is such a folder. */
export async function folderExists(folder: string): Promise<boolean> {
  try {
    return (await Deno.stat(folder)).isDirectory;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Whether a path may be stored: no way out of its folder. */
export function isPlainPath(path: string): boolean {
  return path !== "" && path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.IsADirectory;
}

/** The SHA-256 of bytes, in hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice())).toHex();
}

/** An answer that refuses, as the Hub words it. */
export function refuse(status: number, error: string, code?: string): Response {
  return Response.json({ error }, {
    status,
    headers: code === undefined ? {} : { "X-Error-Code": code },
  });
}
