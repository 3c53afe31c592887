-- What did training see last? The group of each arm that teaches most, its rollouts from the best to the worst.
with last as (
  select arm, iteration, group_index, run, prompt, mode, learnability
  from groups join (select run, max(iteration) as iteration from groups where trained group by run) using (run, iteration)
  where trained
), chosen as (
  select * from last
  qualify row_number() over (partition by arm order by learnability desc, run, group_index) = 1
)
select
  chosen.arm, chosen.mode, coalesce(rollouts.prompt, chosen.prompt) as prompt, response, rollouts.quality,
  rollouts.reward, advantage
from chosen join rollouts using (run, iteration, group_index)
order by chosen.arm, rollouts.reward desc, rollout
