import { dirname, extname, resolve } from "node:path";
import * as v from "valibot";
import { errorMessage, UserError } from "../../lib/errors.ts";
import { compile } from "../../lib/experiment/compile.ts";
import type { Experiment } from "../../lib/experiment/experiment.ts";
import { firstDifference } from "../../lib/experiment/json_path.ts";
import { type Overrides, type Plan, planFormat } from "../../lib/experiment/plan.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { parseOptions } from "../../lib/part.ts";
import { parseYaml } from "../../lib/yaml.ts";
import { parsePlacement } from "../hf/plan/placement_schema.ts";
import { expectFile, importExperiment } from "./import_experiment.ts";
import { runnerNames } from "./runner_names.ts";

/** An experiment, and what was asked beside it. */
export interface LoadedExperiment {
  /** As the file's default export defines it. */
  readonly experiment: Experiment;
  /** The TypeScript file that it came from: as given, or absolute if a plan named it. */
  readonly file: string;
  /** What the plan asks for beside the experiment; nothing for a TypeScript file. */
  readonly overrides: Overrides;
  /** The plan file that was checked against the experiment, its placement included; `null` for a TypeScript file. */
  readonly plan: Plan | null;
}

const noOverrides: Overrides = { quick: false, arms: [], seeds: [], set: [] };

/**
 * Reads an experiment from a TypeScript file's default export, or from a plan file (`.json`, `.yaml`, `.yml`), which
 * names the experiment's file relative to itself and must still describe what that experiment comes to.
 *
 * @throws {UserError} If the file is missing, cannot be run, exports no experiment, or is a plan that no longer holds.
 */
export async function loadExperiment(path: string): Promise<LoadedExperiment> {
  await expectFile(path);
  switch (extname(path)) {
    case ".ts":
    case ".mts":
    case ".js":
    case ".mjs":
      return { experiment: await importExperiment(path), file: path, overrides: noOverrides, plan: null };
    case ".json":
    case ".yaml":
    case ".yml":
      return await loadPlan(path);
    default:
      throw new UserError(
        `Expected an experiment (.ts) or a plan (.json, .yaml, .yml) but found "${path}"`,
      );
  }
}

const overridesSchema = v.strictObject({
  quick: v.boolean(),
  arms: v.array(v.string()),
  seeds: v.array(v.number()),
  set: v.array(v.string()),
});

const planSchema = v.looseObject({
  format: v.literal(planFormat),
  experiment: v.strictObject({ file: v.string(), overrides: overridesSchema }),
  runner: v.picklist(runnerNames),
});

async function loadPlan(path: string): Promise<LoadedExperiment> {
  const content = parsePlanText(await Deno.readTextFile(path), path);
  if (!isJsonObject(content) || content.format !== planFormat) {
    throw new UserError(`Expected ${path} to be a plan ("format" is "${planFormat}") but found another file`);
  }
  const { runner, experiment: { file, overrides } } = parseOptions(planSchema, content, path);
  const source = resolve(dirname(path), file);
  await expectFile(source);
  const experiment = await importExperiment(source);
  const { plan } = compile(experiment, { ...overrides, runner, file });
  checkPlan(content, plan, path, source);
  const placement = parsePlacement(content, Object.keys(plan.arms), path);
  if (placement !== undefined && runner !== "hf") {
    throw new UserError(`Expected a placement in a plan for hf alone but found one for ${runner} (${path})`);
  }
  return {
    experiment,
    file: source,
    overrides,
    plan: placement === undefined ? plan : { ...plan, placement },
  };
}

function parsePlanText(text: string, path: string): Json {
  if (extname(path) !== ".json") return parseYaml(text, path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`Cannot read ${path} as JSON: ${errorMessage(error)}`);
  }
}

/** Refuses a plan whose experiment has changed since, or that was changed by hand. */
function checkPlan(content: JsonObject, plan: Plan, path: string, source: string): void {
  const found = firstDifference(binding(content), binding(plan));
  if (found === undefined) return;
  throw new UserError(
    `Plan ${path} does not match its experiment: "${found.path}" is ${show(found.first)} in the plan but ` +
      `${show(found.second)} in ${source} (plan again, or undo the change)`,
  );
}

/** The part of a plan that a run must keep to; what is derived from it or explains it is left out. */
function binding({ name, runner, arms, seeds, jobs, hash }: JsonObject): JsonObject {
  const settings = isJsonObject(arms)
    ? Object.fromEntries(
      Object.entries(arms).map(([arm, planned]) => [
        arm,
        isJsonObject(planned) ? { settings: planned.settings ?? null } : planned,
      ]),
    )
    : arms;
  const fields = Object.entries({ name, runner, arms: settings, seeds, jobs, hash });
  return Object.fromEntries(fields.flatMap(([key, value]) => value === undefined ? [] : [[key, value]]));
}

function show(value: Json | undefined): string {
  if (value === undefined) return "absent";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
