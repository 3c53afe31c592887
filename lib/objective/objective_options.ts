import * as v from "valibot";
import { notNegative, positive, whole } from "../part.ts";
import type { ClipInput } from "./clip_range.ts";
import { type ImportanceInput, type ImportanceOptions, importanceOptions } from "./importance.ts";
import { type KlInput, klOptions } from "./kl_term.ts";
import type { KlOptions } from "./objective.ts";
import type { OverlongInput } from "./overlong.ts";

/** What every objective has. */
export type CommonOptions = {
  /** P, the groups in a batch. Default 32. */
  readonly groups: number;
  /** G, the completions drawn from one start; at least 2. Default 8. */
  readonly groupSize: number;
  /** Step size after the warm-up. Default 3e-4. */
  readonly learningRate: number;
  /** Iterations over which the step size rises in a straight line from 0. Default 10. */
  readonly warmup: number;
  /** Whether the step size then stays, or falls in a straight line to 0 at the end of the budget. Default `"constant"`. */
  readonly schedule: "constant" | "linear";
  /** Weight of the policy's entropy in the objective. Default 0.01; about 0.2 destroyed a small policy. */
  readonly entropy: number;
  /** Optimiser steps a batch. Default 1, which leaves every ratio at 1. */
  readonly minibatches: number;
  /** Decoupled weight decay. Default 0. */
  readonly weightDecay: number;
  /** Largest gradient norm. Default 1. */
  readonly clipNorm: number;
  /** What holds the policy near to frozen weights. Default `null`: nothing. */
  readonly kl: KlOptions | null;
  /** What corrects for a sampler whose probabilities are not the trainer's. Default `null`: nothing. */
  readonly importance: ImportanceOptions | null;
};

/** Options that may be written shorter than they are in force. */
type Abbreviated = {
  readonly clip?: ClipInput;
  readonly kl?: KlInput | null;
  readonly importance?: ImportanceInput | null;
  readonly overlong?: OverlongInput | null;
};

/** Options with all of them optional; and some that may be written shorter. */
export type ObjectiveInput<Options extends CommonOptions> =
  & Partial<Omit<Options, keyof Abbreviated>>
  & Pick<Abbreviated, keyof Options & keyof Abbreviated>;

/** Schemas of the options that every objective has. */
export const commonOptions: {
  readonly [Key in keyof CommonOptions]: v.GenericSchema<unknown, CommonOptions[Key]>;
} = {
  groups: v.optional(whole(1), 32),
  groupSize: v.optional(whole(2), 8),
  learningRate: v.optional(positive, 3e-4),
  warmup: v.optional(whole(0), 10),
  schedule: v.optional(v.picklist(["constant", "linear"]), "constant"),
  entropy: v.optional(notNegative, 0.01),
  minibatches: v.optional(whole(1), 1),
  weightDecay: v.optional(notNegative, 0),
  clipNorm: v.optional(positive, 1),
  kl: v.optional(v.nullable(klOptions), null),
  importance: v.optional(v.nullable(importanceOptions), null),
};

/** Schema of `normalize`, whether advantages are divided by the group's standard deviation. */
export const normalizeOption: v.GenericSchema<unknown, "std" | "none"> = v.optional(
  v.picklist(["std", "none"]),
  "std",
);

const aboveOne = "null or a number above 1";

/** Schema of `dualClip`, the cap on the ratio where the advantage is negative. */
export const dualClipOption: v.GenericSchema<unknown, number | null> = v.optional(
  v.nullable(
    v.pipe(v.number(aboveOne), v.check((c) => Number.isFinite(c) && c > 1, aboveOne)),
  ),
  null,
);
