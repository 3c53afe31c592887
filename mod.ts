/**
 * exitlab: declarative experiments on language models that improve their own answers, by Exploratory Iteration
 * (arXiv 2509.04575). An experiment file imports all it needs from here.
 *
 * @module
 */
export { compare } from "./lib/experiment/compare.ts";
export { defineExperiment } from "./lib/experiment/define_experiment.ts";
export { extend } from "./lib/experiment/extend.ts";
export { compile } from "./lib/experiment/compile.ts";
export type { Experiment } from "./lib/experiment/experiment.ts";
export type { Plan } from "./lib/experiment/plan.ts";
export type { Job, Settings } from "./lib/experiment/settings.ts";

export { sudoku } from "./domains/math/sudoku.ts";

export { uniform } from "./lib/curriculum/uniform.ts";
export { fixedDepth } from "./lib/curriculum/fixed_depth.ts";
export { exit } from "./lib/curriculum/exit.ts";
export type { Curriculum, CurriculumPart } from "./lib/curriculum/curriculum.ts";

export { improve } from "./lib/operator/improve.ts";
export { diverge } from "./lib/operator/diverge.ts";
export type { OperatorPart } from "./lib/operator/operator.ts";

export { grpo } from "./lib/objective/grpo.ts";
export type { ObjectivePart } from "./lib/objective/objective.ts";

export { tinyTransformer } from "./lib/engine/tiny_transformer.ts";
export type { Engine, Policy } from "./lib/engine/engine.ts";

export { UserError } from "./lib/errors.ts";
