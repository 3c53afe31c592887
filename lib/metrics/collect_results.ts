/**
 * The SQL that boils runs down to their results.
 *
 * @module
 */
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Reader } from "./reader.ts";
import { parseRunResults, type RunResults } from "./run_results.ts";

/** Where results come from: three queries. */
export interface ResultsSource {
  /** One row a run: what it is and how it trained. `$runs` may be a JSON list of the names that are asked for. */
  readonly heads: string;
  /**
   * One row a run, held-out task and self-improvement step, with the benchmark of the task as `split`. Here and in `draws`
   * there is a table `chosen` of the runs that count.
   */
  readonly links: string;
  /** One row a run, held-out task and draw. */
  readonly draws: string;
}

/** What a source is asked through. */
export type ResultsReader = Pick<Reader, "query" | "columns">;

/** Results, and what could not be had. */
export interface CollectedResults {
  /** One a run, by name. */
  readonly results: readonly RunResults[];
  /** One sentence for each run that is left out. */
  readonly notes: readonly string[];
}

/** The best draw so far: one that ran before one that failed, then by validation, and of equals the first. */
const pickedDraw =
  "arg_max({solved: solved, quality: quality}, {ran: not failed, validation: validation, first: -draw}) over so_far";

/** A reader's tables as a source. Only held-out tasks count, of whatever benchmark, and only a run's last evaluation. */
const fromRuns: ResultsSource = {
  heads: `
    select runs.run, experiment, arm, substr(md5(settings), 1, 6) as variant, seed, status, started, plan_hash, job_hash,
      exitlab_version, engine, settings, iteration, iterations, tokens, rollouts, start_depth, prompt_depth, deepest,
      replayed, starts, roots, staleness, effective_share, coalesce(modes, []) as modes, benchmark_tokens
    from runs left join (
      select run, any_value(iteration) as iteration,
        list({benchmark: split, chains: chains, draws: coalesce(draws, 0)} order by split) as benchmark_tokens
      from (
        select run, iteration, split, sum(tokens) as chains
        from evaluations join (select run, max(iteration) as iteration from evaluations where split <> 'train' group by run)
          using (run, iteration) group by all
      ) left join (
        select run, split, sum(tokens) as draws from resamples group by all
      ) using (run, split) group by run
    ) using (run) left join (
      select run, max(iteration) as iterations, max(tokens) as tokens, max(rollouts) as rollouts,
        avg(effective_size / nullif(space, 0)) as effective_share
      from steps group by run
    ) using (run) left join (
      select run, avg(depth) filter (chain_step = 0) as start_depth, avg(depth) as prompt_depth, max(depth) as deepest,
        avg((depth > 0)::int) filter (chain_step = 0) as replayed,
        count(distinct start) filter (chain_step = 0) as starts, count(distinct root) as roots
      from groups group by run
    ) using (run) left join (
      select groups.run, avg(iteration - born) as staleness
      from groups join starts on groups.run = starts.run and start = starts.id
      where chain_step = 0 and groups.depth > 0 and born < iteration group by groups.run
    ) using (run) left join (
      select run, list({mode: mode, groups: groups, zero_variance: zero_variance} order by mode) as modes
      from (
        select run, mode, count(*) as groups, avg((not trained)::int) as zero_variance from groups group by all
      ) group by run
    ) using (run)
    where $runs is null or list_contains(from_json($runs, '["varchar"]'), run)`,
  links: `
    with last as (
      select run, max(iteration) as iteration from evaluations semi join chosen using (run)
      where split <> 'train' group by run
    ), links as (
      select run, split, task, step, quality, solved, changed, first_value(solved) over chain as at_first,
        lag(solved) over chain as before, bool_or(solved) over chain as so_far
      from evaluations join last using (run, iteration) where split <> 'train'
      window chain as (partition by run, task, sample order by step)
    )
    select run, any_value(split) as split, task, step, count(*) as chains, count_if(solved) as solved,
      avg(quality)::float as quality, count_if(not at_first and solved) as gained,
      count_if(step > 0 and not before and solved) as gained_step,
      count_if(step > 0 and not changed and before) as copied_solved,
      count_if(step > 0 and not changed and not before) as copied_unsolved, count_if(so_far) as solved_so_far
    from links group by run, task, step`,
  draws: `
    select run, task, draw, solved, same, if(validation is null, null, picked.solved) as picked_solved,
      if(validation is null, null, picked.quality)::float as picked_quality
    from (
      select run, task, draw, solved, validation,
        min(draw) over (partition by run, task, coalesce(response, '#' || draw)) as same, ${pickedDraw} as picked
      from resamples semi join chosen using (run) where split <> 'train'
      window so_far as (partition by run, task order by draw)
    )`,
};

/**
 * The results of runs, finished or not.
 *
 * @param runs Only these, by name; all when left out.
 */
export async function collectResults(
  reader: ResultsReader,
  runs?: readonly string[],
): Promise<CollectedResults> {
  return await readSource(fromRuns, reader, runs);
}

