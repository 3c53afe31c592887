-- How does the task space grow? Starts found so far, and how deep they are; means over the seeds of an arm.
select arm, iteration, count(*)::int as seeds, avg(starts) as starts, avg(mean_depth) as depth, max(max_depth) as deepest
from space_growth
group by arm, iteration
order by arm, iteration
