/**
 * The ladder where a task has several turns: files are brought into another tree, a call a turn, at equal generated tokens. Every
 * rung of the paper's ablation and fixed-depth chains, which rewrite the first turn alone.
 */
import {
  compare,
  diverge,
  diversityBonus,
  exit,
  fixedDepth,
  grpo,
  improve,
  tinyFiles,
  tinyTransformer,
  uniform,
} from "../mod.ts";
import type { Experiment } from "../mod.ts";

/** The ladder; its settings were chosen with seed 1. */
const ladder: Experiment = compare({
  name: "ladder-tools",
  base: {
    domain: tinyFiles({ folders: 3, files: 4, calls: [1, 6], trainingTasks: 256, testTasks: 256 }),
    policy: tinyTransformer({ width: 64, layers: 3, heads: 4 }),
    objective: grpo({ groups: 32, groupSize: 8, clip: 0.2, entropy: 0.01, schedule: "linear" }),
    budget: { tokens: 500_000 },
    evaluate: { every: 0, steps: 4, samples: 2 },
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
  },
  seeds: [11, 12, 13, 14, 15, 16, 17, 18],
});

export default ladder;
