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

/** The engine that a rented machine starts beside the controller. */
export type PlacedEngine = "embedded" | "exitlab" | "skyrl";

/** Where the jobs of one arm run, and what one of them costs. */
export type ArmPlacement = {
  /** The machine, by the name that the Hub has for it, such as `"a100x4"`. */
  readonly flavor: string;
  /** How many GPUs it has; 0 for a CPU. */
  readonly gpus: number;
  /** USD an hour. */
  readonly pricePerHour: number;
  /** What trains there: the embedded engine, the project's own trainer, or SkyRL. */
  readonly engine: PlacedEngine;
  /** The container image. */
  readonly image: string;
  /** Expected hours of one job; `null` where they are not known. */
  readonly hours: number | null;
  /** After how many seconds a job is ended. */
  readonly timeoutSeconds: number;
  /** USD for one job: expected, or `null` where that is not known, and if it runs until its time-out. */
  readonly cost: { readonly expected: number | null; readonly most: number };
  /** One sentence a figure: what it is made of. */
  readonly arithmetic: readonly string[];
  /** One sentence for each thing that could not be known. */
  readonly unknown: readonly string[];
};

/** Where a plan's jobs run on rented machines, and what that costs at most. It is part of no hash. */
export type Placement = {
  /** Where machines and prices were looked up, and on which day (an ISO date). */
  readonly hardware: { readonly source: string; readonly fetched: string };
  /** The arms by name. */
  readonly arms: { readonly [arm: string]: ArmPlacement };
  /** The names of secrets that jobs are given; never their values. */
  readonly secrets: readonly string[];
  /** USD for all jobs: expected, or `null` where that is not known, and if each runs until its time-out. */
  readonly cost: { readonly expected: number | null; readonly most: number };
};

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
  /** Where the jobs run on rented machines; only for the runner `hf`. */
  readonly placement?: Placement;
};
