/**
 * The ladder on machine-learning engineering in miniature, at equal generated tokens: each rung of the paper's ablation and
 * fixed-depth chains, on formulas that are found by programs which are fitted to a table. 256 training tables;
 * `ladder_mle_one.ts` is the same with a single one.
 */
import {
  compare,
  debug,
  diverge,
  diversityBonus,
  exit,
  type ExitInput,
  fixedDepth,
  formula,
  grpo,
  improve,
  tinyTransformer,
  uniform,
} from "../mod.ts";
import type { Experiment } from "../mod.ts";

/** Any unsolved attempt of late, each as likely as the others, four times out of five. */
const replay: ExitInput = {
  probability: 0.8,
  capacity: 2048,
  keep: "all",
  eviction: "oldest",
  kappa: 0,
  solvedStarts: false,
};

/** The ladder; its settings were chosen with seed 1. */
const ladder: Experiment = compare({
  name: "ladder-mle",
  base: {
    domain: formula({ columns: 8, terms: [2, 3], trainingTasks: 256, testTasks: 256 }),
    policy: tinyTransformer({ width: 64, layers: 3, heads: 4 }),
    objective: grpo({
      groups: 32,
      groupSize: 8,
      clip: 0.2,
      entropy: 0.03,
      schedule: "linear",
      kl: { coefficient: 0.1 },
    }),
    budget: { tokens: 400_000 },
    evaluate: { every: 0, steps: 16, samples: 2 },
  },
  arms: {
    grpo: { curriculum: uniform() },
    curriculum: { curriculum: exit() },
    improve: { curriculum: exit(replay), operators: [improve(), debug()] },
    diverge: { curriculum: exit(replay), operators: [improve(), debug(), diverge({ probability: 0.2 })] },
    exit: {
      curriculum: exit(replay),
      operators: [improve(), debug(), diverge({ probability: 0.2 }), diversityBonus({ mode: "mean" })],
    },
    // The same as `improve`, but starts are drawn by how much their groups' rewards vary, as usual.
    improve_by_score: { curriculum: exit({ ...replay, kappa: 3.75 }), operators: [improve(), debug()] },
    // Chains ask for a failed program to be mended by themselves.
    chain: { curriculum: fixedDepth({ depth: 4 }) },
  },
  seeds: [11, 12, 13, 14],
});

export default ladder;
