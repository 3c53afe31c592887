/** Does a policy learn to pay with fewer coins, and to mend a payment of its own? */
import { compare, exit, type Experiment, grpo, improve, tinyTransformer, uniform } from "exitlab";
import { coins } from "./plugins/coins/coins.ts";

const experiment: Experiment = compare({
  name: "coins",
  base: {
    domain: coins(),
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
  quick: { seeds: [1], set: { "budget.tokens": 60_000 } },
});

export default experiment;
