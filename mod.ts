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

export { sudoku, type SudokuInput } from "./domains/math/sudoku/sudoku.ts";
export { answerChecker } from "./domains/math/answer/check_answers.ts";
export type { AnswerChecker } from "./domains/math/answer/answer_checker.ts";
export { competitions } from "./domains/mle/competition_domain.ts";
export { formula } from "./domains/mle/formula/formula.ts";
export { mleBench } from "./domains/mle/mle_bench/mle_bench.ts";
export { knobs } from "./domains/mle/knobs.ts";
export { bfcl, type BfclInput } from "./domains/tool_use/bfcl/bfcl.ts";
export {
  type McpDefinition,
  type McpDomain,
  mcpDomain,
  mcpTools,
  type McpWorld,
} from "./domains/tool_use/mcp/mcp_domain.ts";
export type { McpServerCommand } from "./domains/tool_use/mcp/process_transport.ts";
export { tinyFiles, type TinyFilesInput } from "./domains/tool_use/tiny_files/tiny_files.ts";
export { math } from "./domains/math/math.ts";
export type { MathInput } from "./domains/math/math_options.ts";
export { gsm8k } from "./domains/math/problems/gsm8k.ts";
export { svamp } from "./domains/math/problems/svamp.ts";
export { problemFile } from "./domains/math/problems/problem_file.ts";
export { hubDataset } from "./domains/math/problems/hub_dataset.ts";
export { problemSource } from "./domains/math/problems/problem_source.ts";
export { aime, amc, math500, minerva, olympiadBench } from "./domains/math/problems/presets.ts";
export type { Problem, ProblemSource } from "./domains/math/problems/problem.ts";
export type { ProblemColumns } from "./domains/math/problems/problem_columns.ts";

export { uniform } from "./lib/curriculum/uniform.ts";
export { fixedDepth } from "./lib/curriculum/fixed_depth.ts";
export { exit, type ExitInput } from "./lib/curriculum/exit.ts";
export { prioritized } from "./lib/curriculum/prioritized.ts";
export { learnability } from "./lib/curriculum/learnability.ts";
export { checkCurriculum } from "./lib/curriculum/conformance.ts";
export {
  type CurriculumBehaviour,
  type CurriculumDefinition,
  type CurriculumTools,
  defineCurriculum,
  type Keeper,
} from "./lib/curriculum/define_curriculum.ts";
export { groupDeviation } from "./lib/curriculum/group_deviation.ts";
export { groupVariance } from "./lib/curriculum/group_variance.ts";
export { KeptValue } from "./lib/curriculum/kept_value.ts";
export { scoredSpace, type ScoredSpaceOptions } from "./lib/curriculum/scored_space.ts";
export type { Start } from "./lib/curriculum/start.ts";
export type { TaskSpace } from "./lib/curriculum/task_space.ts";
export type { Curriculum, CurriculumPart, GroupOutcome, SpaceEntry } from "./lib/curriculum/curriculum.ts";

export { improve } from "./lib/operator/improve.ts";
export { debug } from "./lib/operator/debug.ts";
export { diverge } from "./lib/operator/diverge.ts";
export { diversityBonus } from "./lib/operator/diversity_bonus.ts";
export { changeBonus } from "./lib/operator/change_bonus.ts";
export { selfImitation } from "./lib/operator/self_imitation.ts";
export { promptOperator } from "./lib/operator/prompt_operator.ts";
export { ngrams } from "./lib/operator/ngrams.ts";
export { policyEmbedder } from "./lib/operator/policy_embedder.ts";
export { featureExtraction } from "./lib/operator/feature_extraction.ts";
export { checkOperator } from "./lib/operator/conformance.ts";
export {
  defineOperator,
  type OperatorBehaviour,
  type OperatorDefinition,
} from "./lib/operator/define_operator.ts";
export type { OperatorPart, WeighedGroup, WeighedRollout } from "./lib/operator/operator.ts";

export { grpo, type GrpoInput } from "./lib/objective/grpo.ts";
export { drGrpo } from "./lib/objective/dr_grpo.ts";
export { dapo } from "./lib/objective/dapo.ts";
export { gspo } from "./lib/objective/gspo.ts";
export { cispo } from "./lib/objective/cispo.ts";
export type { ObjectivePart } from "./lib/objective/objective.ts";

export { tinyTransformer } from "./lib/engine/tiny_transformer.ts";
export { hub } from "./lib/engine/hub.ts";
export { checkPolicyEngine } from "./lib/engine/conformance.ts";
export type { Engine, Policy } from "./lib/engine/engine.ts";

export { UserError } from "./lib/errors.ts";
export { notNegative, positive, probability, whole } from "./lib/part.ts";
export { Random } from "./lib/random.ts";
