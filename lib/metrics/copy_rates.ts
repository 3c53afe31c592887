import { sumOverTasks } from "./corrections.ts";
import type { ChainCounts } from "./run_results.ts";

/** How often a self-improvement step returns the answer that it was shown, unchanged; in [0, 1]. */
export type CopyRates = {
  /** k, from 1. */
  readonly step: number;
  /** Of all chains. */
  readonly all: number | null;
  /** Of the chains whose answer before was solved, where a copy is right; `null` if there are none. */
  readonly solved: number | null;
  /** Of the chains whose answer before was not solved, where a copy wastes the step; `null` if there are none. */
  readonly unsolved: number | null;
};

/**
 * The copy rates of each step k = 1 … K, over all tasks.
 *
 * @param steps K.
 *
 * @example
 * ```ts
 * import { copyRates } from "exitlab/lib/metrics/copy_rates.ts";
 * import assert from "node:assert/strict";
 *
 * const counts = { chains: [4, 4], solved: [2, 3], copiedSolved: [0, 2], copiedUnsolved: [0, 1] };
 * assert.deepEqual(copyRates(counts, 1), [{ step: 1, all: 0.75, solved: 1, unsolved: 0.5 }]);
 * ```
 */
export function copyRates(
  counts: Pick<ChainCounts, "chains" | "solved" | "copiedSolved" | "copiedUnsolved">,
  steps: number,
): CopyRates[] {
  const chains = sumOverTasks(counts.chains, steps);
  const solved = sumOverTasks(counts.solved, steps);
  const right = sumOverTasks(counts.copiedSolved, steps);
  const wrong = sumOverTasks(counts.copiedUnsolved, steps);
  return Array.from({ length: steps }, (_, before) => {
    const step = before + 1;
    const solvedBefore = solved[before] ?? 0;
    return {
      step,
      all: share((right[step] ?? 0) + (wrong[step] ?? 0), chains[step] ?? 0),
      solved: share(right[step] ?? 0, solvedBefore),
      unsolved: share(wrong[step] ?? 0, (chains[before] ?? 0) - solvedBefore),
    };
  });
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
