-- Which arm is ahead at equal generated tokens? The last evaluation within each quarter of what all runs spent.
with spent as (
  select run, iteration, coalesce(steps.tokens, 0) as tokens
  from (select distinct run, iteration from evaluations) left join steps using (run, iteration)
), common as (
  select min(tokens) as tokens from (select run, max(tokens) as tokens from spent group by run)
), budgets as (
  -- A last step is never cut short, so that a run may be a little over what it was given.
  select quarter, quarter / 4 * tokens as budget, quarter / 4 * tokens * 1.02 as allowed
  from common, (select unnest([1, 2, 3, 4]) as quarter)
), reached as (
  select run, budget, max(iteration) as iteration, max(tokens) as tokens
  from spent join budgets on tokens <= allowed
  group by run, budget
), ends as (
  select run, arm, iteration, arg_min(solved, step) as first, arg_max(solved, step) as last
  from macro_curves
  group by run, arm, iteration
)
select
  arm, round(budget)::int as budget, count(*)::int as seeds, avg(tokens) as tokens, avg(first) as first,
  avg(last) as last, avg(last - first) as gain
from reached join ends using (run, iteration)
group by arm, budget
order by arm, budget
