-- By how much do the arms differ from grpo after the last step, task by task?
-- The error is over tasks. deno task compare resamples seeds too, and adjusts for the number of arms.
with last as (
  select arm, seed, split, task, solved from final_scores
  where newest and step = (select max(step) from final_scores)
), paired as (
  select mine.arm, task, avg(mine.solved - grpo.solved) as difference
  from last as mine join last as grpo using (seed, split, task)
  where grpo.arm = 'grpo' and mine.arm <> 'grpo'
  group by mine.arm, split, task
)
select
  arm, count(*)::int as tasks, avg(difference) as difference,
  stddev_samp(difference) / sqrt(count(*)) as error,
  avg(difference) - 1.96 * error as low, avg(difference) + 1.96 * error as high
from paired
group by arm
order by arm
