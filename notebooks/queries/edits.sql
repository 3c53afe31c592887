-- How much of an answer does a step rewrite, and for better or worse? Edits as a share of the longer answer's characters.
with last as (
  select run, max(iteration) as iteration from evaluations group by run
), answers as (
  select arm, step, response, solved, lag(response) over chain as earlier, lag(solved) over chain as was
  from evaluations join last using (run, iteration)
  window chain as (partition by run, split, task, sample order by step)
)
select
  arm, step, count(*)::int as answers,
  avg(levenshtein(earlier, response) / greatest(strlen(earlier), strlen(response), 1)) as edited,
  avg((response = earlier)::int) as copied, avg((solved and not was)::int) as mended,
  avg((was and not solved)::int) as spoiled
from answers
where step > 0
group by arm, step
order by arm, step
