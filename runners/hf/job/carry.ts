/**
 * Carries a run between a container's own disk and the mounted bucket, which is slow, knows no locks and may be cut off at
 * any moment. A state is complete once its manifest is; the two latest are kept.
 *
 * @module
 */
import { dirname, join } from "node:path";
import {
  type CarriedFile,
  type Manifest,
  manifestName,
  manifestNumber,
  parseManifest,
  writeManifest,
} from "./manifest.ts";

/** The folders that are carried, by home. */
export type Homes = Readonly<Record<CarriedFile["home"], string>>;

const kept = 2;

/** Files that are written anew in place; all others are made once, and never change. */
const changing = /^(run\.duckdb(\.wal)?|events\.jsonl|plan\.json|.*\.parquet|.*\.db(-\w+)?)$/;

/** Carries one run. */
export class Carrier {
  readonly #homes: Homes;
  readonly #folder: string;
  /** Files of this or an earlier job that are known to be the ones on this disk. */
  readonly #known = new Set<string>();
  #number = 0;

  /**
   * @param homes Folders on this disk; they need not exist.
   * @param folder Where states are kept.
   */
  constructor(homes: Homes, folder: string) {
    this.#homes = homes;
    this.#folder = folder;
  }

  /**
   * Brings the latest complete state to this disk.
   *
   * @returns Its manifest; `undefined` if there is none.
   */
  async restore(): Promise<Manifest | undefined> {
    const manifests = await this.#manifests();
    this.#number = Math.max(0, ...manifests.map(({ number }) => number));
    for (const { manifest } of manifests) {
      if (manifest === undefined || !await this.#isWhole(manifest)) continue;
      for (const { home, path, stored } of manifest.files) {
        const to = join(this.#homes[home], path);
        await Deno.mkdir(dirname(to), { recursive: true });
        await Deno.copyFile(join(this.#folder, stored), to);
        this.#known.add(stored);
      }
      return manifest;
    }
    return undefined;
  }

  /**
   * Keeps the state of now. Nothing may be written to the homes meanwhile.
   *
   * DuckDB's lock on its file ends with the copy, as locks of POSIX do when their process closes the file: in a container
   * there is nobody else to be kept out.
   */
  async save(iteration: number, status: Manifest["status"]): Promise<void> {
    const number = ++this.#number;
    const files: CarriedFile[] = [];
    for (const home of ["run", "engine"] as const) {
      for (const path of await listFiles(this.#homes[home])) {
        const from = join(this.#homes[home], path);
        const once = !changing.test(path.split("/").at(-1) ?? "");
        const stored = once ? `${home}/${path}` : `${home}.${number}/${path}`;
        const to = join(this.#folder, stored);
        const { size } = await Deno.stat(from);
        files.push({ home, path, stored, size });
        // What is there without a manifest is of a job that was cut off, and may differ from what was made since.
        if (once && this.#known.has(stored)) continue;
        await Deno.mkdir(dirname(to), { recursive: true });
        await Deno.copyFile(from, to);
        this.#known.add(stored);
      }
    }
    const text = writeManifest({ format: "exitlab.carried/1", number, iteration, status, files });
    await Deno.mkdir(this.#folder, { recursive: true });
    await Deno.writeTextFile(join(this.#folder, manifestName(number)), text);
    await this.#removeOthers();
  }

  /** Manifests from the latest on; `undefined` for one that was cut short. */
  async #manifests(): Promise<{ readonly number: number; readonly manifest: Manifest | undefined }[]> {
    const numbers = (await listNames(this.#folder)).flatMap((name) => manifestNumber(name) ?? []);
    return await Promise.all(
      numbers.toSorted((a, b) => b - a).map(async (number) => ({
        number,
        manifest: parseManifest(await Deno.readTextFile(join(this.#folder, manifestName(number)))),
      })),
    );
  }

  async #isWhole({ files }: Manifest): Promise<boolean> {
    for (const { stored, size } of files) {
      if (await sizeOf(join(this.#folder, stored)) !== size) return false;
    }
    return true;
  }

  /** Removes what no manifest that is kept names. */
  async #removeOthers(): Promise<void> {
    const manifests = await this.#manifests();
    const whole = manifests.filter(({ manifest }) => manifest !== undefined).slice(0, kept);
    const named = new Set(whole.flatMap(({ manifest }) => manifest?.files ?? []).map(({ stored }) => stored));
    for (const { number } of whole) named.add(manifestName(number));
    for (const path of await listFiles(this.#folder)) {
      if (named.has(path)) continue;
      await Deno.remove(join(this.#folder, path));
      this.#known.delete(path);
    }
  }
}

/** All files under a folder, relative to it, with slashes; drafts, whose names begin with a dot, are left out. */
async function listFiles(folder: string, under: string = ""): Promise<string[]> {
  const files: string[] = [];
  for (const { name, isDirectory } of await entries(join(folder, under))) {
    if (name.startsWith(".")) continue;
    const path = under === "" ? name : `${under}/${name}`;
    if (isDirectory) files.push(...await listFiles(folder, path));
    else files.push(path);
  }
  return files.toSorted();
}

async function listNames(folder: string): Promise<string[]> {
  return (await entries(folder)).map(({ name }) => name);
}

async function entries(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
