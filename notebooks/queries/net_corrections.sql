-- When in training do steps begin to help? Net corrections by the last step, of a hundred chains.
with by_run as (
  select arm, run, iteration, 100 * sum(net) / sum(chains) as net
  from flips
  where step = (select max(step) from flips)
  group by arm, run, iteration
)
select arm, iteration, count(*)::int as seeds, avg(net) as net
from by_run
group by arm, iteration
order by arm, iteration
