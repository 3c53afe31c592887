import type { PlacedEngine } from "../../../lib/experiment/plan.ts";

/** What a user decides of a placement. */
export type PlacementOptions = {
  /** The machine. */
  readonly flavor?: string;
  /** The engine. */
  readonly engine?: PlacedEngine;
  /** The container image. */
  readonly image?: string;
  /** The time-out in hours. */
  readonly timeout?: number;
  /** The most that all jobs may cost, USD, if each runs until its time-out. */
  readonly maxCost?: number;
  /** The model's parameters. */
  readonly parameters?: number;
  /** Tokens drawn a second, all GPUs together, as measured. */
  readonly tokensPerSecond?: number;
  /** Names of secrets that jobs are given, beside `HF_TOKEN` where a model is downloaded. */
  readonly secrets?: readonly string[];
};
