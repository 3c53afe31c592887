/**
 * Does training on one's own partial histories teach a policy to improve its answers? Exploratory Iteration against
 * plain GRPO and against fixed-depth chains, on 4×4 number grids, at equal generated tokens.
 */
import {
  compare,
  diverge,
  exit,
  fixedDepth,
  grpo,
  improve,
  sudoku,
  tinyTransformer,
  uniform,
} from "../mod.ts";
import type { Experiment } from "../mod.ts";

const experiment: Experiment = compare({
  name: "exit-math",
  base: {
    domain: sudoku({ size: 4, givens: [4, 6], trainingTasks: 256, testTasks: 256 }),
    policy: tinyTransformer({ width: 64, layers: 3, heads: 4 }),
    objective: grpo({ groups: 32, groupSize: 8, clip: 0.2, entropy: 0.03, schedule: "linear" }),
    budget: { tokens: 1_000_000 },
    evaluate: { every: 100, steps: 16, samples: 2 },
  },
  arms: {
    grpo: { curriculum: uniform() },
    chain: { curriculum: fixedDepth({ depth: 4 }) },
    exit: { curriculum: exit(), operators: [improve()] },
    diverge: { curriculum: exit(), operators: [improve(), diverge({ probability: 0.2 })] },
  },
  // The settings were chosen with seed 1 and these held-out grids, so the full comparison has other seeds, not other grids.
  seeds: [2, 3, 4],
  quick: { arms: ["grpo", "chain", "exit"], seeds: [1], set: { "evaluate.every": 0 } },
});

export default experiment;
