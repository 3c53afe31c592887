-- What is left to learn from? Starts in the task space at the end, by learnability and by whether they are solved.
select
  arm, learnability_from, if(solved, 'solved', 'not solved') as state, sum(starts)::int as starts,
  sum(zero)::int as zero, sum(unvisited)::int as unvisited
from buffer_histogram
group by arm, learnability_from, state
order by arm, learnability_from, state
