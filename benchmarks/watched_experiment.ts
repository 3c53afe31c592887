/** A run that goes on for as long as it is looked at, for `watch.ts`: steps of a tenth of a second or so. */
import { defineExperiment, exit, type Experiment, grpo, improve, sudoku, tinyTransformer } from "exitlab";

const experiment: Experiment = defineExperiment({
  name: "watched",
  domain: sudoku({ trainingTasks: 256 }),
  policy: tinyTransformer({ warmStart: { steps: 50 } }),
  objective: grpo({ groups: 16, groupSize: 8 }),
  curriculum: exit(),
  operators: [improve()],
  budget: { iterations: 1_000_000 },
  evaluate: { every: 0, steps: 0, samples: 1, tasks: 1 },
  checkpoint: { every: 1_000_000 },
});

export default experiment;
