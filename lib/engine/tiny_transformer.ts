import * as v from "valibot";
import { givenOptions, notNegative, parseOptions, positive, whole } from "../part.ts";
import type { PolicyPart } from "./engine.ts";

/** The supervised warm start of a policy, on a domain's demonstrations. */
export type WarmStartOptions = {
  /** Optimiser steps; 0 for none. Default 400. */
  readonly steps: number;
  /** Demonstrations a step. Default 128. */
  readonly batch: number;
  /** Peak step size. Default 2e-3. */
  readonly learningRate: number;
  /** The relative share of first attempts, improvements and divergences. Default 3 : 4 : 1. */
  readonly mix: { readonly base: number; readonly improve: number; readonly diverge: number };
};

/** All options of `tinyTransformer`. */
export type TinyTransformerOptions = {
  /** D, the width of the residual stream; a multiple of 8 × heads. Default 64. */
  readonly width: number;
  /** The number of blocks. Default 3. */
  readonly layers: number;
  /** The number of attention heads. Default 4. */
  readonly heads: number;
  /** The most tokens that a prompt and its completion may have together. Default 128. */
  readonly context: number;
  /** The supervised warm start. */
  readonly warmStart: WarmStartOptions;
};

/** Options with all levels optional. */
export type TinyTransformerInput =
  & Partial<Omit<TinyTransformerOptions, "warmStart">>
  & {
    readonly warmStart?: Partial<Omit<WarmStartOptions, "mix">> & {
      readonly mix?: Partial<WarmStartOptions["mix"]>;
    };
  };

/** The policy of the embedded engine. */
export interface TinyTransformerPart extends PolicyPart {
  /** Always `"tiny-transformer"`. */
  readonly kind: "tiny-transformer";
  /** Every option in force. */
  readonly options: TinyTransformerOptions;
}

const schema = v.pipe(
  v.strictObject({
    width: v.optional(whole(8, 4096), 64),
    layers: v.optional(whole(1, 64), 3),
    heads: v.optional(whole(1, 64), 4),
    context: v.optional(whole(8, 8192), 128),
    warmStart: v.optional(
      v.strictObject({
        steps: v.optional(whole(0), 400),
        batch: v.optional(whole(1), 128),
        learningRate: v.optional(positive, 2e-3),
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
    ),
  }),
  v.forward(
    v.check(({ width, heads }) => width % (8 * heads) === 0, "a multiple of 8 × heads"),
    ["width"],
  ),
);

/**
 * A small decoder-only transformer that the embedded engine trains from nothing on the CPU. Characters are tokens.
 *
 * @throws {UserError} If an option is unknown or out of range.
 *
 * @example
 * ```ts
 * import { tinyTransformer } from "exitlab/lib/engine/tiny_transformer.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(tinyTransformer({ layers: 4 }).options.width, 64);
 * assert.throws(() => tinyTransformer({ width: 60 }), /multiple of 8 × heads/);
 * ```
 */
export function tinyTransformer(options: TinyTransformerInput = {}): TinyTransformerPart {
  return {
    part: "policy",
    kind: "tiny-transformer",
    runners: ["local", "hf"],
    tokens: "characters",
    options: parseOptions(schema, options, "tinyTransformer()"),
    given: givenOptions(options),
    rebuild: (given) => tinyTransformer(given),
  };
}
