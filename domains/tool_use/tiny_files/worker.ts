/**
 * A worker that is right some of the time: what the warm start imitates.
 *
 * @module
 */
import type { Random } from "../../../lib/domain/mod.ts";
import { allCalls, applyCall, type Call } from "./calls.ts";
import { usefulCalls } from "./distance.ts";
import type { Shape } from "./tree.ts";

/** How good the worker is; probabilities in [0, 1]. */
export type WorkerOptions = {
  /** That a first call is useful, else it is any. Default 0.5. */
  readonly useful: number;
  /** That an earlier call that is of no use is replaced by a useful one, else it is kept or replaced by any. Default 0.35. */
  readonly mend: number;
  /** That an earlier call that is useful is replaced by any. Default 0.06. */
  readonly break: number;
};

/** A first call. */
export function firstCall(shape: Shape, tree: string, goal: string, useful: number, random: Random): Call {
  const good = usefulCalls(shape, tree, goal);
  return random.chance(useful) && good.length > 0 ? random.pick(good) : random.pick(allCalls(shape));
}

/** A call in place of an earlier one. */
export function betterCall(
  shape: Shape,
  tree: string,
  goal: string,
  earlier: Call,
  options: WorkerOptions,
  random: Random,
): Call {
  const good = usefulCalls(shape, tree, goal);
  const isGood = good.some((call) => sameCall(call, earlier));
  if (isGood) return random.chance(options.break) ? random.pick(allCalls(shape)) : earlier;
  if (random.chance(options.mend) && good.length > 0) return random.pick(good);
  return random.chance(0.5) ? earlier : random.pick(allCalls(shape));
}

/** A call that is not the earlier one. */
export function otherCall(
  shape: Shape,
  tree: string,
  goal: string,
  earlier: Call,
  useful: number,
  random: Random,
): Call {
  const others = (calls: readonly Call[]): Call[] => calls.filter((call) => !sameCall(call, earlier));
  const good = others(usefulCalls(shape, tree, goal));
  return random.chance(useful) && good.length > 0 ? random.pick(good) : random.pick(others(allCalls(shape)));
}

/** A tree on the way to a goal, after as many calls of the worker. */
export function treeOnTheWay(
  shape: Shape,
  start: string,
  goal: string,
  calls: number,
  useful: number,
  random: Random,
): { readonly tree: string; readonly failed: boolean } {
  let at = { tree: start, failed: false };
  for (let made = 0; made < calls; made++) {
    const { tree, error } = applyCall(shape, at.tree, firstCall(shape, at.tree, goal, useful, random));
    // One more would lead to the goal, or to where there is no way to it: an episode does not go on there.
    if (usefulCalls(shape, tree, goal).length === 0) break;
    at = { tree, failed: error !== null };
  }
  return at;
}

function sameCall(first: Call, second: Call): boolean {
  return JSON.stringify(first) === JSON.stringify(second);
}
