/** The ladder with a fresh training task every time: there is nothing to augment. */
import { extend, sudoku } from "../mod.ts";
import type { Experiment } from "../mod.ts";
import ladder from "./ladder_math.ts";

const unlimited: Experiment = extend(ladder, {
  name: "ladder-math-unlimited",
  base: { domain: sudoku({ size: 4, givens: [4, 6], trainingTasks: "unlimited", testTasks: 256 }) },
});

export default unlimited;
