/**
 * The experiment behind `example_runs/`: small enough to be checked in, so that the notebooks have something to read.
 * Two seeds and 24 held-out grids show how to ask, not which curriculum is better.
 */
import { compare, diverge, exit, fixedDepth, grpo, improve, sudoku, tinyTransformer, uniform } from "exitlab";
import type { Experiment } from "exitlab";

const experiment: Experiment = compare({
  name: "example",
  base: {
    domain: sudoku({ size: 4, givens: [4, 6], trainingTasks: 48, testTasks: 24 }),
    policy: tinyTransformer({ width: 64, layers: 2, heads: 4 }),
    objective: grpo({ groups: 8, groupSize: 4, entropy: 0.03 }),
    budget: { tokens: 24_000 },
    evaluate: { every: 20, steps: 16, samples: 1 },
  },
  arms: {
    grpo: { curriculum: uniform() },
    chain: { curriculum: fixedDepth({ depth: 4 }) },
    exit: {
      curriculum: exit({ minimumFill: 8, capacity: 64 }),
      operators: [improve(), diverge({ probability: 0.2 })],
    },
  },
  seeds: [1, 2],
});

export default experiment;
