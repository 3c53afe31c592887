/** What the tests of the objectives share. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { JsonObject } from "../../../lib/json.ts";
import { cispo } from "../../../lib/objective/cispo.ts";
import { dapo } from "../../../lib/objective/dapo.ts";
import { drGrpo } from "../../../lib/objective/dr_grpo.ts";
import { grpo } from "../../../lib/objective/grpo.ts";
import { gspo } from "../../../lib/objective/gspo.ts";
import type { ObjectivePart, WeighedCompletion } from "../../../lib/objective/objective.ts";

/** Every objective by its kind. */
export const factories: Readonly<Record<string, (given: JsonObject) => ObjectivePart>> = {
  grpo,
  "dr-grpo": drGrpo,
  dapo,
  gspo,
  cispo,
};

/** The objective of a kind. */
export function make(kind: string, given: JsonObject = {}): ObjectivePart {
  const factory = factories[kind];
  if (factory === undefined) throw new RangeError(`No objective is named ${kind}`);
  return factory(given);
}

export const float32 = (...values: number[]): Float32Array => Float32Array.from(values);

/** A completion that did not move, but for what is said otherwise. */
export function completion(
  { then = [-1], now = then, sampled = then, reference, advantage = 1 }: {
    then?: readonly number[];
    now?: readonly number[];
    sampled?: readonly number[];
    reference?: readonly number[];
    advantage?: number;
  },
): WeighedCompletion {
  return {
    advantage,
    now: float32(...now),
    then: float32(...then),
    sampled: float32(...sampled),
    ...(reference === undefined ? {} : { reference: float32(...reference) }),
  };
}

/**
 * Asserts that rows of numbers agree.
 *
 * @param tolerance As a share of the number expected.
 * @param floor What they may differ by in any case.
 */
export function assertClose(
  found: readonly Float32Array[],
  expected: readonly ArrayLike<number>[],
  tolerance: number = 2e-7,
  floor: number = 1e-12,
): void {
  assert.deepEqual(found.map(({ length }) => length), expected.map(({ length }) => length));
  for (const [i, row] of found.entries()) {
    for (const [t, value] of row.entries()) {
      const wanted = expected[i]?.[t] ?? NaN;
      assert.ok(
        Math.abs(value - wanted) <= tolerance * Math.abs(wanted) + floor,
        `${value} instead of ${wanted} at [${i}][${t}]`,
      );
    }
  }
}

/** What the drawn batches are made of. */
export interface Drawn {
  /** Log-probabilities under the trainer's weights at the start. */
  readonly logprob: fc.Arbitrary<number>;
  /** What is added to them for those of now, of the sampler and of the reference. */
  readonly shift: fc.Arbitrary<number>;
  /** Tokens of a completion. */
  readonly lengths: { readonly minLength: number; readonly maxLength: number };
}

/** Moderate log-probabilities that move a little. */
export const moderate: Drawn = {
  logprob: fc.double({ min: -6, max: 0, noNaN: true }),
  shift: fc.double({ min: -1, max: 1, noNaN: true }),
  lengths: { minLength: 1, maxLength: 6 },
};

/** Batches of weighed completions, with reference. */
export function batches({ logprob, shift, lengths }: Drawn): fc.Arbitrary<WeighedCompletion[]> {
  const tokens = fc.array(fc.tuple(logprob, shift, shift, shift), lengths);
  // Adding 0 turns −0 into 0.
  const advantage = fc.oneof(fc.constant(0), fc.double({ min: -3, max: 3, noNaN: true }).map((a) => a + 0));
  return fc.array(
    fc.record({ advantage, tokens }).map(({ advantage, tokens }) =>
      completion({
        advantage,
        then: tokens.map(([then]) => then),
        now: tokens.map(([then, moved]) => then + moved),
        sampled: tokens.map(([then, , behind]) => then + behind),
        reference: tokens.map(([then, , , away]) => then + away),
      })
    ),
    { minLength: 1, maxLength: 5 },
  );
}
