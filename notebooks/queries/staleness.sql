-- How old is what is replayed? Iterations since the partial histories were found, in tenths of the training.
with ages as (
  select arm, run, iteration, staleness, oldest, max(iteration) over (partition by run) as last from origins
)
select
  arm, ceil(10 * iteration / last)::int as tenth, avg(staleness) as staleness, max(oldest)::int as oldest
from ages
group by arm, tenth
order by arm, tenth
