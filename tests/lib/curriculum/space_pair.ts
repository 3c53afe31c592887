/**
 * Task spaces beside the same written down plainly.
 *
 * @module
 */
import { ExponentialDraw } from "../../../lib/curriculum/exponential_draw.ts";
import { power } from "../../../lib/curriculum/power.ts";
import { RankDraw } from "../../../lib/curriculum/rank_draw.ts";
import type { ScoreDraw } from "../../../lib/curriculum/score_draw.ts";
import { Softmax } from "../../../lib/curriculum/softmax.ts";
import { rootStart, type Start } from "../../../lib/curriculum/start.ts";
import { type Eviction, TaskSpace } from "../../../lib/curriculum/task_space.ts";
import { naivePower, naiveRank, naiveSoftmax, NaiveSpace, type NaiveWeights } from "./naive_space.ts";

export const starts = Array.from({ length: 160 }, (_, index) => rootStart(index, `task ${index}`, null));
export const startAt = (index: number): Start => starts[index] ?? rootStart(index, `task ${index}`, null);

/** A way to draw by score, and the same written down plainly. */
export interface ByScore {
  readonly make: () => ScoreDraw;
  readonly weights: NaiveWeights;
}

export const softmax = (kappa: number): ByScore => ({
  make: () => new ExponentialDraw(new Softmax(kappa)),
  weights: naiveSoftmax(kappa),
});
export const powers = (exponent: number): ByScore => ({
  make: () => new ExponentialDraw(power(exponent)),
  weights: naivePower(exponent),
});
export const ranks = (exponent: number): ByScore => ({
  make: () => new RankDraw(exponent),
  weights: naiveRank(exponent),
});

export interface Rules {
  readonly capacity: number;
  readonly eviction?: Eviction;
  readonly staleness?: number;
  readonly distinct?: boolean;
}

export function pair(byScore: ByScore, rules: Rules): [TaskSpace, NaiveSpace] {
  return [
    new TaskSpace({ ...rules, byScore: byScore.make() }),
    new NaiveSpace({ ...rules, weights: byScore.weights }),
  ];
}

const small = { capacity: 40 };

export const spaces: Record<string, [ByScore, Rules]> = {
  "softmax": [softmax(4), small],
  "softmax, first in first out": [softmax(4), { ...small, eviction: "oldest" }],
  "softmax with staleness": [softmax(4), { ...small, staleness: 0.3 }],
  "softmax with staleness, first in first out": [softmax(4), {
    ...small,
    staleness: 0.3,
    eviction: "oldest",
  }],
  "softmax with staleness, distinct": [softmax(20), { ...small, staleness: 0.5, distinct: true }],
  "ranks with staleness, distinct": [ranks(1.5), { ...small, staleness: 0.1, distinct: true }],
  "ranks": [ranks(1), small],
  "powers with staleness, distinct": [powers(2), { ...small, staleness: 0.1, distinct: true }],
  "powers": [powers(1), small],
};
