import { checkExperiment, checkKeys } from "./check_experiment.ts";
import type { ArmsInput, Experiment, Quick, SettingsInput } from "./experiment.ts";
import type { CheckArms, CheckKeys, CheckSeeds } from "./impossible.ts";

/** A comparison as a user writes it. */
export interface Comparison<Base, Arms, Seeds> {
  /** Its name: small letters, digits, `-` and `_`; the start of each run's name. */
  readonly name: string;
  /** What all arms share. */
  readonly base: Base & CheckKeys<Base>;
  /** What each arm changes: parts and lists are replaced, groups such as `budget` are merged. */
  readonly arms: Arms & CheckArms<Base, Arms>;
  /** Each is run with every arm. Default `[1]`. */
  readonly seeds?: Seeds & CheckSeeds<Seeds>;
  /** What `--quick` runs. */
  readonly quick?: Quick<NoInfer<keyof Arms & string>>;
}

/**
 * Arms side by side: every arm × every seed is one run.
 *
 * @throws {UserError} If a setting is unknown, of the wrong kind, missing or at odds with another.
 *
 * @example
 * ```ts
 * import { compare, exit, grpo, improve, sudoku, tinyTransformer, uniform } from "exitlab";
 * import assert from "node:assert/strict";
 *
 * const experiment = compare({
 *   name: "exit-or-not",
 *   base: {
 *     domain: sudoku(),
 *     policy: tinyTransformer(),
 *     objective: grpo(),
 *     budget: { tokens: 1_000_000 },
 *   },
 *   arms: {
 *     grpo: { curriculum: uniform() },
 *     exit: { curriculum: exit(), operators: [improve()] },
 *   },
 *   seeds: [1, 2, 3],
 * });
 * assert.deepEqual(Object.keys(experiment.arms), ["grpo", "exit"]);
 * ```
 */
export function compare<
  const Base extends SettingsInput,
  const Arms extends ArmsInput,
  const Seeds extends readonly number[],
>(spec: Comparison<Base, Arms, Seeds>): Experiment<Base, Arms> {
  checkKeys(spec, ["name", "base", "arms", "seeds", "quick"], "compare()");
  return checkExperiment(spec);
}
