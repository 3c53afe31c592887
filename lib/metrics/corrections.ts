import type { ChainCounts } from "./run_results.ts";

/** How many chains turned right or wrong by one self-improvement step; whole numbers, over all tasks. */
export type Corrections = {
  /** k, from 1. */
  readonly step: number;
  /** Solved now and not at step 0: wrong → right. */
  readonly gained: number;
  /** Solved at step 0 and not now: right → wrong. */
  readonly lost: number;
  /** Net corrections: gained − lost = Σ (solved_k − solved_0) over tasks and chains. */
  readonly net: number;
  /** Solved now and not at the step before. */
  readonly gainedStep: number;
  /** Solved at the step before and not now. */
  readonly lostStep: number;
  /** Their difference. */
  readonly netStep: number;
};

/**
 * The corrections of each step k = 1 … K, against the first attempt and stepwise.
 *
 * @param steps K.
 *
 * @example
 * ```ts
 * import { corrections } from "exitlab/lib/metrics/corrections.ts";
 * import assert from "node:assert/strict";
 *
 * // One task with two chains: right, wrong → wrong, right.
 * const [first] = corrections({ solved: [1, 1], gained: [0, 1], gainedStep: [0, 1] }, 1);
 * assert.deepEqual(first, { step: 1, gained: 1, lost: 1, net: 0, gainedStep: 1, lostStep: 1, netStep: 0 });
 * ```
 */
export function corrections(
  { solved, gained, gainedStep }: Pick<ChainCounts, "solved" | "gained" | "gainedStep">,
  steps: number,
): Corrections[] {
  const totals = (counts: readonly number[]): number[] => sumOverTasks(counts, steps);
  const [solvedAt, gainedAt, gainedStepAt] = [totals(solved), totals(gained), totals(gainedStep)];
  return Array.from({ length: steps }, (_, before) => {
    const step = before + 1;
    const now = solvedAt[step] ?? 0;
    const net = now - (solvedAt[0] ?? 0);
    const netStep = now - (solvedAt[before] ?? 0);
    const [right, rightStep] = [gainedAt[step] ?? 0, gainedStepAt[step] ?? 0];
    return {
      step,
      gained: right,
      lost: right - net,
      net,
      gainedStep: rightStep,
      lostStep: rightStep - netStep,
      netStep,
    };
  });
}

/** The sums over tasks at k = 0 … K of counts that lie task by task. */
export function sumOverTasks(counts: readonly number[], steps: number): number[] {
  const sums = Array.from({ length: steps + 1 }, () => 0);
  for (const [at, count] of counts.entries()) {
    const step = at % (steps + 1);
    sums[step] = (sums[step] ?? 0) + count;
  }
  return sums;
}
