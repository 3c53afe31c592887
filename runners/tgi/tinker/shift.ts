import type { TokenSequence } from "../../../lib/engine/engine.ts";
import type { WireDatum } from "./messages.ts";

/** Numbers one a token, by the name that the wire has for them. */
type Inputs = { readonly [name: string]: Float32Array<ArrayBuffer> };

/**
 * A sequence as the wire has it: the input is all tokens but the last, the target of each is the token after it. What
 * belongs to token t stands beside target t − 1, so the first number of each input goes: nothing precedes the first token.
 *
 * @param inputs As long as `tokens`, by name.
 *
 * @example
 * ```ts
 * import { shift } from "exitlab/runners/tgi/tinker/shift.ts";
 * import assert from "node:assert/strict";
 *
 * const { tokens, targets, inputs } = shift([7, 8, 9], { weights: Float32Array.of(0, 1, 2) });
 * assert.deepEqual([...tokens, ...targets], [7, 8, 8, 9]);
 * assert.deepEqual(inputs.weights, Float32Array.of(1, 2));
 * ```
 */
export function shift(tokens: TokenSequence, inputs: Inputs): WireDatum {
  const ids = Int32Array.from(tokens);
  const rest = Object.entries(inputs).map(([name, values]) => [name, values.subarray(1)] as const);
  return { tokens: ids.subarray(0, -1), targets: ids.subarray(1), inputs: Object.fromEntries(rest) };
}

/** The numbers of targets, back beside their tokens: the first, which has none, is 0. */
export function unshift(values: Float32Array): Float32Array {
  const shifted = new Float32Array(values.length + 1);
  shifted.set(values, 1);
  return shifted;
}
