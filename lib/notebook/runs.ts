import { unreadable, UserError } from "../errors.ts";
import { collectResults } from "../metrics/collect_results.ts";
import { compareRuns, type ComparisonOptions } from "../metrics/comparison.ts";
import type { QueryParams } from "../metrics/query.ts";
import { openRuns, type Reader } from "../metrics/reader.ts";
import { html } from "../report/page/html.ts";
import { type ComparisonResult, comparisonResult } from "./comparison_result.ts";
import { display, type Displayed } from "./display.ts";
import { isThere, nearestRuns } from "./nearest_runs.ts";
import { ResultTable } from "./result_table.ts";

/** A value in a query. */
export type SqlValue = string | number | boolean | null;

/** All runs of a folder, open for reading. What is written here can be taken apart: `const { sql } = await runs()`. */
export interface Runs {
  /** The folder. */
  readonly directory: string;
  /**
   * Runs a query. A value in it is bound as a parameter, so that no text of it is taken for SQL.
   *
   * @throws {UserError} With DuckDB's message if the query is wrong, or would write, attach or reach outside the folder.
   */
  readonly sql: (parts: TemplateStringsArray, ...values: readonly SqlValue[]) => Promise<ResultTable>;
  /**
   * Runs a query that is at hand as text.
   *
   * @throws {UserError} As `sql`.
   */
  readonly query: (sql: string, params?: QueryParams) => Promise<ResultTable>;
  /**
   * Runs the query of a file, such as `queries/curves.sql`.
   *
   * @throws {UserError} As `sql`, and if there is no such file.
   */
  readonly file: (path: string, params?: QueryParams) => Promise<ResultTable>;
  /**
   * Arms side by side with 95 % intervals, as `deno task compare` has them; runs that have not ended count too.
   *
   * @throws {UserError} If no run has a held-out evaluation.
   */
  readonly compare: (options?: ComparisonOptions) => Promise<ComparisonResult>;
  /** Reads the folder anew: what live runs have written since, and new runs. */
  readonly refresh: () => Promise<Runs>;
  /** One sentence for each run that could not be read. */
  readonly warnings: () => readonly string[];
  /** Frees the memory. */
  readonly close: () => void;
  /** What is in the folder, in a sentence. */
  readonly [display]: () => Displayed;
}

/**
 * Opens all runs of a folder in memory, live ones too; they are only read, and running ones are not disturbed.
 *
 * @param directory When left out, the nearest folder called `runs`: here, or beside a folder that this one is in.
 * @throws {UserError} If there is no such folder.
 *
 * @example
 * ```ts
 * import { runs } from "exitlab/notebook";
 * import assert from "node:assert/strict";
 *
 * const { sql, close } = await runs("notebooks/example_runs");
 * const arms = await sql`select arm, count(*) as runs from runs where seed <= ${2} group by arm order by arm`;
 * assert.deepEqual(arms.rows, [["chain", 2], ["exit", 2], ["grpo", 2]]);
 * close();
 * ```
 */
export async function runs(directory?: string): Promise<Runs> {
  const folder = directory ?? await nearestRuns(Deno.cwd());
  if (!await isThere(folder)) throw new UserError(`Expected a folder of runs but found no "${folder}"`);
  let reader: Reader = await openRuns(folder);
  const query = async (sql: string, params?: QueryParams): Promise<ResultTable> =>
    new ResultTable(await reader.query(sql, params));
  const opened: Runs = {
    directory: folder,
    query,
    sql: (parts, ...values) =>
      query(parts.raw.map((part, at) => at < values.length ? `${part}$${at + 1} ` : part).join(""), values),
    file: async (path, params) => await query(await readQuery(path), params),
    compare: async (options) => {
      const { results, notes } = await collectResults(reader);
      const comparison = compareRuns(results, options);
      return comparisonResult({ ...comparison, notes: [...notes, ...comparison.notes] });
    },
    refresh: async () => {
      const newer = await openRuns(folder);
      reader.close();
      reader = newer;
      return opened;
    },
    warnings: () => reader.warnings,
    close: () => reader.close(),
    [display]: () => {
      const { folders, warnings } = reader;
      const lines = [`${folders.length} run${folders.length === 1 ? "" : "s"} in ${folder}`, ...warnings];
      return {
        "text/plain": lines.join("\n").replaceAll(/[^\P{Cc}\n]/gu, "·"),
        "text/html": String(html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`),
      };
    },
  };
  return opened;
}

async function readQuery(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch((error: unknown) => {
    throw unreadable(error, path);
  });
}