/**
 * Reads a source: one small row a run, and then all links and all draws as columns, which is many times faster than lists
 * or rows.
 *
 * @param runs Only these, by name; all when left out.
 */
export async function readSource(
  { heads, links, draws }: ResultsSource,
  reader: ResultsReader,
  runs?: readonly string[],
): Promise<CollectedResults> {
  const params = { runs: runs === undefined ? null : JSON.stringify(runs) };
  const found = await reader.query(headsSql(heads), params);
  // Their places in this order stand for their names from here on.
  const chosen = { runs: JSON.stringify(found.rows.map(([run]) => String(run))) };
  const answers = chainsOf(await reader.columns(linksSql(links), chosen), found.rows.length);
  const drawn = drawsOf(await reader.columns(drawsSql(draws), chosen), found.rows.length);
  const results: RunResults[] = [];
  const notes: string[] = [];
  for (const [at, [run, text]] of found.rows.entries()) {
    const answered = answers[at] ?? {};
    if (answered["steps"] === -1) {
      notes.push(`Run "${String(run)}" is left out: it has no evaluation on held-out tasks`);
      continue;
    }
    const head: Json = JSON.parse(String(text));
    try {
      results.push(parseRunResults({ ...isJsonObject(head) ? head : {}, ...answered, ...drawn[at] }));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      notes.push(`Run "${String(run)}" is left out: its results are not whole (${error.message})`);
    }
  }
  return { results, notes };
}

function headsSql(heads: string): string {
  return `
with heads as (${heads})
select run, to_json({
  run: run, experiment: experiment, arm: arm, variant: variant, seed: seed, status: status, started: started::varchar,
  planHash: plan_hash, jobHash: job_hash, exitlabVersion: exitlab_version, engine: engine, settings: settings::json,
  training: {
    iterations: iterations, tokens: tokens, rollouts: rollouts, startDepth: start_depth, promptDepth: prompt_depth,
    deepest: deepest, replayed: replayed, starts: starts, roots: roots, staleness: staleness,
    effectiveShare: effective_share, modes: list_transform(modes, lambda each: {
      mode: each.mode, groups: each.groups, zeroVariance: each.zero_variance
    })
  },
  iteration: iteration, tokens: coalesce(benchmark_tokens, [])
})::varchar
from heads order by run`;
}

/** The runs that count, with their places. */
const chosen = `chosen as (
  select unnest(names) as run, generate_subscripts(names, 1) - 1 as place
  from (select from_json($runs, '["varchar"]') as names)
)`;

/** Names that repeat are given once, as text is slow to read. */
function linksSql(links: string): string {
  return `
with ${chosen}, links as (${links})
select place::int, step::int, if(step = 0, task, null), if(step = 0, split, null), chains::int, solved::int, quality::float,
  gained::int, gained_step::int, copied_solved::int, copied_unsolved::int, solved_so_far::int
from links join chosen using (run) order by place, task, step`;
}

function drawsSql(draws: string): string {
  return `
with ${chosen}, draws as (${draws})
select place::int, draw::int, solved, same::int, picked_solved, picked_quality::float
from draws join chosen using (run) order by place, task, draw`;
}

/** What links say of each run, by its place. */
function chainsOf(columns: readonly (readonly Json[])[], runs: number): JsonObject[] {
  return partsOf(columns, runs).map(([step = [], task = [], split = [], ...counts]) => {
    const [chains = [], solved = [], quality = [], ...changes] = counts;
    const [gained = [], gainedStep = [], copiedSolved = [], copiedUnsolved = [], solvedSoFar = []] = changes;
    return {
      tasks: task.filter((name) => name !== null),
      benchmarks: split.filter((name) => name !== null),
      steps: greatest(step),
      chains: {
        ...{ chains, solved, quality, gained, gainedStep, copiedSolved, copiedUnsolved, solvedSoFar },
      },
    };
  });
}

/** What draws say of each run, by its place. */
function drawsOf(columns: readonly (readonly Json[])[], runs: number): JsonObject[] {
  return partsOf(columns, runs).map(([draw = [], ...drawn]) => {
    const [solved = [], same = [], pickedSolved = [], pickedQuality = []] = drawn;
    return { draws: greatest(draw) + 1, drawn: { solved, same, pickedSolved, pickedQuality } };
  });
}

/** Cuts columns into runs by the first column, which has their places in order; that column is left out. */
function partsOf(columns: readonly (readonly Json[])[], runs: number): Json[][][] {
  const [places = [], ...others] = columns;
  let from = 0;
  return Array.from({ length: runs }, (_, run) => {
    let to = from;
    while (places[to] === run) to++;
    const part = others.map((column) => column.slice(from, to));
    from = to;
    return part;
  });
}

/** The greatest of whole numbers from 0; -1 if there are none. */
function greatest(values: readonly Json[]): number {
  return values.reduce<number>((most, value) => Math.max(most, Number(value)), -1);
}
