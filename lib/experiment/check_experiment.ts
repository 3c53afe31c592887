/**
 * Checks what an experiment file wrote, value by value; TypeScript has told its author the same, if they looked.
 *
 * @module
 */
import { closest } from "../closest.ts";
import { UserError } from "../errors.ts";
import { parseOptions, whole } from "../part.ts";
import * as v from "valibot";
import { draftArm } from "./arm_draft.ts";
import { resolveArm } from "./resolve_arm.ts";
import { type Experiment, experimentFormat, type Layer, namePattern, type Quick } from "./experiment.ts";
import { expectRole } from "./roles.ts";
import { plainGroups, plainKeys } from "./schema.ts";

/** An experiment before it is checked. */
export interface ExperimentSpec {
  /** Its name. */
  readonly name: unknown;
  /** What all arms share. */
  readonly base: unknown;
  /** What each arm changes. */
  readonly arms: unknown;
  /** The seeds; `[1]` when left out. */
  readonly seeds?: unknown;
  /** What `--quick` runs. */
  readonly quick?: unknown;
}

const settingKeys = ["domain", "policy", "objective", "curriculum", "operators", ...plainGroups];

/**
 * The experiment, if it can work.
 *
 * @param basePath What messages put before a key of `base`: `""` where the user wrote it without one.
 * @typeParam Base The type of the base, for `extend`.
 * @typeParam Arms The type of the arms, for `extend`.
 * @throws {UserError} With one sentence that names the path, the value and the form wanted.
 */
export function checkExperiment<Base, Arms>(
  spec: ExperimentSpec,
  basePath: string = "base.",
): Experiment<Base, Arms> {
  const arms = Object.entries(fieldsOf(spec.arms, "arms"));
  if (arms.length === 0) throw new UserError('Expected "arms" to have at least one arm but found none');
  const experiment: Experiment<Base, Arms> = {
    format: experimentFormat,
    name: checkName(spec.name, "name"),
    base: checkLayer(spec.base, basePath),
    arms: Object.fromEntries(
      arms.map(([name, arm]) => [checkName(name, `arms.${name}`), checkLayer(arm, `arms.${name}.`)]),
    ),
    seeds: checkSeeds(spec.seeds ?? [1], "seeds"),
    quick: checkQuick(spec.quick ?? {}, arms.map(([name]) => name)),
  };
  for (const arm of Object.keys(experiment.arms)) resolveArm(draftArm(experiment, arm));
  return experiment;
}

/**
 * Refuses keys that are not known.
 *
 * @param where What the keys belong to, such as `"compare()"`.
 * @throws {UserError} That names the key that was probably meant.
 */
export function checkKeys(value: object, known: readonly string[], where: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const guess = closest(unknown, known);
  const hint = guess === undefined ? `known are ${known.join(", ")}` : `did you mean "${guess}"?`;
  throw new UserError(`Unknown setting "${unknown}" in ${where} (${hint})`);
}

/** Whether an arm's or experiment's name can be part of a folder's name. */
function checkName(name: unknown, path: string): string {
  if (typeof name === "string" && namePattern.test(name)) return name;
  throw new UserError(
    `Expected "${path}" to be 1 to 64 small letters, digits, "-" and "_" (it names folders) but found ${
      JSON.stringify(path === "name" ? name : path.slice("arms.".length))
    }`,
  );
}

/**
 * The seeds, if there are some and no two are equal.
 *
 * @throws {UserError} If not.
 */
export function checkSeeds(seeds: unknown, path: string): readonly number[] {
  const checked = parseOptions(v.object({ [path]: v.array(whole(0)) }), { [path]: seeds }, "the experiment");
  const list = checked[path] ?? [];
  if (list.length === 0) throw new UserError(`Expected "${path}" to have at least one seed but found none`);
  const twice = list.find((seed, index) => list.indexOf(seed) !== index);
  if (twice !== undefined) {
    throw new UserError(`Expected "${path}" to be all different but found ${twice} twice`);
  }
  return list;
}

function checkLayer(value: unknown, prefix: string): Layer {
  const where = prefix === "" ? "the experiment" : prefix.slice(0, -1);
  const fields = fieldsOf(value, where);
  checkKeys(fields, settingKeys, where);
  const layer: { -readonly [Key in keyof Layer]: Layer[Key] } = {};
  const { domain, policy, objective, curriculum, operators } = fields;
  if (domain !== undefined) layer.domain = expectRole("domain", domain, `${prefix}domain`);
  if (policy !== undefined) layer.policy = expectRole("policy", policy, `${prefix}policy`);
  if (objective !== undefined) layer.objective = expectRole("objective", objective, `${prefix}objective`);
  if (curriculum !== undefined) {
    layer.curriculum = expectRole("curriculum", curriculum, `${prefix}curriculum`);
  }
  if (operators !== undefined) {
    if (!Array.isArray(operators)) {
      throw new UserError(`Expected "${prefix}operators" to be a list such as [improve()]`);
    }
    layer.operators = operators.map((operator: unknown, index) =>
      expectRole("operator", operator, `${prefix}operators.${index}`)
    );
  }
  for (const group of plainGroups) {
    if (fields[group] === undefined) continue;
    layer[group] = fieldsOf(fields[group], `${prefix}${group}`);
    checkKeys(layer[group], plainKeys[group], `${prefix}${group}`);
  }
  return layer;
}

function checkQuick(value: unknown, arms: readonly string[]): Quick {
  const fields = fieldsOf(value, "quick");
  checkKeys(fields, ["arms", "seeds", "set"], "quick");
  const schema = v.object({
    arms: v.optional(v.array(v.picklist(arms))),
    set: v.optional(v.record(v.string(), v.any())),
  });
  const checked = parseOptions(schema, fields, "quick");
  return {
    ...checked.arms === undefined ? {} : { arms: checked.arms },
    ...checked.set === undefined ? {} : { set: checked.set },
    ...fields.seeds === undefined ? {} : { seeds: checkSeeds(fields.seeds, "quick.seeds") },
  };
}

/** The own fields of an object, those that are `undefined` left out. */
function fieldsOf(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UserError(
      `Expected "${path}" to be an object but found ${JSON.stringify(value) ?? typeof value}`,
    );
  }
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}
