-- What does each self-improvement step add, arm by arm, at the end of training?
-- The error is over seeds, or over tasks where there is one seed; low and high are one error away.
with last as (
  select run, max(iteration) as iteration from macro_curves group by run
)
select
  arm, step, count(*)::int as seeds, avg(solved) as solved,
  if(count(*) > 1, stddev_samp(solved) / sqrt(count(*)), any_value(solved_se)) as error,
  avg(solved) - error as low, avg(solved) + error as high
from macro_curves join last using (run, iteration)
group by arm, step
order by arm, step
