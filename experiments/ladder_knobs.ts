/**
 * The other family: configurations that are found by feedback alone. It is kept because fixed-depth chains do well on
 * it: a first attempt cannot know more than its hint, so that all of the gain lies in the steps that chains train most.
 */
import {
  compare,
  diverge,
  diversityBonus,
  exit,
  fixedDepth,
  grpo,
  improve,
  knobs,
  selfImitation,
  tinyTransformer,
  uniform,
} from "../mod.ts";
import type { Experiment } from "../mod.ts";

const experiment: Experiment = compare({
  name: "ladder-knobs",
  base: {
    domain: knobs({ knobs: 8, trainingTasks: 256, testTasks: 256 }),
    policy: tinyTransformer({ width: 64, layers: 3, heads: 4 }),
    objective: grpo({ groups: 32, groupSize: 8, clip: 0.2, entropy: 0.03, schedule: "linear" }),
    budget: { tokens: 500_000 },
    evaluate: { every: 0, steps: 16, samples: 2 },
  },
  arms: {
    grpo: { curriculum: uniform() },
    improve: { curriculum: exit(), operators: [improve()] },
    exit: {
      curriculum: exit(),
      operators: [improve(), diverge({ probability: 0.2 }), diversityBonus({ mode: "mean" })],
    },
    chain: { curriculum: fixedDepth({ depth: 4 }) },
    improve_imitate: { curriculum: exit(), operators: [improve(), selfImitation({ mend: 0.3, keep: 1 })] },
  },
  seeds: [11, 12, 13, 14, 15, 16, 17, 18],
});

export default experiment;
