/** A first look: does a policy learn the task, and to mend its own answers? */
import { compare, exit, type Experiment, grpo, improve, tinyTransformer, uniform } from "exitlab";
import { exampleName } from "./example_name.ts";

const experiment: Experiment = compare({
  name: "example-name",
  base: {
    domain: exampleName(),
    // A transformer of 0.03 M parameters, which this machine trains.
    policy: tinyTransformer({
      width: 32,
      layers: 2,
      context: 64,
      warmStart: { steps: 300 },
    }),
    objective: grpo({ groups: 16, groupSize: 8 }),
    budget: { tokens: 500_000 },
    evaluate: { every: 0, steps: 4, samples: 1 },
  },
  arms: {
    grpo: { curriculum: uniform() },
    exit: { curriculum: exit(), operators: [improve()] },
  },
  seeds: [1, 2, 3],
  // What --quick runs: both arms, one seed; under half a minute.
  quick: { seeds: [1], set: { "budget.tokens": 150_000 } },
});

export default experiment;
