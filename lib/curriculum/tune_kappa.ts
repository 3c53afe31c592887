import type { Softmax } from "./softmax.ts";
import type { TaskSpace } from "./task_space.ts";

/** κ is looked for between 0 and this. */
const largestKappa = 64;

/** Halvings of the interval: κ is found to 64 / 2²⁰. */
const halvings = 20;

/**
 * Sets κ so that a draw from the space by score has an effective sample size of this share of the space. The effective
 * size falls as κ grows, so that halving an interval finds it; where it stays above the share (too many starts have the
 * largest score), κ ends near 64.
 *
 * @param softmax What the space draws by.
 * @param share In (0, 1].
 */
export function tuneKappa(softmax: Softmax, space: TaskSpace, share: number): void {
  let [low, high] = [0, largestKappa];
  for (let halving = 0; halving < halvings; halving++) {
    softmax.kappa = (low + high) / 2;
    if (space.effectiveSizeByScore() >= share * space.size) low = softmax.kappa;
    else high = softmax.kappa;
  }
  softmax.kappa = low;
}
