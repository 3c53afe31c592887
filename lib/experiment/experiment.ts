/**
 * What an experiment file exports: settings that all arms share, what each arm changes, and the seeds.
 *
 * @module
 */
import type { CurriculumPart } from "../curriculum/curriculum.ts";
import type { Domain } from "../domain/domain.ts";
import type { PolicyPart } from "../engine/engine.ts";
import type { Json } from "../json.ts";
import type { ObjectivePart } from "../objective/objective.ts";
import type { OperatorPart } from "../operator/operator.ts";
import type { PlainGroup } from "./schema.ts";
import type { Checkpointing, Evaluation, GreedySearch, Sampling } from "./settings.ts";

/** When training ends, as a user writes it: at least one limit. */
export type BudgetInput =
  | { readonly tokens: number; readonly rollouts?: number | null; readonly iterations?: number | null }
  | { readonly tokens?: number | null; readonly rollouts: number; readonly iterations?: number | null }
  | { readonly tokens?: number | null; readonly rollouts?: number | null; readonly iterations: number };

/** How held-out quality is measured, as a user writes it; `search: null` is none, where the base has one. */
export type EvaluationInput =
  & Partial<Omit<Evaluation, "search">>
  & { readonly search?: Partial<GreedySearch> | null };

/** Settings as a user writes them; what is left out has a default or comes from `base`. */
export interface SettingsInput {
  /** Where tasks and verdicts come from. */
  readonly domain?: Domain;
  /** The model. */
  readonly policy?: PolicyPart;
  /** Advantages and loss. */
  readonly objective?: ObjectivePart;
  /** Decides the starts. */
  readonly curriculum?: CurriculumPart;
  /** Change what the policy is asked, in this order. Default none. */
  readonly operators?: readonly OperatorPart[];
  /** When training ends: whichever limit is reached first. */
  readonly budget?: BudgetInput;
  /** How training rollouts are drawn. */
  readonly sampling?: Partial<Sampling>;
  /** How held-out quality is measured. */
  readonly evaluate?: EvaluationInput;
  /** How often the run is saved. */
  readonly checkpoint?: Partial<Checkpointing>;
}

/** What each arm changes of `base`, by the arm's name. */
export type ArmsInput = Readonly<Record<string, SettingsInput>>;

/** The settings of `base` or of an arm after their parts were checked; values of plain options are not yet. */
export type Layer =
  & Omit<SettingsInput, PlainGroup>
  & { readonly [Group in PlainGroup]?: Readonly<Record<string, unknown>> };

/** The dotted path of an option, such as `"curriculum.probability"` or `"arms.exit.curriculum.probability"`. */
export type SettingPath =
  | `${keyof SettingsInput}.${string}`
  | `arms.${string}.${keyof SettingsInput}.${string}`;

/** What `--quick` runs. */
export interface Quick<Arm extends string = string> {
  /** The arms. Default all. */
  readonly arms?: readonly Arm[];
  /** The seeds. Default the experiment's first. */
  readonly seeds?: readonly number[];
  /** Options to change, by dotted path. */
  readonly set?: Readonly<Record<SettingPath, Json>>;
}

/** Marks a value as an experiment, whichever copy of the library made it. */
export const experimentFormat = "exitlab.experiment/1";

/**
 * A checked experiment: arms × seeds. Made by `defineExperiment`, `compare` and `extend`.
 *
 * @typeParam Base The type of what all arms share.
 * @typeParam Arms The type of what each arm changes.
 */
export interface Experiment<Base = unknown, Arms = unknown> {
  /** Always `"exitlab.experiment/1"`. */
  readonly format: typeof experimentFormat;
  /** Its name: small letters, digits, `-` and `_`. */
  readonly name: string;
  /** What all arms share. */
  readonly base: Layer;
  /** What each arm changes; an arm's own settings win. */
  readonly arms: Readonly<Record<string, Layer>>;
  /** The seeds, each run with every arm. */
  readonly seeds: readonly number[];
  /** What `--quick` runs. */
  readonly quick: Quick;
  /** Never set: carries the types that `extend` checks a change against. */
  readonly types?: { readonly base: Base; readonly arms: Arms };
}

/**
 * Whether a value, such as a module's default export, is an experiment.
 *
 * @example
 * ```ts
 * import { isExperiment } from "exitlab/lib/experiment/experiment.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(isExperiment({ name: "not yet checked" }), false);
 * ```
 */
export function isExperiment(value: unknown): value is Experiment {
  return typeof value === "object" && value !== null && "format" in value &&
    value.format === experimentFormat;
}

/** What names may be: they become names of folders. */
export const namePattern: RegExp = /^[a-z0-9_][a-z0-9_-]{0,63}$/;

/** The name of a single experiment's arm: its curriculum's kind, or `"main"` where that is no name. */
export function singleArmName(curriculum: unknown): string {
  const kind = typeof curriculum === "object" && curriculum !== null && "kind" in curriculum
    ? curriculum.kind
    : undefined;
  return typeof kind === "string" && namePattern.test(kind) ? kind : "main";
}

/** Whether an experiment is one arm, as `defineExperiment` makes it: the arm changes nothing of the base. */
export function isSingle(experiment: Pick<Experiment, "base" | "arms">): boolean {
  const [arm, ...others] = Object.entries(experiment.arms);
  if (arm === undefined || others.length > 0) return false;
  const [name, changes] = arm;
  return Object.keys(changes).length === 0 && name === singleArmName(experiment.base.curriculum);
}
