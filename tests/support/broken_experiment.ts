/** An experiment whose domain gives verdicts that are not numbers. */
import { defineExperiment, type Experiment, grpo, tinyTransformer, uniform } from "exitlab";
import { digits } from "./digit_domain.ts";

const experiment: Experiment = defineExperiment({
  name: "broken",
  domain: digits({ broken: true }),
  policy: tinyTransformer({ width: 32, layers: 1, heads: 2, warmStart: { steps: 0 } }),
  objective: grpo({ groups: 2, groupSize: 2 }),
  curriculum: uniform(),
  budget: { iterations: 2 },
});

export default experiment;
