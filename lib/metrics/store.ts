/**
 * The writing end of a run's metrics: `run.duckdb`, which only the run may open, the live tail `events.jsonl`, and
 * at the end one Parquet file a table.
 *
 * @module
 */
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { UserError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import { appendColumns, type Columns, readColumns, toColumns } from "./columns.ts";
import { type Database, folderError, lockDown, openDatabase } from "../database.ts";
import { exportTables, removeExports } from "./export.ts";
import type { Batch, RunIdentity, RunRow, RunStatus } from "./rows.ts";
import { migrate } from "./migrate.ts";
import { type StoredRun, type TableName, tables } from "./schema.ts";
import { Tail, type TailRecord } from "./tail.ts";

/** A run's metrics, open for writing. Calls follow one another; none is begun before the last has ended. */
export interface RunStore {
  /** Records what the run is and that it is running. To be called once, before the first `write`. */
  begin(run: RunRow): Promise<void>;
  /**
   * Makes a batch durable, all or nothing: when it resolves, the batch is on disk and in the live tail.
   *
   * @throws {UserError} If the disk is full. The batch may then be in the database but not in the tail, as after a
   *   kill at that moment; `rewind` makes both say the same.
   * @throws {TypeError} If a value is not of its column's kind.
   */
  write(batch: Batch): Promise<void>;
  /** The last training iteration in `steps`; 0 if there is none. */
  lastIteration(): Promise<number>;
  /** Forgets what came after an iteration: rows of later iterations, later versions of starts, and their tail. */
  rewind(iteration: number): Promise<void>;
  /** Records how the run ended, exports every table as Parquet beside the database, and closes. */
  finish(status: Exclude<RunStatus, "running">): Promise<void>;
  /** Closes, leaving the run as one that was killed here. */
  close(): void;
}

/**
 * Folders open in this process. DuckDB refuses a second process, but not a second instance in the same one, and then
 * loses rows without a word.
 */
const openFolders = new Set<string>();

/** DuckDB's three header blocks: a shorter file was being created when its process was killed, and holds nothing. */
const headerBytes = 3 * 4096;

/**
 * Opens the metrics of a run, and makes them if there are none.
 *
 * @param directory The run folder, which exists.
 * @throws {UserError} If another process has them open, the database is damaged or newer than this code, or the disk
 *   is full.
 *
 * @example
 * ```ts
 * import { openStore } from "exitlab/lib/metrics/store.ts";
 * import assert from "node:assert/strict";
 *
 * const directory = await Deno.makeTempDir();
 * const store = await openStore(directory, { run: "demo-grpo-1", arm: "grpo", seed: 1 });
 * await store.write({
 *   events: [{ iteration: 0, time: "2025-01-01T00:00:00Z", level: "info", kind: "start", message: "Begun" }],
 * });
 * assert.equal(await store.lastIteration(), 0);
 * store.close();
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function openStore(directory: string, identity: RunIdentity): Promise<RunStore> {
  const folder = await Deno.realPath(directory);
  if (folder.includes("?")) {
    throw new UserError(
      `Expected a run folder without a question mark (DuckDB takes it for a URL) but found "${folder}"`,
    );
  }
  if (openFolders.has(folder)) {
    throw new UserError(`Run folder "${folder}" is in use by this process (${Deno.pid})`);
  }
  openFolders.add(folder);
  try {
    const database = await openRunDatabase(folder);
    return new Store(folder, identity, database);
  } catch (error) {
    openFolders.delete(folder);
    throw folderError(error, folder);
  }
}

async function openRunDatabase(folder: string): Promise<Database> {
  const path = join(folder, "run.duckdb");
  const config = { threads: "2", "memory_limit": "1GB" };
  let database: Database;
  try {
    database = await openDatabase(path, config);
  } catch (error) {
    const size = (await Deno.stat(path).catch(() => undefined))?.size ?? headerBytes;
    if (size >= headerBytes) throw error;
    await Deno.remove(path);
    database = await openDatabase(path, config);
  }
  try {
    await lockDown(database.connection, [folder]);
    await migrate(database.connection, folder);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

class Store implements RunStore {
  readonly #folder: string;
  readonly #identity: RunIdentity;
  readonly #database: Database;
  #tail: Tail | undefined;

  constructor(folder: string, identity: RunIdentity, database: Database) {
    this.#folder = folder;
    this.#identity = identity;
    this.#database = database;
  }

  get #connection(): DuckDBConnection {
    return this.#database.connection;
  }

  begin(run: RunRow): Promise<void> {
    return this.#guard(async () => {
      const row = toColumns(tables.runs, [{ ...run, ended: null, status: "running" } satisfies StoredRun]);
      const { started } = await this.#currentRun();
      await this.#commit({ runs: started === undefined ? row : { ...row, started } });
    });
  }

  write({ step, groups, rollouts, starts, evaluations, nodes, resamples, events }: Batch): Promise<void> {
    return this.#guard(() =>
      this.#commit({
        ...added("steps", step && [step]),
        ...added("groups", groups),
        ...added("rollouts", rollouts),
        ...added("starts", starts),
        ...added("evaluations", evaluations),
        ...added("nodes", nodes),
        ...added("resamples", resamples),
        ...added("events", events),
      })
    );
  }

  lastIteration(): Promise<number> {
    return this.#guard(async () => {
      const result = await this.#connection.runAndReadAll("select max(iteration) from steps");
      return Number(result.getRows()[0]?.[0] ?? 0);
    });
  }

  rewind(iteration: number): Promise<void> {
    return this.#guard(async () => {
      await this.#transaction(async () => {
        for (const table of Object.values(tables)) {
          if (table.iteration === undefined) continue;
          await this.#connection.run(`delete from ${table.stored} where ${table.iteration} > $1`, [
            iteration,
          ]);
        }
      });
      await this.#renewTail();
    });
  }

  finish(status: Exclude<RunStatus, "running">): Promise<void> {
    return this.#guard(async () => {
      const run = await this.#currentRun();
      await this.#commit({ runs: { ...run, status: [status], ended: [new Date().toISOString()] } });
      await this.#connection.run("checkpoint");
      await exportTables(this.#connection, this.#folder);
      this.close();
    });
  }

  close(): void {
    if (!openFolders.delete(this.#folder)) return;
    this.#tail?.close();
    this.#database.close();
  }

  /** The run's row, its identity left out; no columns if there is none. */
  async #currentRun(): Promise<Columns> {
    for await (const columns of readColumns(this.#connection, tables.runs)) return columns;
    return {};
  }

  async #commit(record: TailRecord): Promise<void> {
    if (Object.keys(record).length === 0) return;
    const tail = this.#tail ?? await this.#renewTail();
    await this.#transaction(async () => {
      for (const table of Object.values(tables)) {
        const columns = record[table.name];
        if (columns !== undefined) await appendColumns(this.#connection, table, columns, this.#identity);
      }
    });
    await tail.append(tailRecord(record));
  }

  async #transaction(work: () => Promise<void>): Promise<void> {
    await this.#connection.run("begin");
    try {
      await work();
      await this.#connection.run("commit");
    } catch (error) {
      // After some errors (a full disk) DuckDB has already rolled back, and says so; the first error is the news.
      await this.#connection.run("rollback").catch(() => {});
      throw error;
    }
  }

  /** Starts the tail anew from what the database holds: the two can differ after a kill. */
  async #renewTail(): Promise<Tail> {
    await removeExports(this.#folder);
    this.#tail?.close();
    this.#tail = undefined;
    this.#tail = await Tail.rewrite(join(this.#folder, "events.jsonl"), this.#identity, this.#stored());
    return this.#tail;
  }

  async *#stored(): AsyncGenerator<TailRecord> {
    for (const table of Object.values(tables)) {
      if (table.name === "rollouts") continue;
      for await (const columns of readColumns(this.#connection, table)) {
        yield tailRecord({ [table.name]: columns });
      }
    }
  }

  /** Runs work on the folder; turns its errors into sentences. */
  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw folderError(error, this.#folder);
    }
  }
}

function added(table: TableName, rows: readonly JsonObject[] = []): TailRecord {
  return rows.length === 0 ? {} : { [table]: toColumns(tables[table], rows) };
}

/** What the tail says of a transaction: no rollouts, no prompts. */
function tailRecord({ rollouts: _rollouts, groups, ...others }: TailRecord): TailRecord {
  if (groups === undefined) return others;
  const { prompt: _prompt, ...rest } = groups;
  return { ...others, groups: rest };
}
