-- How often a self-improvement step returns its input unchanged, and what happens when it does not.
-- deno task sql --file experiments/queries/copies.sql
select
  arm,
  iteration,
  step,
  1 - avg(changed::int) as copied,
  avg(solved::int) filter (changed) as solved_if_changed,
  avg(solved::int) filter (not changed) as solved_if_copied
from evaluations
where step > 0
group by all
order by all;
