import { ExponentialDraw } from "./exponential_draw.ts";
import { Softmax } from "./softmax.ts";
import { TaskSpace } from "./task_space.ts";

/** How a space that `scoredSpace` makes holds and draws its starts. */
export interface ScoredSpaceOptions {
  /** The most starts it holds. */
  readonly capacity: number;
  /** κ: a start is drawn with probability ∝ exp(κ · score / largest score), from 0 for a uniform draw. Default 3.75. */
  readonly kappa?: number;
}

/**
 * An empty task space that draws by score, as that of `exit()` does: what most curricula of one's own need.
 *
 * @throws {RangeError} If the capacity is not a whole number of at least 1, or κ is not in [0, 100].
 *
 * @example
 * ```ts
 * import { Random, scoredSpace } from "exitlab";
 * import { rootStart } from "exitlab/lib/curriculum/start.ts";
 * import assert from "node:assert/strict";
 *
 * const space = scoredSpace({ capacity: 2 });
 * for (const [task, score] of [0.1, 0.2, 0.25].entries()) space.offer(rootStart(task, `task ${task}`, null), score);
 * assert.equal(space.size, 2);
 * assert.notEqual(space.draw(new Random(1), 1)[0]?.task, 0);
 * ```
 */
export function scoredSpace({ capacity, kappa = 3.75 }: ScoredSpaceOptions): TaskSpace {
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new RangeError(`Expected the capacity to be a whole number of at least 1 but found ${capacity}`);
  }
  if (!(kappa >= 0 && kappa <= 100)) {
    throw new RangeError(`Expected kappa to be a number in [0, 100] but found ${kappa}`);
  }
  return new TaskSpace({ capacity, byScore: new ExponentialDraw(new Softmax(kappa)) });
}
