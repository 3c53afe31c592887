-- What grew out of one root? The tree of the root with most generations, each start after the one that it goes on from.
with recursive chosen as (
  select run, root from starts group by run, root
  order by count(distinct depth) desc, count(*) desc, run, root limit 1
), family as (
  select starts.* from starts join chosen using (run, root)
), edges as (
  -- A start that is found again counts as the later one, so that what it came from may stand no earlier than it.
  select family.*, coalesce(before.id, family.root) as comes_from
  from family left join family as before
    on family.parent = before.id and row(before.turn, before.depth) < row(family.turn, family.depth)
), tree as (
  select root as id, [root] as path from chosen
  union all
  select edges.id, path || [edges.id] from edges join tree on comes_from = tree.id
)
select
  tree.id, comes_from, coalesce(depth, 0) as depth, coalesce(mode, 'root') as mode, born, visits, learnability, quality,
  coalesce(solved, false) as solved, active, response
from tree left join edges on edges.id = tree.id
order by path
