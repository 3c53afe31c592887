import { UserError } from "../errors.ts";
import { closest } from "../closest.ts";
import type { RunnerName } from "../engine/engine.ts";
import { contentHash, type JsonObject } from "../json.ts";
import { batchArithmetic } from "./arithmetic.ts";
import { checkSeeds } from "./check_experiment.ts";
import type { Experiment } from "./experiment.ts";
import { changeOptions, type NamedChange, parseSet } from "./option_changes.ts";
import { type Overrides, type Plan, planFormat, type PlannedArm } from "./plan.ts";
import { draftArm } from "./arm_draft.ts";
import { resolveArm, type ResolvedArm } from "./resolve_arm.ts";
import { factoryName } from "./roles.ts";
import type { Job } from "./settings.ts";

/** What `compile` can be asked beside the experiment. */
export interface CompileOptions extends Partial<Overrides> {
  /** The experiment's file, for the plan. */
  readonly file?: string;
  /** Where the jobs run. Default `"local"`. */
  readonly runner?: RunnerName;
}

/** A plan, and its jobs with parts that can be run. */
export interface Compiled {
  /** Plain JSON. */
  readonly plan: Plan;
  /** Arms × seeds, in the plan's order. */
  readonly jobs: readonly Job[];
}

/**
 * What an experiment comes to: every option in force, the batch arithmetic, and one job an arm and seed. The same
 * settings and seed have the same hash, wherever they were written and wherever they run.
 *
 * @throws {UserError} If an arm, a path or a value is not one of the experiment's, or the runner cannot train an arm's policy.
 *
 * @example
 * ```ts
 * import { compile, defineExperiment, grpo, sudoku, tinyTransformer, uniform } from "exitlab";
 * import assert from "node:assert/strict";
 *
 * const experiment = defineExperiment({
 *   name: "small",
 *   domain: sudoku(),
 *   policy: tinyTransformer(),
 *   objective: grpo({ groups: 4, groupSize: 8 }),
 *   curriculum: uniform(),
 *   budget: { tokens: 1_000_000 },
 * });
 * const { plan, jobs } = compile(experiment, { set: ["budget.iterations=100"] });
 * assert.equal(plan.arms.uniform?.sources["budget.iterations"], "--set");
 * assert.equal(plan.arms.uniform?.arithmetic.rollouts, 3200);
 * assert.match(jobs[0]?.id ?? "", /^small-uniform-s1-[0-9a-f]{8}$/);
 * ```
 */
export function compile(experiment: Experiment, options: CompileOptions = {}): Compiled {
  const { quick = false, arms: askedArms = [], seeds: askedSeeds = [], set = [], runner = "local" } = options;
  const overrides: Overrides = { quick, arms: askedArms, seeds: askedSeeds, set };
  const arms = resolveArms(experiment, overrides);
  for (const [arm, resolved] of arms) checkRunner(arm, resolved, runner);
  const seeds = selectSeeds(experiment, overrides);
  const jobs = [...arms].flatMap(([arm, resolved]) =>
    seeds.map((seed) => makeJob(experiment, arm, seed, resolved))
  );
  const planned = Object.fromEntries([...arms].map(([arm, resolved]) => [arm, planArm(resolved)]));
  const total = (figure: "trainingTokens" | "evaluationTokens"): number =>
    seeds.length * Object.values(planned).reduce((sum, { arithmetic }) => sum + arithmetic[figure], 0);
  const plan: Plan = {
    format: planFormat,
    name: experiment.name,
    hash: planHash(jobs),
    experiment: { file: options.file ?? null, overrides },
    runner,
    seeds,
    arms: planned,
    jobs: jobs.map(({ id, hash, arm, seed }) => ({ id, hash, arm, seed })),
    estimate: {
      trainingTokens: total("trainingTokens"),
      evaluationTokens: total("evaluationTokens"),
      tokens: total("trainingTokens") + total("evaluationTokens"),
    },
  };
  return { plan, jobs };
}

function resolveArms(experiment: Experiment, overrides: Overrides): ReadonlyMap<string, ResolvedArm> {
  const names = Object.keys(experiment.arms);
  const selected = selectArms(experiment, overrides);
  // What quick.set says of an arm holds whether or not the arm is selected; --set is about those that are.
  const drafts = changeOptions(
    new Map(names.map((arm) => [arm, draftArm(experiment, arm)])),
    overrides.quick ? quickChanges(experiment) : [],
  );
  const chosen = new Map([...drafts].filter(([arm]) => selected.includes(arm)));
  const changed = changeOptions(chosen, overrides.set.map(parseSet));
  return new Map([...changed].map(([arm, draft]) => [arm, resolveArm(draft)]));
}

function checkRunner(arm: string, { settings: { policy } }: ResolvedArm, runner: RunnerName): void {
  if (policy.runners.includes(runner)) return;
  const advice = policy.runners.map((name) => `--runner ${name}`).join(" or ");
  throw new UserError(
    `Arm "${arm}" has the policy ${factoryName(policy.kind)}, which the ${runner} runner cannot train; ` +
      `${runner === "local" ? "add" : "take"} ${advice}`,
  );
}

function quickChanges(experiment: Experiment): NamedChange[] {
  return Object.entries(experiment.quick.set ?? {}).map(([path, value]) => ({
    path,
    value,
    source: "--quick",
  }));
}

function selectArms(experiment: Experiment, { arms, quick }: Overrides): readonly string[] {
  const known = Object.keys(experiment.arms);
  const unknown = arms.find((arm) => !known.includes(arm));
  if (unknown !== undefined) {
    const guess = closest(unknown, known);
    const advice = `${guess === undefined ? "" : `did you mean "${guess}"? `}arms are ${known.join(", ")}`;
    throw new UserError(`Experiment "${experiment.name}" has no arm "${unknown}" (${advice})`);
  }
  const asked = arms.length > 0 ? arms : quick ? experiment.quick.arms ?? known : known;
  return known.filter((arm) => asked.includes(arm));
}

function selectSeeds(experiment: Experiment, { seeds, quick }: Overrides): readonly number[] {
  if (seeds.length > 0) return checkSeeds(seeds, "--seed");
  return quick ? experiment.quick.seeds ?? experiment.seeds.slice(0, 1) : experiment.seeds;
}

function makeJob(experiment: Experiment, arm: string, seed: number, resolved: ResolvedArm): Job {
  const hash = contentHash({ format: "exitlab.job/1", settings: withoutCheckpoint(resolved.json), seed });
  const id = `${experiment.name}-${arm}-s${seed}-${hash.slice(0, 8)}`;
  return { id, hash, experiment: experiment.name, arm, seed, settings: resolved.settings };
}

/** How often a run is saved does not change what it finds. */
function withoutCheckpoint(settings: JsonObject): JsonObject {
  const { checkpoint: _, ...rest } = settings;
  return rest;
}

function planArm({ settings, json, sources }: ResolvedArm): PlannedArm {
  return { settings: json, sources, arithmetic: batchArithmetic(settings) };
}

/** By arm and seed, so that the order of arms and seeds does not matter. */
function planHash(jobs: readonly Job[]): string {
  return contentHash({
    format: planFormat,
    jobs: Object.fromEntries(jobs.map(({ arm, seed, hash }) => [`${arm}-s${seed}`, hash])),
  });
}
