-- Which requests teach nothing? Share of groups whose rollouts are all worth the same, by what was asked.
select
  arm, mode, sum(groups)::int as groups, sum(zero_variance * groups) / sum(groups) as zero_variance,
  sum(all_solved * groups) / sum(groups) as all_solved, sum(none_solved * groups) / sum(groups) as none_solved
from zero_variance
group by arm, mode
order by arm, mode
