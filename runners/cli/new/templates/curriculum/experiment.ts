/** A first look: the curriculum beside fresh tasks alone, at equal tokens. */
import { compare, type Experiment, grpo, improve, sudoku, tinyTransformer, uniform } from "exitlab";
import { exampleName } from "./example_name.ts";

const experiment: Experiment = compare({
  name: "example-name",
  base: {
    domain: sudoku({ size: 4, givens: [8, 10] }),
    // A transformer of 0.03 M parameters, which this machine trains.
    policy: tinyTransformer({ width: 32, layers: 2, warmStart: { steps: 300 } }),
    objective: grpo({ groups: 16, groupSize: 8 }),
    budget: { tokens: 500_000 },
    evaluate: { every: 0, steps: 4, samples: 1 },
  },
  arms: {
    uniform: { curriculum: uniform() },
    mine: { curriculum: exampleName(), operators: [improve()] },
  },
  seeds: [1, 2, 3],
  // What --quick runs: both arms, one seed; under half a minute.
  quick: { seeds: [1], set: { "budget.tokens": 150_000, "evaluate.tasks": 64 } },
});

export default experiment;
