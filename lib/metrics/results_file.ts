/**
 * Results as one small Parquet file, a row a run: what a results page is printed from, to be committed beside it.
 *
 * @module
 */
import { dirname } from "node:path";
import { UserError } from "../errors.ts";
import type { Json, JsonObject } from "../json.ts";
import { type CollectedResults, readSource, type ResultsSource } from "./collect_results.ts";
import { defaultBenchmark } from "./benchmarks.ts";
import { type Database, lockDown, oneLine, openDatabase, quote } from "../database.ts";
import { runQuery, runQueryColumns } from "./query.ts";
import type { RunResults } from "./run_results.ts";

/** Marks the file, and says what form its rows have. */
export const resultsFormat = "exitlab.results/2";

/** The forms that are read: the first is of the time before benchmarks, when all held-out tasks were of one. */
const readFormats = ["exitlab.results/1", resultsFormat];

const link = {
  split: "VARCHAR",
  task: "VARCHAR",
  step: "USMALLINT",
  chains: "USMALLINT",
  solved: "USMALLINT",
  quality: "FLOAT",
  gained: "USMALLINT",
  gained_step: "USMALLINT",
  copied_solved: "USMALLINT",
  copied_unsolved: "USMALLINT",
  solved_so_far: "USMALLINT",
} as const;

const draw = {
  task: "VARCHAR",
  draw: "USMALLINT",
  solved: "BOOLEAN",
  same: "USMALLINT",
  picked_solved: "BOOLEAN",
  picked_quality: "FLOAT",
} as const;

/** The columns with their types, as DuckDB's `from_json` takes them: a list has one type for its items. */
const columns = {
  format: "VARCHAR",
  run: "VARCHAR",
  experiment: "VARCHAR",
  arm: "VARCHAR",
  variant: "VARCHAR",
  seed: "BIGINT",
  status: "VARCHAR",
  started: "TIMESTAMP",
  plan_hash: "VARCHAR",
  job_hash: "VARCHAR",
  exitlab_version: "VARCHAR",
  engine: "VARCHAR",
  settings: "VARCHAR",
  iteration: "INTEGER",
  iterations: "INTEGER",
  tokens: "BIGINT",
  rollouts: "BIGINT",
  start_depth: "DOUBLE",
  prompt_depth: "DOUBLE",
  deepest: "INTEGER",
  replayed: "DOUBLE",
  starts: "BIGINT",
  roots: "BIGINT",
  staleness: "DOUBLE",
  effective_share: "DOUBLE",
  modes: [{ mode: "VARCHAR", groups: "BIGINT", zero_variance: "DOUBLE" }],
  chain_tokens: "BIGINT",
  draw_tokens: "BIGINT",
  benchmark_tokens: [{ benchmark: "VARCHAR", chains: "BIGINT", draws: "BIGINT" }],
  chains: [link],
  draws: [draw],
} as const;

/** Writes results; the file is there whole or not at all. */
export async function writeResults(path: string, results: readonly RunResults[]): Promise<void> {
  const { connection, close } = await openDatabase(":memory:", { "temp_directory": "" });
  try {
    await lockDown(connection, [await Deno.realPath(dirname(path))]);
    const form = quote(JSON.stringify(columns));
    // One column that holds the whole row: spread out at once, DuckDB reads the text anew for each column.
    await connection.run(`create table results as select from_json('null', ${form}) as run limit 0`);
    for (const each of results) {
      await connection.run(`insert into results select from_json($1, ${form})`, [JSON.stringify(row(each))]);
    }
    await connection.run(
      `copy (select unnest(run) from results order by run.run) to ${quote(`${path}.new`)} ` +
        "(format parquet, compression zstd)",
    );
  } finally {
    close();
  }
  await Deno.rename(`${path}.new`, path);
}

/**
 * Reads results back.
 *
 * @throws {UserError} If the file is not one that `writeResults` wrote.
 */
