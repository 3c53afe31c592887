import * as v from "valibot";
import { UserError } from "../errors.ts";
import { positive, whole } from "../part.ts";

/** What is taken off the reward of a response that comes close to the most tokens it may have. */
export type OverlongOptions = {
  /** The last tokens before the limit, over which the penalty grows in a straight line; at least 1. */
  readonly buffer: number;
  /** What is taken off at the limit; above 0. */
  readonly penalty: number;
};

/** The same with the penalty optional. */
export type OverlongInput = Pick<OverlongOptions, "buffer"> & Partial<OverlongOptions>;

/** Schema of the penalty, which is 1 when left out. */
export const overlongOptions: v.GenericSchema<object, OverlongOptions> = v.strictObject({
  buffer: whole(1),
  penalty: v.optional(positive, 1),
}, "null or an object");

/**
 * DAPO's soft overlong punishment (arXiv 2503.14476, Eq. 13) of a response: 0 up to `maxTokens − buffer` tokens, and
 * from there in a straight line up to `penalty` at `maxTokens`.
 *
 * @param length The response's tokens.
 * @param maxTokens The most that it may have.
 * @returns What to take off its reward, in [0, penalty].
 * @throws {UserError} If the buffer is longer than a response may be.
 *
 * @example
 * ```ts
 * import { overlongPenalty } from "exitlab/lib/objective/overlong.ts";
 * import assert from "node:assert/strict";
 *
 * const lengths = [16, 18, 20].map((length) => overlongPenalty(length, 20, { buffer: 4, penalty: 1 }));
 * assert.deepEqual(lengths, [0, 0.5, 1]);
 * ```
 */
export function overlongPenalty(
  length: number,
  maxTokens: number,
  { buffer, penalty }: OverlongOptions,
): number {
  if (buffer > maxTokens) {
    throw new UserError(
      `Expected "objective.overlong.buffer" to be at most sampling.maxTokens (${maxTokens}) but found ${buffer}`,
    );
  }
  return penalty * Math.max(0, Math.min(1, (length - (maxTokens - buffer)) / buffer));
}
