import * as v from "valibot";
import { notNegative, parseOptions, positive, whole } from "../part.ts";
import type { PolicyPart } from "./engine.ts";

/** The supervised warm start of a policy, on a domain's demonstrations. */
export type WarmStartOptions = {
  /** Optimiser steps; 0 for none. */
  readonly steps: number;
  /** Demonstrations a step. Default 128. */
  readonly batch: number;
  /** Peak step size. */
  readonly learningRate: number;
  /** The relative share of first attempts, improvements and divergences. Default 3 : 4 : 1. */
  readonly mix: { readonly base: number; readonly improve: number; readonly diverge: number };
};

/** The same with all levels optional. */
export type WarmStartInput = Partial<Omit<WarmStartOptions, "mix">> & {
  readonly mix?: Partial<WarmStartOptions["mix"]>;
};

/** Schema of a policy's `warmStart`, with the defaults that differ between policies. */
export function warmStartSchema(
  defaults: Pick<WarmStartOptions, "steps" | "learningRate">,
): v.GenericSchema<unknown, WarmStartOptions> {
  return v.optional(
    v.strictObject({
      steps: v.optional(whole(0), defaults.steps),
      batch: v.optional(whole(1), 128),
      learningRate: v.optional(positive, defaults.learningRate),
      mix: v.optional(
        v.strictObject({
          base: v.optional(notNegative, 3),
          improve: v.optional(notNegative, 4),
          diverge: v.optional(notNegative, 1),
        }),
        {},
      ),
    }),
    {},
  );
}

/** The warm start of a policy; no steps where it has none. */
export function warmStartOf({ kind, options }: PolicyPart): WarmStartOptions {
  const schema = v.looseObject({ warmStart: warmStartSchema({ steps: 0, learningRate: 1e-3 }) });
  return parseOptions(schema, options, kind).warmStart;
}
