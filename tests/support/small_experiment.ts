/** A real experiment of a few seconds, for tests of the command line. */
import {
  compare,
  diverge,
  exit,
  type Experiment,
  fixedDepth,
  grpo,
  improve,
  sudoku,
  tinyTransformer,
  uniform,
} from "exitlab";

const experiment: Experiment = compare({
  name: "small",
  base: {
    domain: sudoku({ trainingTasks: 32, testTasks: 16 }),
    policy: tinyTransformer({
      width: 32,
      layers: 1,
      heads: 2,
      context: 64,
      warmStart: { steps: 30, batch: 32 },
    }),
    objective: grpo({ groups: 8, groupSize: 4 }),
    budget: { iterations: 30 },
    evaluate: { every: 10, steps: 2, samples: 1, tasks: 16 },
    checkpoint: { every: 4 },
  },
  arms: {
    grpo: { curriculum: uniform() },
    chain: { curriculum: fixedDepth({ depth: 2 }) },
    exit: { curriculum: exit({ minimumFill: 4, capacity: 32 }), operators: [improve(), diverge()] },
  },
  seeds: [1, 2],
  quick: { arms: ["exit"], set: { "budget.iterations": 4 } },
});

export default experiment;
