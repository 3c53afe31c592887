/**
 * The views that tell what a curriculum does: how deep, how old, how many and how alike the starts are that it gives,
 * and which of them teach nothing (the diagnostics of arXiv 2509.04575, figures 5 to 7 and tables 2 and 7).
 *
 * @module
 */
import type { View } from "./view.ts";

/** Only the first group of a chain is a start that the curriculum gave; the others follow from it. */
const sampleDepth = `
select run, arm, seed, iteration, (count(*) filter (chain_step = 0))::int as starts,
  avg(depth) filter (chain_step = 0) as depth, avg((depth > 0)::int) filter (chain_step = 0) as replayed,
  avg(depth) as prompt_depth, max(depth) as max_depth
from groups group by all order by run, iteration`;

const origins = `
select groups.run, groups.arm, groups.seed, iteration, count(*)::int as replays, count(born)::int as known,
  avg(born) as born, avg(iteration - born) as staleness, max(iteration - born) as oldest
from groups left join (select run, id, born from starts) as found
  on groups.run = found.run and start = found.id and born < iteration
where chain_step = 0 and groups.depth > 0 group by all order by all`;

const distinctInstances = `
with seen as (
  select run, arm, seed, start, any_value(root) as root, min(iteration) as iteration, any_value(depth) > 0 as grown
  from groups where chain_step = 0 group by run, arm, seed, start
), new_starts as (
  select run, arm, seed, iteration, count(*) as starts, count_if(grown) as grown from seen group by all
), new_roots as (
  select run, iteration, count(*) as roots
  from (select run, root, min(iteration) as iteration from seen group by all) group by all
)
select run, arm, seed, iteration, starts::int as new_starts, (sum(starts) over so_far)::int as starts,
  (sum(grown) over so_far)::int as grown, (sum(coalesce(roots, 0)) over so_far)::int as roots,
  (sum(starts) over so_far) / (sum(coalesce(roots, 0)) over so_far) as per_root
from new_starts left join new_roots using (run, iteration)
window so_far as (partition by run order by iteration) order by run, iteration`;

/** The width and number of bins: no variance or mean deviation of values in [0, 1] exceeds 0.5. */
const [bin, bins] = [0.025, 20];

const bufferHistogram = `
select run, arm, seed, depth, solved, (least(floor(learnability / ${bin}), ${
  bins - 1
}) * ${bin})::double as learnability_from,
  count(*)::int as starts, count_if(learnability = 0)::int as zero, count_if(visits = 0)::int as unvisited
from starts where active group by all order by all`;

const effectiveSizes = `
select run, arm, seed, iteration, space, effective_size, effective_size / nullif(space, 0) as share
from steps where effective_size is not null order by run, iteration`;

const zeroVariance = `
select groups.run, groups.arm, groups.seed, iteration, groups.mode, count(*)::int as groups,
  avg((not trained)::int) as zero_variance, avg((groups.solved = 1)::int) as all_solved,
  avg((groups.solved = 0)::int) as none_solved, avg(found.solved::int) filter (chain_step = 0) as start_solved
from groups left join (select run, id, solved from starts) as found on groups.run = found.run and start = found.id
group by all order by all`;

/** So many roots of a run, and starts of a root, are looked at, and so many characters of a response. */
const [roots, startsPerRoot, characters] = [64, 6, 200];

/** Samples by hash, so that the same starts are looked at each time. */
const textSpread = `
with ranked as (
  select run, arm, seed, root, id, response,
    list_distinct([substr(response, n, 3) for n in range(1, greatest(2, length(response) - 1))]) as trigrams,
    row_number() over (partition by run, root order by md5(id)) as place
  from (select * replace (left(response, ${characters}) as response) from starts where active and response is not null)
), eligible as (
  select run, root, row_number() over (partition by run order by md5(root)) as place
  from ranked where place = 2
), sampled as (
  select ranked.* from ranked join eligible using (run, root)
  where eligible.place <= ${roots} and ranked.place <= ${startsPerRoot}
)
select a.run, a.arm, a.seed, count(distinct a.root)::int as roots, count(*)::int as pairs,
  avg(levenshtein(a.response, b.response) / greatest(strlen(a.response), strlen(b.response), 1)) as spread,
  avg(if(a.response = b.response, 0,
    1 - len(list_intersect(a.trigrams, b.trigrams)) / sqrt(len(a.trigrams) * len(b.trigrams)))) as cosine,
  avg((a.response = b.response)::int) as equal
from sampled as a join sampled as b on a.run = b.run and a.root = b.root and a.place < b.place
group by all order by all`;

/** All of them. */
export const curriculumViews: readonly View[] = [
  {
    name: "sample_depth",
    summary: "Depth of an iteration's starts, and share of those that are partial histories",
    sql: sampleDepth,
  },
  {
    name: "origins",
    summary: "When the partial histories that an iteration replays were found",
    sql: origins,
  },
  {
    name: "distinct_instances",
    summary: "Distinct starts given so far, also relative to the distinct root tasks",
    sql: distinctInstances,
  },
  {
    name: "buffer_histogram",
    summary: "Starts in the task space by learnability, depth and whether their attempt is solved",
    sql: bufferHistogram,
  },
  {
    name: "effective_sizes",
    summary: "Effective sample size of the curriculum's choice, also relative to the task space",
    sql: effectiveSizes,
  },
  {
    name: "zero_variance",
    summary: "Share of an iteration's groups that teach nothing, and of starts already solved, by mode",
    sql: zeroVariance,
  },
  {
    name: "text_spread",
    summary: "Mean distance between the attempts of one root in the task space, by edits and by trigrams",
    sql: textSpread,
  },
];
