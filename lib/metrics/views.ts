/**
 * The views over all runs, besides one a table. Statistics: `*_se` is the standard error of the mean,
 * s / √n with the sample deviation s; the chains of a task are averaged first, so that n counts tasks and chains of
 * the same task are not taken for independent. Views with a column `split` have a row a benchmark; those called `macro_…`
 * have the means over benchmarks, however many tasks each has, with √(Σ s²) / S over the errors s of S benchmarks.
 *
 * @module
 */

import { curriculumViews } from "./curriculum_views.ts";
import type { View } from "./view.ts";

const curves = `
with by_task as (
  select run, arm, seed, iteration, split, step, task, avg(quality) as quality, avg(solved::int) as solved
  from evaluations group by all
)
select run, arm, seed, iteration, split, step, count(*)::int as tasks, avg(quality) as quality, avg(solved) as solved,
  stddev_samp(quality) / sqrt(count(*)) as quality_se, stddev_samp(solved) / sqrt(count(*)) as solved_se
from by_task group by all order by run, iteration, split, step`;

/** The mean over benchmarks of a figure and its error; `null` where a benchmark has none. */
function meanOverBenchmarks(figure: string): string {
  return `if(count(${figure}) = count(*), avg(${figure}), null) as ${figure},
    if(count(${figure}_se) = count(*), sqrt(sum(${figure}_se ** 2)) / count(*), null) as ${figure}_se`;
}

/** The mean over benchmarks of their means over tasks; with one benchmark, that one's. */
const macroCurves = `
select run, arm, seed, iteration, step, count(*)::int as benchmarks, sum(tasks)::int as tasks,
  ${meanOverBenchmarks("quality")}, ${meanOverBenchmarks("solved")}
from curves group by run, arm, seed, iteration, step order by run, iteration, step`;

const flips = `
with chains as (
  select run, arm, seed, iteration, split, step, solved,
    first_value(solved) over chain as at_first, lag(solved) over chain as before
  from evaluations
  window chain as (partition by run, iteration, split, task, sample order by step)
)
select run, arm, seed, iteration, split, step, count(*)::int as chains,
  count_if(not at_first and solved)::int as gained, count_if(at_first and not solved)::int as lost,
  gained - lost as net,
  count_if(not before and solved)::int as gained_step, count_if(before and not solved)::int as lost_step,
  gained_step - lost_step as net_step
from chains where step > 0 group by all order by run, iteration, split, step`;

const spaceGrowth = `
with found as (
  select run, arm, seed, born as iteration, count(*)::int as new_starts, max(depth) as deepest, sum(depth) as depths
  from starts group by all
)
select run, arm, seed, iteration, new_starts, (sum(new_starts) over so_far)::int as starts,
  max(deepest) over so_far as max_depth, (sum(depths) over so_far) / (sum(new_starts) over so_far) as mean_depth
from found window so_far as (partition by run order by iteration) order by run, iteration`;

const copies = `
with chains as (
  select run, arm, seed, iteration, split, step, changed,
    lag(solved) over (partition by run, iteration, split, task, sample order by step) as before
  from evaluations
)
select run, arm, seed, iteration, split, step, count(*)::int as chains, avg((not changed)::int) as copied,
  avg((not changed)::int) filter (before) as copied_solved,
  avg((not changed)::int) filter (not before) as copied_unsolved
from chains where step > 0 group by all order by run, iteration, split, step`;

/**
 * The vote after k draws goes to the response with the most votes, of several the one seen first. A response's votes
 * only grow, so that the greatest running count up to draw k is the winner's.
 */
const resampling = `
with drawn as (
  select run, arm, seed, iteration, split, task, solved, tokens,
    row_number() over each_task as k, count(*) over whole_task as n, count_if(solved) over whole_task as c,
    count(*) over same_answer as votes, first_value(draw) over same_answer as first,
    first_value(solved) over same_answer as answer_solved
  from resamples
  window each_task as (partition by run, iteration, split, task order by draw),
    whole_task as (partition by run, iteration, split, task),
    same_answer as (partition by run, iteration, split, task, coalesce(response, '#' || draw) order by draw)
), voted as (
  select *, arg_max(answer_solved, votes * 1000000 - first) over so_far as majority, sum(tokens) over so_far as spent,
    if(n - c < k, 1, 1 - exp(lgamma(n - c + 1) + lgamma(n - k + 1) - lgamma(n - c - k + 1) - lgamma(n + 1))) as pass
  from drawn window so_far as (partition by run, iteration, split, task order by k)
)
select run, arm, seed, iteration, split, k::int as draws, count(*)::int as tasks,
  avg(majority::int) as majority, stddev_samp(majority::int) / sqrt(count(*)) as majority_se,
  avg(pass) as best_oracle, stddev_samp(pass) / sqrt(count(*)) as best_oracle_se, avg(spent) as tokens
from voted group by all order by run, iteration, split, draws`;

