-- Do steps mend more answers than they spoil? Chains since the first answer, over all seeds of an arm.
with last as (
  select run, max(iteration) as iteration from flips group by run
)
select
  arm, step, sum(chains)::int as chains, sum(gained)::int as mended, sum(lost)::int as spoiled,
  sum(net)::int as net
from flips join last using (run, iteration)
group by arm, step
order by arm, step
