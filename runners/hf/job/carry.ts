/**
 * Carries a run between a container's own disk and the mounted bucket, which is slow, knows no locks and may be cut off at
 * any moment. A state is complete once its manifest is; the two latest are kept.
 *
 * Each job writes to a folder of its own: one whose time ran out may still be writing while the next one is at work, and
 * neither can spoil the other's states.
 *
 * @module
 */
import { dirname, join } from "node:path";
import {
  type CarriedFile,
  furthestFirst,
  type Manifest,
  manifestFolder,
  manifestName,
  parseManifest,
  writeManifest,
} from "./manifest.ts";

/** The folders that are carried, by home. */
export type Homes = Readonly<Record<CarriedFile["home"], string>>;

const kept = 2;

/** How often the states are looked at again when one is removed while it is brought back. */
const mostLooks = 3;

/** Files that are written anew in place; all others are made once, and never change. */
const changing = /^(run\.duckdb(\.wal)?|events\.jsonl|plan\.json|.*\.parquet|.*\.db(-\w+)?)$/;

/** A state, and the folder of the job that left it. */
interface Kept {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Carries one run for one job. */
export class Carrier {
  readonly #homes: Homes;
  readonly #folder: string;
  readonly #own: string;
  /** Folders of jobs before this one; those of later ones are none of its business. */
  #before: string[] = [];
  /** Files in the own folder that are the ones on this disk. */
  readonly #known = new Set<string>();
  /** The own states that are kept, the latest last. */
  #states: Manifest[] = [];
  #number = 0;

  /**
   * @param homes Folders on this disk; they need not exist.
   * @param folder Where the run's states are kept.
   * @param job What no other job of the run is called.
   */
  constructor(homes: Homes, folder: string, job: string = crypto.randomUUID()) {
    this.#homes = homes;
    this.#folder = folder;
    this.#own = join(folder, job);
  }

