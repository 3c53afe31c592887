/**
 * The SQL that boils runs down to their results.
 *
 * @module
 */
import type { Json } from "../json.ts";
import type { QueryResult } from "./query.ts";
import type { Reader } from "./reader.ts";
import { parseRunResults, type RunResults } from "./run_results.ts";

/** Where results come from: three queries. */
export interface ResultsSource {
  /** One row a run: what it is and how it trained. */
  readonly heads: string;
  /** One row a run, held-out task and self-improvement step, with the benchmark of the task as `split`. */
  readonly links: string;
  /** One row a run, held-out task and draw. */
  readonly draws: string;
}

/** Results, and what could not be had. */
export interface CollectedResults {
  /** One a run, by name. */
  readonly results: readonly RunResults[];
  /** One sentence for each run that is left out. */
  readonly notes: readonly string[];
}

/** What a draw is picked by: whether it ran, its validation, and of equals the first. */
const byValidation = "{ran: not failed, validation: validation, first: -draw}";

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
      select run, max(iteration) as iteration from evaluations where split <> 'train' group by run
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
    select run, task, draw, solved, first_value(draw) over (
      partition by run, task, coalesce(response, '#' || draw) order by draw
    ) as same, if(validation is null, null, arg_max(solved, ${byValidation}) over so_far) as picked_solved,
      if(validation is null, null, arg_max(quality, ${byValidation}) over so_far)::float as picked_quality
    from resamples where split <> 'train' window so_far as (partition by run, task order by draw)`,
};

/**
 * The results of runs, finished or not.
 *
 * @param runs Only these, by name; all when left out.
 */
export async function collectResults(reader: Reader, runs?: readonly string[]): Promise<CollectedResults> {
  const names = runs === undefined ? null : JSON.stringify(runs);
  return await readSource(fromRuns, (sql) => reader.query(sql, { runs: names }));
}

/** Reads a source through a function that queries it. */
export async function readSource(
  source: ResultsSource,
  query: (sql: string) => Promise<QueryResult>,
): Promise<CollectedResults> {
  const results: RunResults[] = [];
  const notes: string[] = [];
  for (const [run, evaluated, text] of (await query(resultsSql(source))).rows) {
    if (evaluated !== true) {
      notes.push(`Run "${String(run)}" is left out: it has no evaluation on held-out tasks`);
      continue;
    }
    const value: Json = JSON.parse(String(text));
    try {
      results.push(parseRunResults(value));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      notes.push(`Run "${String(run)}" is left out: its results are not whole (${error.message})`);
    }
  }
  return { results, notes };
}

/** Lists in one fixed order, and each run as one JSON text: that is many times faster than single values. */
function resultsSql({ heads, links, draws }: ResultsSource): string {
  return `
with heads as (${heads}), links as (${links}), draws as (${draws}), chain_lists as (
  select run, max(step) as steps, list(task order by task) filter (step = 0) as tasks,
    list(split order by task) filter (step = 0) as benchmarks, {
    chains: list(chains order by task, step), solved: list(solved order by task, step),
    quality: list(quality order by task, step), gained: list(gained order by task, step),
    gainedStep: list(gained_step order by task, step), copiedSolved: list(copied_solved order by task, step),
    copiedUnsolved: list(copied_unsolved order by task, step), solvedSoFar: list(solved_so_far order by task, step)
  } as chains
  from links group by run
), draw_lists as (
  select run, (count(*) // count(distinct task)) as draws, {
    solved: list(solved order by task, draw), same: list(same order by task, draw),
    pickedSolved: list(picked_solved order by task, draw), pickedQuality: list(picked_quality order by task, draw)
  } as drawn
  from draws group by run
)
select run, tasks is not null, to_json({
  run: run, experiment: experiment, arm: arm, variant: variant, seed: seed, status: status, started: started::varchar,
  planHash: plan_hash, jobHash: job_hash, exitlabVersion: exitlab_version, engine: engine, settings: settings::json,
  training: {
    iterations: iterations, tokens: tokens, rollouts: rollouts, startDepth: start_depth, promptDepth: prompt_depth,
    deepest: deepest, replayed: replayed, starts: starts, roots: roots, staleness: staleness,
    effectiveShare: effective_share, modes: list_transform(modes, lambda each: {
      mode: each.mode, groups: each.groups, zeroVariance: each.zero_variance
    })
  },
  iteration: iteration, tasks: tasks, benchmarks: benchmarks, steps: steps, chains: chains, draws: coalesce(draws, 0),
  drawn: coalesce(drawn, {solved: [], same: [], pickedSolved: [], pickedQuality: []}), tokens: coalesce(benchmark_tokens, [])
})::varchar
from heads left join chain_lists using (run) left join draw_lists using (run) order by run`;
}
