/**
 * Exploratory Iteration on machine-learning engineering in miniature: programs are written, fitted to a table and mended by
 * what the fit says of each column. Against plain GRPO and fixed-depth chains, at equal generated tokens.
 */
import {
  compare,
  debug,
  diverge,
  diversityBonus,
  exit,
  fixedDepth,
  formula,
  grpo,
  improve,
  tinyTransformer,
  uniform,
} from "../mod.ts";
import type { Experiment } from "../mod.ts";

/** Any unsolved attempt of late, each as likely as the others, four times out of five. */
const explore = exit({
  probability: 0.8,
  capacity: 2048,
  keep: "all",
  eviction: "oldest",
  kappa: 0,
  solvedStarts: false,
});

const experiment: Experiment = compare({
  name: "exit-mle",
  base: {
    domain: formula({ columns: 8, terms: [2, 3], trainingTasks: 256, testTasks: 256 }),
    policy: tinyTransformer({ width: 64, layers: 3, heads: 4 }),
    objective: grpo({
      groups: 32,
      groupSize: 8,
      clip: 0.2,
      entropy: 0.03,
      schedule: "linear",
      // Without it, steps that hardly change an answer take over.
      kl: { coefficient: 0.1 },
    }),
    budget: { tokens: 400_000 },
    evaluate: { every: 0, steps: 16, samples: 2 },
  },
  arms: {
    grpo: { curriculum: uniform() },
    chain: { curriculum: fixedDepth({ depth: 4 }) },
    improve: { curriculum: explore, operators: [improve(), debug()] },
    exit: {
      curriculum: explore,
      operators: [improve(), debug(), diverge({ probability: 0.2 }), diversityBonus({ mode: "mean" })],
    },
  },
  // The settings were chosen with seed 1, so the full comparison has other seeds.
  seeds: [2, 3, 4],
  quick: { arms: ["grpo", "chain", "exit"], seeds: [1] },
});

export default experiment;
