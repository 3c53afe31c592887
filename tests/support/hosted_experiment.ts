/** An experiment that is cheap to evaluate on a hosted model, for tests of the command line. */
import { compare, exit, type Experiment, grpo, improve, tinyTransformer, uniform } from "exitlab";
import { digits } from "./digit_domain.ts";

const experiment: Experiment = compare({
  name: "hosted",
  base: {
    domain: digits(),
    policy: tinyTransformer({ context: 128 }),
    objective: grpo(),
    budget: { iterations: 1 },
    evaluate: { steps: 4, samples: 2, tasks: 6, temperature: 0.7 },
  },
  arms: {
    grpo: { curriculum: uniform() },
    exit: { curriculum: exit(), operators: [improve()] },
  },
  seeds: [5],
});

export default experiment;
