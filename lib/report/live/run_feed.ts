import { join } from "node:path";
import { oneLine } from "../../database.ts";
import { exportPath } from "../../metrics/export.ts";
import { schemaVersion } from "../../metrics/migrate.ts";
import { parseTailHeader, parseTailRecord } from "../../metrics/tail.ts";
import { readClosedRun } from "./closed_run.ts";
import { type RunNow, RunState } from "./run_state.ts";
import { TailFollower } from "./tail_follower.ts";

/** A run as it stands, with its name. */
export type LiveRun = RunNow & {
  /** What the page calls it by; unique. */
  readonly key: string;
  /** Its id. */
  readonly run: string;
  /** Its arm. */
  readonly arm: string;
  /** Its seed. */
  readonly seed: number;
  /** Why it cannot be read on; `null` if it can. */
  readonly problem: string | null;
  /** When its tail was last written; ISO 8601. */
  readonly written: string;
};

/** So many bytes of a tail are read at once, so that one long run does not keep the others waiting. */
const bytesAtOnce = 4 << 20;

/** Follows one run's folder. It only reads, and never opens the run's database. */
export class RunFeed {
  readonly #key: string;
  readonly #folder: string;
  #follower: TailFollower;
  #state = new RunState();
  #identity: { readonly run: string; readonly arm: string; readonly seed: number } | undefined;
  #lines = 0;
  /** Whether it was read from Parquet. */
  #closed = false;
  /** When its Parquet files were written; `null` while there are none. */
  #exported: number | null = null;
  #problem: string | null = null;
  /** Whether that is the system's refusal, which may pass, and not what stands in the tail. */
  #refused = false;
  #written = 0;

  /** Follows a folder under a name. */
  constructor(key: string, folder: string) {
    this.#key = key;
    this.#folder = folder;
    this.#follower = this.#newFollower();
  }

  /** The run's folder. */
  get folder(): string {
    return this.#folder;
  }

  /**
   * Takes in what came since the last time.
   *
   * @returns Whether anything did, and whether there is more.
   * @throws {Deno.errors.NotFound | Deno.errors.NotADirectory} If the folder holds no run.
   */
  async poll(): Promise<{ readonly changed: boolean; readonly more: boolean }> {
    try {
      const closed = await stat(exportPath(this.#folder, "runs"));
      // What was followed by its tail to the end is known already.
      if (closed !== undefined && this.#lines === 0) return await this.#readParquet(closed);
      const exported = closed?.mtime?.getTime() ?? null;
      const ended = exported !== this.#exported;
      this.#exported = exported;
      const { mtime } = await Deno.stat(join(this.#folder, "events.jsonl"));
      if (this.#closed) this.#forget();
      this.#written = mtime?.getTime() ?? 0;
      const { anew, lines, more } = await this.#follower.read(bytesAtOnce);
      const again = anew || this.#refused;
      if (again) this.#forget();
      if (this.#problem === null) { for (const line of lines) this.#take(line); }
      return { changed: again || ended || lines.length > 0, more };
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) throw error;
      const before = this.#problem;
      this.#problem = oneLine(error);
      this.#refused = !(error instanceof TypeError);
      // What of it was read is not known: all is, once that is allowed.
      if (this.#refused) this.#follower = this.#newFollower();
      return { changed: this.#problem !== before, more: false };
    }
  }

  /**
   * The run as it stands.
   *
   * @param time In milliseconds since 1970.
   */
  now(time: number): LiveRun {
    const written = new Date(this.#written).toISOString();
    return {
      key: this.#key,
      ...this.#identity ?? { run: this.#key, arm: "", seed: 0 },
      problem: this.#problem,
      written,
      ...this.#state.now((time - this.#written) / 1000),
    };
  }

  /** A run that has ended is read once, and again if it is written anew. */
  async #readParquet({ mtime }: Deno.FileInfo): Promise<{ changed: boolean; more: boolean }> {
    const written = mtime?.getTime() ?? 0;
    if (this.#closed && written === this.#written) return { changed: false, more: false };
    this.#forget();
    this.#closed = true;
    this.#written = written;
    const { identity, records, curves, chain } = await readClosedRun(this.#folder);
    this.#identity = identity;
    for (const record of records) this.#state.take(record);
    this.#state.evaluated(curves, chain);
    return { changed: true, more: false };
  }

  #newFollower(): TailFollower {
    return new TailFollower(join(this.#folder, "events.jsonl"));
  }

  #forget(): void {
    this.#state = new RunState();
    this.#lines = 0;
    this.#closed = false;
    this.#problem = null;
    this.#refused = false;
  }

  #take(line: string): void {
    this.#lines++;
    if (this.#lines > 1) return this.#state.take(parseTailRecord(line, this.#lines));
    const { schema, run, arm, seed } = parseTailHeader(line);
    if (schema > schemaVersion) throw new TypeError(`it has schema ${schema}, of a newer exitlab`);
    this.#identity = { run, arm, seed };
  }
}

async function stat(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}
