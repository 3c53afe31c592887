/** Which attempts are worth replaying: none, those that divide a group, or those that succeed half of the time? */
import { compare, exit, type Experiment, grpo, improve, tinyTransformer, uniform } from "exitlab";
import { swaps } from "../swaps/swaps.ts";
import { nearestHalf } from "./nearest_half.ts";

const experiment: Experiment = compare({
  name: "nearest-half",
  base: {
    domain: swaps(),
    policy: tinyTransformer({ width: 32, layers: 2, context: 64, warmStart: { steps: 300 } }),
    objective: grpo({ groups: 16, groupSize: 8 }),
    budget: { tokens: 500_000 },
    evaluate: { every: 0, steps: 4, samples: 1 },
  },
  arms: {
    uniform: { curriculum: uniform() },
    exit: { curriculum: exit(), operators: [improve()] },
    nearest: { curriculum: nearestHalf(), operators: [improve()] },
  },
  seeds: [1, 2, 3],
  quick: { seeds: [1], set: { "budget.tokens": 300_000 } },
});

export default experiment;