export async function readResults(path: string): Promise<CollectedResults> {
  const file = await Deno.realPath(path);
  const { connection, close }: Database = await openDatabase(":memory:", { "temp_directory": "" });
  try {
    await lockDown(connection, [dirname(file)]);
    const collected = await readSource(fromFile(file), {
      query: (sql, params) => runQuery(connection, sql, params),
      columns: (sql, params) => runQueryColumns(connection, sql, params),
    });
    if (collected.notes.length > 0) throw new UserError(collected.notes.join("; "));
    return collected;
  } catch (error) {
    throw new UserError(
      `Expected "${path}" to be a Parquet file that deno task compare --out wrote, but it is not (${
        oneLine(error).replace("The query failed: ", "")
      })`,
    );
  } finally {
    close();
  }
}

function fromFile(path: string): ResultsSource {
  const rows = `from read_parquet(${quote(path)})`;
  return {
    // Columns that the first form lacks are null until they are filled in.
    heads: `select * exclude (format, chains, draws, chain_tokens, draw_tokens) replace (coalesce(
        benchmark_tokens, [{benchmark: '${defaultBenchmark}', chains: chain_tokens, draws: draw_tokens}]
      ) as benchmark_tokens)
      from (
        from (select null::struct(benchmark varchar, chains bigint, draws bigint)[] as benchmark_tokens limit 0)
        union all by name ${rows}
      ) where format in (${readFormats.map(quote).join(", ")}) or error(
        'it has the form ' || format || ' instead of ${resultsFormat}')`,
    links: `select * replace (coalesce(split, '${defaultBenchmark}') as split) from (
        from (select null::varchar as split limit 0)
        union all by name select run, unnest(chains, recursive := true) ${rows}
      )`,
    // What was picked by validation came later.
    draws: `select * from (
        from (select null::boolean as picked_solved, null::float as picked_quality limit 0)
        union all by name select run, unnest(draws, recursive := true) ${rows}
      )`,
  };
}

function row(results: RunResults): JsonObject {
  const { training, tasks, steps, chains, drawn, draws } = results;
  const taskOf = (at: number, width: number): string => tasks[Math.floor(at / width)] ?? "";
  return {
    format: resultsFormat,
    run: results.run,
    experiment: results.experiment,
    arm: results.arm,
    variant: results.variant,
    seed: results.seed,
    status: results.status,
    started: results.started,
    plan_hash: results.planHash,
    job_hash: results.jobHash,
    exitlab_version: results.exitlabVersion,
    engine: results.engine,
    settings: JSON.stringify(results.settings),
    iteration: results.iteration,
    iterations: training.iterations,
    tokens: training.tokens,
    rollouts: training.rollouts,
    start_depth: training.startDepth,
    prompt_depth: training.promptDepth,
    deepest: training.deepest,
    replayed: training.replayed,
    starts: training.starts,
    roots: training.roots,
    staleness: training.staleness,
    effective_share: training.effectiveShare,
    modes: training.modes.map(({ mode, groups, zeroVariance }) => ({
      mode,
      groups,
      zero_variance: zeroVariance,
    })),
    chain_tokens: results.tokens.reduce((sum, { chains }) => sum + chains, 0),
    draw_tokens: results.tokens.reduce((sum, { draws }) => sum + draws, 0),
    benchmark_tokens: results.tokens,
    chains: chains.solved.map((solved, at): Json => ({
      split: results.benchmarks[Math.floor(at / (steps + 1))] ?? "",
      task: taskOf(at, steps + 1),
      step: at % (steps + 1),
      chains: chains.chains[at] ?? 0,
      solved,
      quality: chains.quality[at] ?? null,
      gained: chains.gained[at] ?? 0,
      gained_step: chains.gainedStep[at] ?? 0,
      copied_solved: chains.copiedSolved[at] ?? 0,
      copied_unsolved: chains.copiedUnsolved[at] ?? 0,
      solved_so_far: chains.solvedSoFar[at] ?? 0,
    })),
    draws: drawn.solved.map((solved, at): Json => ({
      task: taskOf(at, draws),
      draw: at % draws,
      solved,
      same: drawn.same[at] ?? 0,
      picked_solved: drawn.pickedSolved[at] ?? null,
      picked_quality: drawn.pickedQuality[at] ?? null,
    })),
  };
}
