import { checkExperiment, checkKeys } from "./check_experiment.ts";
import {
  type Experiment,
  isSingle,
  type Layer,
  type Quick,
  type SettingsInput,
  singleArmName,
} from "./experiment.ts";
import type { CheckChange, ExtendedArms, ExtendedBase } from "./impossible.ts";
import { plainGroups } from "./schema.ts";

/** How an experiment differs from the one that it is derived from. */
export interface Change {
  /** Another name. */
  readonly name?: string;
  /** Settings of the base: parts and lists are replaced, groups such as `budget` are merged. */
  readonly base?: SettingsInput;
  /** Arms that are added, replaced as a whole or, with `null`, removed. */
  readonly arms?: Readonly<Record<string, SettingsInput | null>>;
  /** Other seeds. */
  readonly seeds?: readonly number[];
  /** Another `--quick`, as a whole. */
  readonly quick?: Quick;
}

/**
 * An experiment derived from another instead of copied. A single experiment's arm follows the kind of its curriculum.
 *
 * @throws {UserError} If a setting is unknown, of the wrong kind, missing or at odds with another.
 *
 * @example
 * ```ts
 * import { compile, defineExperiment, extend, fixedDepth, grpo, sudoku, tinyTransformer, uniform } from "exitlab";
 * import assert from "node:assert/strict";
 *
 * const small = defineExperiment({
 *   name: "small",
 *   domain: sudoku(),
 *   policy: tinyTransformer(),
 *   objective: grpo(),
 *   curriculum: uniform(),
 *   budget: { iterations: 100 },
 * });
 * const deeper = extend(small, { name: "deeper", arms: { chain: { curriculum: fixedDepth() } }, seeds: [1, 2] });
 * assert.equal(compile(deeper).jobs.length, 4);
 * ```
 */
export function extend<Base, Arms, const Changed extends Change>(
  experiment: Experiment<Base, Arms>,
  change: Changed & CheckChange<Base, Arms, Changed>,
): Experiment<ExtendedBase<Base, Changed>, ExtendedArms<Arms, Changed>> {
  checkKeys(change, ["name", "base", "arms", "seeds", "quick"], "the change that extend() makes");
  const { name, base, arms, seeds, quick }: Change = change;
  const kept = isSingle(experiment) && base?.curriculum !== undefined
    ? { [singleArmName(base.curriculum)]: {} }
    : experiment.arms;
  const remaining = Object.entries({ ...kept, ...arms }).filter(([, arm]) => arm !== null);
  return checkExperiment({
    name: name ?? experiment.name,
    base: base === undefined ? experiment.base : mergeLayers(experiment.base, base),
    arms: Object.fromEntries(remaining),
    seeds: seeds ?? experiment.seeds,
    quick: quick ?? keepArms(experiment.quick, remaining.map(([arm]) => arm)),
  });
}

/** One layer over another: parts are replaced, groups of plain options merged. */
function mergeLayers(below: Layer, above: SettingsInput): object {
  const merged = plainGroups
    .filter((group) => below[group] !== undefined && above[group] !== undefined)
    .map((group) => [group, { ...below[group], ...above[group] }]);
  return { ...below, ...above, ...Object.fromEntries(merged) };
}

/** What `--quick` runs once only these arms are left. */
function keepArms(quick: Quick, arms: readonly string[]): Quick {
  const { arms: chosen, ...rest } = quick;
  const left = chosen?.filter((arm) => arms.includes(arm)) ?? [];
  return left.length === 0 ? rest : { ...rest, arms: left };
}