  /**
   * Brings the furthest complete state to this disk, whose homes are empty.
   *
   * @returns Its manifest; `undefined` if there is none.
   */
  async restore(): Promise<Manifest | undefined> {
    for (let looks = 1; looks <= mostLooks; looks++) {
      const states = await this.#allStates();
      this.#number = Math.max(0, ...states.map(({ manifest }) => manifest.number));
      let isWhole = true;
      for (const state of states) {
        if (!await this.#isWhole(state)) continue;
        if (await this.#bring(state)) return state.manifest;
        isWhole = false;
      }
      if (isWhole) break;
    }
    return undefined;
  }

  /**
   * Keeps the state of now. Nothing may be written to the run's folder meanwhile.
   *
   * DuckDB's lock on its file ends with the copy, as locks of POSIX do when their process closes the file: in a container
   * there is nobody else to be kept out.
   */
  async save(iteration: number, status: Manifest["status"]): Promise<void> {
    const number = ++this.#number;
    const files: CarriedFile[] = [];
    for (const home of ["run", "engine"] as const) {
      for (const path of await listFiles(this.#homes[home])) {
        const file = await this.#keep(home, path, number);
        if (file !== undefined) files.push(file);
      }
    }
    const manifest: Manifest = { format: "exitlab.carried/1", number, iteration, status, files };
    await Deno.mkdir(this.#own, { recursive: true });
    await Deno.writeTextFile(join(this.#own, manifestName(number)), writeManifest(manifest));
    this.#states = [...this.#states, manifest].slice(-kept);
    try {
      await this.#removeOthers();
    } catch {
      // What is too much costs a little room, and the next state looks again.
    }
  }

  /** Keeps a file, unless it is there; `undefined` for one that is gone: a server removes what it needs no more. */
  async #keep(home: CarriedFile["home"], path: string, number: number): Promise<CarriedFile | undefined> {
    const from = join(this.#homes[home], path);
    const once = !changing.test(path.split("/").at(-1) ?? "");
    const stored = once ? `${home}/${path}` : `${home}.${number}/${path}`;
    const to = join(this.#own, stored);
    const size = await sizeOf(from);
    if (size === undefined) return undefined;
    // Looked at each time: a job that began later may have taken this one for ended, and removed it.
    if (once && this.#known.has(stored) && await sizeOf(to) === size) return { home, path, stored, size };
    await Deno.mkdir(dirname(to), { recursive: true });
    try {
      await copy(from, to);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound && await sizeOf(from) === undefined) return undefined;
      throw error;
    }
    this.#known.add(stored);
    // A log of the server may have grown since.
    return { home, path, stored, size: await sizeOf(to) ?? size };
  }

  /** All jobs' states, the furthest first, those aside whose manifest was cut short. */
  async #allStates(): Promise<Kept[]> {
    const states: Kept[] = [];
    const jobs = (await entries(this.#folder)).filter(({ isDirectory }) => isDirectory).map(({ name }) =>
      name
    );
    this.#before = jobs.map((job) => join(this.#folder, job)).filter((folder) => folder !== this.#own);
    for (const job of jobs) {
      for (const { name } of await entries(join(this.#folder, job))) {
        const path = `${job}/${name}`;
        const text = manifestFolder(path) === undefined
          ? undefined
          : await ifThere(Deno.readTextFile(join(this.#folder, path)));
        const manifest = text === undefined ? undefined : parseManifest(text);
        if (manifest !== undefined) states.push({ folder: join(this.#folder, job), manifest });
      }
    }
    return states.toSorted((a, b) => furthestFirst(a.manifest, b.manifest));
  }

  async #isWhole({ folder, manifest: { files } }: Kept): Promise<boolean> {
    for (const { stored, size } of files) {
      if (await sizeOf(join(folder, stored)) !== size) return false;
    }
    return true;
  }

  /** Brings a state to this disk; if a part of it is gone by now, nothing of it stays. */
  async #bring({ folder, manifest: { files } }: Kept): Promise<boolean> {
    const brought: string[] = [];
    for (const { home, path, stored, size } of files) {
      const to = join(this.#homes[home], path);
      await Deno.mkdir(dirname(to), { recursive: true });
      brought.push(to);
      await ifThere(copy(join(folder, stored), to));
      if (await sizeOf(to) === size) continue;
      for (const file of brought) await ifThere(Deno.remove(file));
      return false;
    }
    return true;
  }

  /** Removes what no state that is kept names; jobs before this one too, once it has states enough of its own. */
  async #removeOthers(): Promise<void> {
    const named = new Set(this.#states.flatMap(({ files }) => files).map(({ stored }) => stored));
    for (const { number } of this.#states) named.add(manifestName(number));
    for (const path of await listFiles(this.#own)) {
      if (named.has(path)) continue;
      await ifThere(Deno.remove(join(this.#own, path)));
      this.#known.delete(path);
    }
    await removeEmpty(this.#own);
    if (this.#states.length < kept) return;
    for (const folder of this.#before) await ifThere(Deno.remove(folder, { recursive: true }));
    this.#before = [];
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

/** Removes folders without a file in them; returns whether this one is such. */
async function removeEmpty(folder: string): Promise<boolean> {
  let isEmpty = true;
  for (const { name, isDirectory } of await entries(folder)) {
    const path = join(folder, name);
    if (isDirectory && await removeEmpty(path)) await ifThere(Deno.remove(path));
    else isEmpty = false;
  }
  return isEmpty;
}

/** Copies the content alone: a mount may know no permissions, or others than this disk needs. */
async function copy(from: string, to: string): Promise<void> {
  using source = await Deno.open(from);
  using target = await Deno.open(to, { write: true, create: true, truncate: true });
  const buffer = new Uint8Array(2 ** 20);
  for (;;) {
    const count = await source.read(buffer);
    if (count === null) return;
    for (let at = 0; at < count;) at += await target.write(buffer.subarray(at, count));
  }
}

async function entries(folder: string): Promise<Deno.DirEntry[]> {
  return await ifThere(Array.fromAsync(Deno.readDir(folder))) ?? [];
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await ifThere(Deno.stat(path)))?.size;
}

/** What comes of work on a file; `undefined` if there is no such file. */
async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
