import { join } from "node:path";
import { exportPath } from "../../metrics/export.ts";
import { latestRollouts, type ShownRollout } from "./closed_run.ts";
import { type LiveRun, RunFeed } from "./run_feed.ts";

/** Where runs are looked for: all in a folder, or the one of a name. */
export interface WatchedPlace {
  /** The folder that holds runs. */
  readonly parent: string;
  /** The name of a run's folder in it; all when `undefined`. */
  readonly name: string | undefined;
}

/** So long at most, in milliseconds, is read at once: what is asked meanwhile waits for it. */
const timeAtOnce = 250;

/** All runs that are watched: those that are there, and those that come. */
export class LiveRuns {
  readonly #places: readonly WatchedPlace[];
  readonly #feeds = new Map<string, RunFeed>();
  readonly #rollouts = new Map<string, { written: number; rollouts: Promise<readonly ShownRollout[]> }>();
  /** Names and folders that are to be read. */
  #queue: [string, string][] = [];
  #behind = false;
  #version = 0;

  /** Watches these places. */
  constructor(places: readonly WatchedPlace[]) {
    this.#places = places;
  }

  /** Grows with each change. */
  get version(): number {
    return this.#version;
  }

  /** How many folders were not read yet; some of them may hold no run. */
  get unread(): number {
    return this.#queue.length;
  }

  /**
   * Looks for what is new, for about a quarter of a second.
   *
   * @returns Whether there is more to be read at once.
   */
  async poll(): Promise<boolean> {
    if (this.#queue.length === 0) {
      const folders = await this.#folders();
      for (const key of [...this.#feeds.keys()].filter((key) => !folders.has(key))) this.#drop(key);
      this.#queue = [...folders];
    }
    const end = performance.now() + timeAtOnce;
    const left: [string, string][] = [];
    // However slow the machine is, each look comes on by a run.
    do {
      const next = this.#queue.shift();
      if (next === undefined) break;
      if (await this.#pollOne(...next)) left.push(next);
    } while (performance.now() < end);
    this.#queue.push(...left);
    // That all is read is news as well.
    if (this.#behind && this.#queue.length === 0) this.#version++;
    this.#behind = this.#queue.length > 0;
    return this.#queue.length > 0;
  }

  /** All runs as they stand, in the order in which they began; those that never did come last. */
  runs(time: number): LiveRun[] {
    const later = "~";
    return [...this.#feeds.values()].map((feed) => feed.now(time)).toSorted((a, b) => {
      const [first, second] = [a, b].map(({ started, key }) => `${started === "" ? later : started} ${key}`);
      return (first ?? "") < (second ?? "") ? -1 : 1;
    });
  }

  /** One of them. */
  run(key: string, time: number): LiveRun | undefined {
    return this.#feeds.get(key)?.now(time);
  }

  /** Rollouts of a run's last iteration; none of one that has not ended. */
  async rollouts(key: string): Promise<readonly ShownRollout[]> {
    const folder = this.#feeds.get(key)?.folder;
    if (folder === undefined) return [];
    const written = await Deno.stat(exportPath(folder, "runs")).then(
      ({ mtime }) => mtime?.getTime() ?? 0,
      () => -1,
    );
    const before = this.#rollouts.get(key);
    if (before?.written === written) return await before.rollouts;
    // A file that cannot be read is told of by `sql`; the rest of the page does without.
    const rollouts = latestRollouts(folder).catch(() => []);
    this.#rollouts.set(key, { written, rollouts });
    return await rollouts;
  }

  /** Whether there is more of it to be read. */
  async #pollOne(key: string, folder: string): Promise<boolean> {
    const feed = this.#feeds.get(key) ?? new RunFeed(key, folder);
    try {
      const { changed, more } = await feed.poll();
      this.#feeds.set(key, feed);
      if (changed) this.#version++;
      return more;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
      // No run is there: not yet, or no longer.
      this.#drop(key);
      return false;
    }
  }

  #drop(key: string): void {
    this.#rollouts.delete(key);
    if (this.#feeds.delete(key)) this.#version++;
  }

  async #folders(): Promise<Map<string, string>> {
    const single = new Set(this.#places.map(({ parent }) => parent)).size === 1;
    const folders = new Map<string, string>();
    for (const { parent, name } of this.#places) {
      const names = name === undefined ? await foldersIn(parent) : [name];
      for (const each of names) {
        const folder = join(parent, each);
        folders.set(single ? each : folder, folder);
      }
    }
    return folders;
  }
}

async function foldersIn(parent: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(parent)) {
      if (!entry.isFile && !entry.name.startsWith(".")) names.push(entry.name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names;
}
