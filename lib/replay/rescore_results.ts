import { type Database, lockDown, openDatabase } from "../database.ts";
import { collectResults } from "../metrics/collect_results.ts";
import { appendColumns } from "../metrics/columns.ts";
import { migrate } from "../metrics/migrate.ts";
import { runQuery, runQueryColumns } from "../metrics/query.ts";
import type { RunResults } from "../metrics/run_results.ts";
import { tables } from "../metrics/schema.ts";
import { answers } from "./rescore_answers.ts";
import type { RunLog } from "./rescore_log.ts";
import type { RescoredRun } from "./rescore_run.ts";

/** Results by run; a run that was not evaluated has none. */
export type ResultsByRun = ReadonlyMap<string, RunResults>;

/**
 * What runs reached on held-out tasks by their logged verdicts and by new ones. Both are of those chains and draws alone that
 * the new rule answers for as a whole.
 */
export class ResultsUnderBoth {
  readonly #old: Database;
  readonly #now: Database;

  private constructor(old: Database, now: Database) {
    this.#old = old;
    this.#now = now;
  }

  /** Without any run yet; to be closed. */
  static async open(): Promise<ResultsUnderBoth> {
    const old = await emptyTables();
    try {
      return new ResultsUnderBoth(old, await emptyTables());
    } catch (error) {
      old.close();
      throw error;
    }
  }

  /** Takes in a run; no other of its name was. */
  async add(log: RunLog, rescored: RescoredRun): Promise<void> {
    const shared = { run: log.run, arm: log.arm, seed: log.seed };
    for (const [verdicts, { connection }] of [["old", this.#old], ["now", this.#now]] as const) {
      await appendColumns(connection, tables.runs, log.identity, shared);
      for (const name of ["evaluations", "resamples"] as const) {
        for await (const columns of answers(log, rescored, name, verdicts)) {
          // What was written tells draws apart; of chains it counts for nothing, and may be long.
          const { response = [], turns: _, ...others } = columns;
          await appendColumns(
            connection,
            tables[name],
            name === "resamples" ? { ...others, response } : others,
            shared,
          );
        }
      }
    }
  }

  /** The results of all runs. */
  async collect(): Promise<{ readonly old: ResultsByRun; readonly now: ResultsByRun }> {
    return { old: await collect(this.#old), now: await collect(this.#now) };
  }

  /** Frees its memory. */
  close(): void {
    this.#old.close();
    this.#now.close();
  }
}

async function emptyTables(): Promise<Database> {
  const database = await openDatabase(":memory:", { "temp_directory": "" });
  try {
    await lockDown(database.connection, []);
    await migrate(database.connection, "memory");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

async function collect({ connection }: Database): Promise<ResultsByRun> {
  const { results } = await collectResults({
    query: (sql, params) => runQuery(connection, sql, params),
    columns: (sql, params) => runQueryColumns(connection, sql, params),
  });
  return new Map(results.map((each) => [each.run, each]));
}
