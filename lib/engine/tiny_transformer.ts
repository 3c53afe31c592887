import * as v from "valibot";
import { givenOptions, parseOptions, whole } from "../part.ts";
import type { PolicyPart } from "./engine.ts";
import { type WarmStartInput, type WarmStartOptions, warmStartSchema } from "./warm_start_options.ts";

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
  /** The supervised warm start; 400 steps of size 2e-3 unless it says otherwise. */
  readonly warmStart: WarmStartOptions;
};

/** Options with all levels optional. */
export type TinyTransformerInput = Partial<Omit<TinyTransformerOptions, "warmStart">> & {
  readonly warmStart?: WarmStartInput;
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
    warmStart: warmStartSchema({ steps: 400, learningRate: 2e-3 }),
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
