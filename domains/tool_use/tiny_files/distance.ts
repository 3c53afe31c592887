import { allCalls, applyCall, type Call } from "./calls.ts";
import { cellOf, hasFolder, present, type Shape } from "./tree.ts";

/**
 * How many calls lead from a tree to a goal at least; `Infinity` if none do. Files do not affect one another, and each call
 * makes one file or takes one away or, as a move, does both: a file with `a` places to fill and `r` to empty takes the larger of
 * the two. No call takes a folder away.
 */
export function distance(shape: Shape, tree: string, goal: string): number {
  let calls = 0;
  for (let folder = 0; folder < shape.folders; folder++) {
    const [is, will] = [hasFolder(shape, tree, folder), hasFolder(shape, goal, folder)];
    if (is && !will) return Infinity;
    calls += Number(will && !is);
  }
  for (let file = 0; file < shape.files; file++) {
    let [there, fill, empty] = [0, 0, 0];
    for (let folder = 0; folder < shape.folders; folder++) {
      const cell = cellOf(shape, folder, file);
      const [is, will] = [tree[cell] === present, goal[cell] === present];
      there += Number(is);
      fill += Number(will && !is);
      empty += Number(is && !will);
    }
    if (fill > 0 && there === 0) return Infinity;
    calls += Math.max(fill, empty);
  }
  return calls;
}

/** The calls that bring a tree one nearer to its goal, in a fixed order; none at the goal, or where there is no way. */
export function usefulCalls(shape: Shape, tree: string, goal: string): Call[] {
  const left = distance(shape, tree, goal);
  if (left === 0 || left === Infinity) return [];
  return allCalls(shape).filter((call) => {
    const { tree: after, error } = applyCall(shape, tree, call);
    return error === null && distance(shape, after, goal) === left - 1;
  });
}
