import type { TaskSpace } from "./task_space.ts";

/** κ is looked for between 0 and this. */
const largestKappa = 64;

/** Halvings of the interval: κ is found to 64 / 2²⁰. */
const halvings = 20;

/**
 * The κ at which a draw from the space has an effective sample size of this share of the space. The effective size
 * falls as κ grows, so that halving an interval finds it; where it stays above the share (too many starts have the
 * largest score), κ ends near 64.
 *
 * @param share In (0, 1].
 */
export function tunedKappa(space: TaskSpace, share: number): number {
  let [low, high] = [0, largestKappa];
  for (let halving = 0; halving < halvings; halving++) {
    const middle = (low + high) / 2;
    if (space.effectiveSize(middle) >= share * space.size) low = middle;
    else high = middle;
  }
  return low;
}
