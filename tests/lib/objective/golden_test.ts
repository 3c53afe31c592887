/** The objectives against values from benchmarks/peers/golden_objectives.py, which derives losses numerically. */
import assert from "node:assert/strict";
import * as v from "valibot";
import type { Json } from "../../../lib/json.ts";
import { groupAdvantages } from "../../../lib/objective/advantages.ts";
import { grpo } from "../../../lib/objective/grpo.ts";
import { assertClose, completion, factories, make } from "./fixtures.ts";

const numbers = v.array(v.number());
const json: v.GenericSchema<Json> = v.lazy(() =>
  v.union([v.null(), v.boolean(), v.number(), v.string(), v.array(json), v.record(v.string(), json)])
);
const schema = v.strictObject({
  maxTokens: v.number(),
  batches: v.record(
    v.string(),
    v.array(
      v.strictObject({
        advantage: v.number(),
        now: numbers,
        then: numbers,
        sampled: numbers,
        reference: numbers,
      }),
    ),
  ),
  weights: v.array(v.strictObject({
    kind: v.string(),
    options: v.record(v.string(), json),
    batch: v.string(),
    coefficients: v.array(numbers),
    entropy: numbers,
    clipped: v.number(),
    kl: v.number(),
  })),
  advantages: v.array(v.strictObject({
    normalize: v.picklist(["std", "none"]),
    rewards: numbers,
    advantages: numbers,
  })),
  overlong: v.array(v.strictObject({ length: v.number(), buffer: v.number(), shaped: v.number() })),
});

const golden = v.parse(
  schema,
  JSON.parse(await Deno.readTextFile(new URL("golden.json", import.meta.url))),
);

const near = (found: number, expected: number): void =>
  assert.ok(Math.abs(found - expected) <= 1e-11 * Math.abs(expected) + 1e-13, `${found} is not ${expected}`);

for (const { kind, options, batch, ...expected } of golden.weights) {
  Deno.test(`${kind} weighs the batch "${batch}" as its paper does with ${JSON.stringify(options)}`, () => {
    const completions = (golden.batches[batch] ?? []).map(completion);
    const weights = make(kind, options).weigh(completions, golden.maxTokens);
    assertClose(weights.coefficients, expected.coefficients);
    assert.equal(weights.entropy.length, completions.length);
    for (const [at, weight] of expected.entropy.entries()) near(weights.entropy[at] ?? NaN, weight);
    assert.equal(weights.clipped, expected.clipped);
    near(weights.kl, expected.kl);
  });
}

Deno.test("the golden values cover every objective", () => {
  assert.deepEqual(new Set(golden.weights.map(({ kind }) => kind)), new Set(Object.keys(factories)));
});

Deno.test("advantages are those of the paper's formula", () => {
  for (const { normalize, rewards, advantages } of golden.advantages) {
    const found = groupAdvantages(rewards, normalize);
    assert.equal(found.length, advantages.length);
    for (const [at, advantage] of advantages.entries()) near(found[at] ?? NaN, advantage);
  }
});

Deno.test("the penalty for length is DAPO's Eq. 13", () => {
  for (const { length, buffer, shaped } of golden.overlong) {
    near(grpo({ overlong: { buffer, penalty: 0.5 } }).shape?.(1, length, 12) ?? NaN, shaped);
  }
});
