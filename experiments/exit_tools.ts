/**
 * Exploratory Iteration where a task has several turns: files are to be moved, copied and removed until a tree is as wanted, a
 * call a turn. Starts that are replayed lie in the middle of an episode, and a self-iteration step rewrites one call and
 * plays on. Against plain GRPO and fixed-depth chains, at equal generated tokens.
 */
import { compare, exit, fixedDepth, grpo, improve, tinyFiles, tinyTransformer, uniform } from "../mod.ts";
import type { Experiment } from "../mod.ts";

const experiment: Experiment = compare({
  name: "exit-tools",
  base: {
    domain: tinyFiles({ folders: 3, files: 4, calls: [1, 6], trainingTasks: 256, testTasks: 256 }),
    policy: tinyTransformer({ width: 64, layers: 3, heads: 4 }),
    objective: grpo({ groups: 32, groupSize: 8, clip: 0.2, entropy: 0.01, schedule: "linear" }),
    budget: { tokens: 500_000 },
    evaluate: { every: 0, steps: 4, samples: 2 },
  },
  arms: {
    grpo: { curriculum: uniform() },
    chain: { curriculum: fixedDepth({ depth: 4 }) },
    exit: { curriculum: exit(), operators: [improve()] },
  },
  // The settings were chosen with seed 1, so the full comparison has other seeds.
  seeds: [2, 3, 4],
  quick: { seeds: [1] },
});

export default experiment;
