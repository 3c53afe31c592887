-- What did the model write at each step for one task? The task on which the arms gain least alike, with one seed.
with last as (
  select run, max(iteration) as iteration from evaluations group by run
), answers as (
  select arm, task, step, response, quality, solved, changed
  from evaluations join last using (run, iteration)
  where sample = 0 and seed = (select min(seed) from runs)
), gains as (
  select arm, task, arg_max(solved::int, step) - arg_min(solved::int, step) as gain from answers group by arm, task
), chosen as (
  select task from gains group by task order by max(gain) - min(gain) desc, task limit 1
)
select task, arm, step, response, quality, solved, changed
from answers join chosen using (task)
order by step, arm
