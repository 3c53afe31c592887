/**
 * The ladder with a single training table, as the paper trains machine-learning engineering on very few tasks: does a step that
 * was learned on one table carry over to others? A first attempt can only learn that one formula by heart.
 */
import { extend, formula } from "../mod.ts";
import type { Experiment } from "../mod.ts";
import ladder from "./ladder_mle.ts";

const one: Experiment = extend(ladder, {
  name: "ladder-mle-one",
  base: { domain: formula({ columns: 8, terms: [2, 3], trainingTasks: 1, testTasks: 256 }) },
});

export default one;
