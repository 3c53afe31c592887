/**
 * The whole ladder on number grids, at equal generated tokens: each rung of the paper's ablation, fixed-depth chains,
 * and imitation of one's own better attempts with and without Exploratory Iteration. 256 training tasks, as the paper
 * keeps its training set small; `ladder_math_unlimited.ts` is the same with a fresh task every time.
 */
import {
  compare,
  diverge,
  diversityBonus,
  exit,
  fixedDepth,
  grpo,
  improve,
  selfImitation,
  sudoku,
  tinyTransformer,
  uniform,
} from "../mod.ts";
import type { Experiment } from "../mod.ts";

const imitation = selfImitation({ mend: 0.3, keep: 1 });

/** The ladder; its settings were chosen with seed 1. */
const ladder: Experiment = compare({
  name: "ladder-math",
  base: {
    domain: sudoku({ size: 4, givens: [4, 6], trainingTasks: 256, testTasks: 256 }),
    policy: tinyTransformer({ width: 64, layers: 3, heads: 4 }),
    objective: grpo({ groups: 32, groupSize: 8, clip: 0.2, entropy: 0.03, schedule: "linear" }),
    budget: { tokens: 1_000_000 },
    evaluate: { every: 0, steps: 16, samples: 2 },
  },
  arms: {
    grpo: { curriculum: uniform() },
    curriculum: { curriculum: exit() },
    improve: { curriculum: exit(), operators: [improve()] },
    diverge: { curriculum: exit(), operators: [improve(), diverge({ probability: 0.2 })] },
    exit: {
      curriculum: exit(),
      operators: [improve(), diverge({ probability: 0.2 }), diversityBonus({ mode: "mean" })],
    },
    chain: { curriculum: fixedDepth({ depth: 4 }) },
    improve_imitate: { curriculum: exit(), operators: [improve(), imitation] },
    chain_imitate: { curriculum: fixedDepth({ depth: 4 }), operators: [imitation] },
    grpo_imitate: { curriculum: uniform(), operators: [imitation] },
  },
  seeds: [11, 12, 13, 14, 15, 16, 17, 18],
  quick: { arms: ["grpo", "chain", "improve", "improve_imitate"], seeds: [1] },
});

export default ladder;
