import { checkExperiment } from "./check_experiment.ts";
import {
  type BudgetInput,
  type Experiment,
  type Quick,
  type SettingsInput,
  singleArmName,
} from "./experiment.ts";
import type { CurriculumPart } from "../curriculum/curriculum.ts";
import type { Domain } from "../domain/domain.ts";
import type { PolicyPart } from "../engine/engine.ts";
import type { ObjectivePart } from "../objective/objective.ts";
import type { CheckSingle, SettingsOf } from "./impossible.ts";

/** An experiment of one arm, as a user writes it. */
export interface SingleSpec extends SettingsInput {
  /** Its name: small letters, digits, `-` and `_`; the start of each run's name. */
  readonly name: string;
  /** Where tasks and verdicts come from. */
  readonly domain: Domain;
  /** The model. */
  readonly policy: PolicyPart;
  /** Advantages and loss. */
  readonly objective: ObjectivePart;
  /** Decides the starts; its kind names the arm. */
  readonly curriculum: CurriculumPart;
  /** When training ends. */
  readonly budget: BudgetInput;
  /** Each is one run. Default `[1]`. */
  readonly seeds?: readonly number[];
  /** What `--quick` runs. */
  readonly quick?: Quick;
}

/** The arm of a single experiment: it has the kind of the curriculum and changes nothing. */
export type SingleArm<Spec> = Spec extends
  { readonly curriculum: { readonly kind: infer Kind extends string } }
  ? Readonly<Record<Kind, Record<never, never>>>
  : never;

/**
 * An experiment of one arm, named after its curriculum.
 *
 * @throws {UserError} If a setting is unknown, of the wrong kind, missing or at odds with another.
 *
 * @example
 * ```ts
 * import { defineExperiment, exit, grpo, improve, sudoku, tinyTransformer } from "exitlab";
 * import assert from "node:assert/strict";
 *
 * const experiment = defineExperiment({
 *   name: "just-exit",
 *   domain: sudoku(),
 *   policy: tinyTransformer(),
 *   objective: grpo(),
 *   curriculum: exit(),
 *   operators: [improve()],
 *   budget: { tokens: 1_000_000 },
 * });
 * assert.deepEqual(Object.keys(experiment.arms), ["exit"]);
 * ```
 */
export function defineExperiment<const Spec extends SingleSpec>(
  spec: Spec & CheckSingle<Spec>,
): Experiment<SettingsOf<Spec>, SingleArm<Spec>> {
  const { name, seeds, quick, ...base } = spec;
  return checkExperiment({ name, base, arms: { [singleArmName(base.curriculum)]: {} }, seeds, quick }, "");
}