/** The best of the first k draws by validation, of several the first: what a search of drafts alone would have found. */
const bestDraws = `
with picked as (
  select run, arm, seed, iteration, split, task, row_number() over so_far as k,
    arg_max(quality, {ran: not failed, validation: validation, first: -draw}) over so_far as quality,
    arg_max(solved, {ran: not failed, validation: validation, first: -draw}) over so_far as solved
  from resamples where validation is not null
  window so_far as (partition by run, iteration, split, task order by draw)
)
select run, arm, seed, iteration, split, k::int as draws, count(*)::int as tasks, avg(quality) as quality,
  stddev_samp(quality) / sqrt(count(*)) as quality_se, avg(solved::int) as solved,
  stddev_samp(solved::int) / sqrt(count(*)) as solved_se
from picked group by all order by run, iteration, split, draws`;

/** A node beside the one that it works on; a draft has none. */
const searchModes = `
select nodes.run, nodes.arm, nodes.seed, nodes.iteration, nodes.split, nodes.mode, count(*)::int as nodes,
  avg(nodes.failed::int) as failed, avg(nodes.best::int) as best,
  avg(nodes.validation) filter (not nodes.failed) as validation,
  avg(nodes.validation - parents.validation) as gain, avg(nodes.tokens) as tokens
from nodes left join nodes as parents on nodes.run = parents.run and nodes.iteration = parents.iteration
  and nodes.split = parents.split and nodes.task = parents.task and nodes.sample = parents.sample
  and nodes.parent = parents.node
group by all order by all`;

const finalScores = `
with newest as (
  select run, experiment, substr(md5(settings), 1, 6) as variant,
    row_number() over (partition by experiment, arm, seed, settings order by started desc, run) = 1 as newest
  from runs
), last as (
  select run, split, max(iteration) as iteration from evaluations group by all
)
select experiment, arm, variant, run, seed, newest, iteration, split, step, task,
  avg(quality) as quality, avg(solved::int) as solved
from evaluations join last using (run, split, iteration) join newest using (run) group by all`;

/** The figures of an arm that get a mean and a standard error. */
const figures = ["k0", "k1", "k4", "k16", "delta"];

/** Each benchmark of each seed's run, as CTEs. */
const benchmarkFigures = `
with by_task as (
  select experiment, arm, variant, split, seed, task, max(iteration) as iteration, max(step) as steps,
    ${[0, 1, 4, 16].map((k) => `max(solved) filter (step = ${k}) as k${k}`).join(", ")},
    arg_max(solved, step) - k0 as delta
  from final_scores where newest group by all
), by_benchmark as (
  select experiment, arm, variant, split, seed, max(iteration) as iteration, max(steps) as steps, count(*) as tasks,
    ${
  figures.map((name) => `avg(${name}) as ${name}, stddev_samp(${name}) / sqrt(count(${name})) as ${name}_se`)
}
  from by_task group by all
)`;

/** The means over seeds, with errors over them where there are two or more. */
const overSeeds =
  `count(*)::int as seeds, max(tasks)::int as tasks, max(iteration) as iteration, max(steps) as steps,
  ${
    figures.map((name) =>
      `avg(of_seed.${name}) as ${name}, if(count(*) > 1, stddev_samp(of_seed.${name}) / sqrt(count(*)), ` +
      `any_value(of_seed.${name}_se)) as ${name}_se`
    )
  }`;

const arms = `${benchmarkFigures}
select experiment, arm, variant, split, ${overSeeds}
from by_benchmark as of_seed group by all order by experiment, split, arm, variant`;

const macroArms = `${benchmarkFigures}, by_seed as (
  select experiment, arm, variant, seed, max(iteration) as iteration, max(steps) as steps,
    count(*)::int as benchmarks, sum(tasks) as tasks, ${figures.map(meanOverBenchmarks)}
  from by_benchmark group by experiment, arm, variant, seed
)
select experiment, arm, variant, max(benchmarks) as benchmarks, ${overSeeds}
from by_seed as of_seed group by experiment, arm, variant order by experiment, arm, variant`;

/** All views, each after those it reads. */
export const views: readonly View[] = [
  {
    name: "curves",
    summary: "Quality and solved share after k self-improvement steps, one benchmark of a run's evaluation",
    sql: curves,
  },
  {
    name: "macro_curves",
    summary: "The same as means over benchmarks, however many tasks each has",
    sql: macroCurves,
  },
  {
    name: "flips",
    summary: "Chains that turned right or wrong, since step 0 and since the step before",
    sql: flips,
  },
  {
    name: "space_growth",
    summary: "New starts by the iteration that found them, and the space so far",
    sql: spaceGrowth,
  },
  {
    name: "copies",
    summary: "Share of chains whose answer stays as it was, also by whether that was solved",
    sql: copies,
  },
  {
    name: "resampling",
    summary:
      "Independent first attempts instead of a chain: majority vote, and the best of them (an oracle's)",
    sql: resampling,
  },
  {
    name: "best_draws",
    summary: "The best of as many independent first attempts by validation, with its test score; no oracle's",
    sql: bestDraws,
  },
  {
    name: "search_modes",
    summary:
      "What drafts, improvements and mendings of searches came to: failed, new best, gain over the parent",
    sql: searchModes,
  },
  {
    name: "final_scores",
    summary: "Each task's mean over chains at a run's last evaluation",
    sql: finalScores,
  },
  {
    name: "arms",
    summary: "Solved share of each arm at the last evaluation of one benchmark, with standard errors",
    sql: arms,
  },
  {
    name: "macro_arms",
    summary: "The same as means over benchmarks, however many tasks each has",
    sql: macroArms,
  },
  ...curriculumViews,
];
