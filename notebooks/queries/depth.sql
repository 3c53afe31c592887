-- Where does training begin: at root tasks, or deep in earlier attempts? The curriculum's starts, by iteration.
select arm, iteration, avg(depth) as depth, avg(replayed) as replayed
from sample_depth
group by arm, iteration
order by arm, iteration
