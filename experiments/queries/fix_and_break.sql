-- How likely a step mends a wrong answer and how likely it spoils a right one, at each k of the last evaluation of each
-- run and benchmark. If both stayed as they are, the solved share would settle at mends / (mends + spoils).
-- deno task sql --file experiments/queries/fix_and_break.sql
with last as (
  select run, max(iteration) as iteration from evaluations group by run
), steps as (
  select arm, split, step, changed, solved,
    lag(solved) over (partition by run, split, task, sample order by step) as before
  from evaluations join last using (run, iteration)
)
select arm, split, step,
  avg(solved::int) filter (not before) as mends,
  avg((not solved)::int) filter (before) as spoils,
  mends / (mends + spoils) as settles_at,
  avg(changed::int) filter (not before) as changes_wrong
from steps
where step in (1, 2, 4, 8, 16)
group by all
order by all
