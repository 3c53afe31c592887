/**
 * The plan: what a compiled experiment would do, as plain JSON that can be reviewed, committed and run elsewhere.
 *
 * @module
 */
import type { RunnerName } from "../engine/engine.ts";
import type { JsonObject } from "../json.ts";
import type { Arithmetic } from "./arithmetic.ts";
import type { Source } from "./arm_draft.ts";
import type { Job } from "./settings.ts";

/** Marks a JSON file as a plan. */
export const planFormat = "exitlab.plan/1";

/** What was asked of `compile` beside the experiment; a plan file repeats it. */
export type Overrides = {
  /** Whether the experiment's `quick` was applied. */
  readonly quick: boolean;
  /** The arms asked for; empty for those of the experiment. */
  readonly arms: readonly string[];
  /** The seeds asked for; empty for those of the experiment. */
  readonly seeds: readonly number[];
  /** Changes of options, each `PATH=VALUE`, in order. */
  readonly set: readonly string[];
};

/** One arm of a plan. */
export type PlannedArm = {
  /** Every option in force: parts with kind, version and options, then the plain options. */
  readonly settings: JsonObject;
  /** Who decided each option, by dotted path. */
  readonly sources: { readonly [path: string]: Source };
  /** How large batches are, and how much each run will generate. */
  readonly arithmetic: Arithmetic;
};

/** One job of a plan. */
export type PlannedJob = Pick<Job, "id" | "hash" | "arm" | "seed">;

/** A compiled experiment as plain JSON. */
export type Plan = {
  /** Always `"exitlab.plan/1"`. */
  readonly format: typeof planFormat;
  /** The experiment's name. */
  readonly name: string;
  /** The SHA-256 of all that decides results: the jobs' hashes by arm and seed. */
  readonly hash: string;
  /** Where the experiment came from, and what was asked beside it. */
  readonly experiment: {
    /** The experiment's file; relative to the plan's own folder in a plan file. `null` if unknown. */
    readonly file: string | null;
    /** What was asked beside the experiment. */
    readonly overrides: Overrides;
  };
  /** Where the jobs run. */
  readonly runner: RunnerName;
  /** The seeds, each with every arm. */
  readonly seeds: readonly number[];
  /** The arms by name. */
  readonly arms: { readonly [arm: string]: PlannedArm };
  /** The jobs: arms × seeds. */
  readonly jobs: readonly PlannedJob[];
  /** Upper estimates of generated tokens over all jobs. */
  readonly estimate: {
    /** Tokens of training rollouts. */
    readonly trainingTokens: number;
    /** Tokens of evaluations. */
    readonly evaluationTokens: number;
    /** Their sum. */
    readonly tokens: number;
  };
};
