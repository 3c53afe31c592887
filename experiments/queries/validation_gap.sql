-- Greedy searches: what was found after k steps, by the score that chose it and by the one that did not. Choosing by
-- validation makes validation look better than it is; the gap says by how much, and whether more steps widen it.
-- deno task sql --file experiments/queries/validation_gap.sql
select arm, step, avg(validation) as validation, avg(quality) as test, avg(validation - quality) as gap,
  avg(failed::int) as nothing_ran, count(distinct run) as runs
from evaluations semi join nodes using (run, iteration)
where iteration = (select max(iteration) from nodes where nodes.run = evaluations.run)
group by all
order by all
