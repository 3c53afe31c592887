import assert from "node:assert/strict";
import type { Policy, PolicyPart } from "../../../lib/engine/engine.ts";
import { tinyTransformer } from "../../../lib/engine/tiny_transformer.ts";
import { UserError } from "../../../lib/errors.ts";
import { embeddedEngine } from "../../../runners/local/engine.ts";
import { adam, embed, referenceOf, withPolicy } from "./fixtures.ts";

const request = { prompt: [1, 2], maxTokens: 3, temperature: 1, topP: 1, seed: 1 } as const;
const datum = { tokens: [1, 2, 3], coefficients: Float32Array.of(0, 1, 1) } as const;
const heat = { temperature: 1 } as const;

type Refusal = [name: string, call: (policy: Policy) => Promise<unknown>, message: RegExp];

const refusals: readonly Refusal[] = [
  [
    "an empty prompt",
    (policy) => policy.sample([{ ...request, prompt: [] }]),
    /1 to 23 tokens but found 0 in request 0/,
  ],
  [
    "a prompt that fills the context",
    (policy) => policy.sample([{ ...request, prompt: new Array(24).fill(1) }]),
    /found 24/,
  ],
  [
    "an id outside the vocabulary",
    (policy) => policy.sample([{ ...request, prompt: [104] }]),
    /0 to 103 but found 104/,
  ],
  ["a fractional id", (policy) => policy.logprobs([[1.5]], heat), /found 1.5 in sequence 0/],
  ["no tokens to draw", (policy) => policy.sample([{ ...request, maxTokens: 0 }]), /maxTokens/],
  [
    "a temperature of 0",
    (policy) => policy.sample([{ ...request, temperature: 0 }]),
    /temperature above 0 but found 0/,
  ],
  ["topP of 0", (policy) => policy.sample([{ ...request, topP: 0 }]), /topP in \(0, 1\]/],
  [
    "a negative seed",
    (policy) => policy.sample([request, { ...request, seed: -1 }]),
    /seed.*found -1 in request 1/,
  ],
  [
    "a sequence beyond the context",
    (policy) => policy.logprobs([new Array(25).fill(1)], heat),
    /at most 24.*found 25/,
  ],
  ["an empty sequence", (policy) => policy.logprobs([[]], heat), /at least 1 token/],
  [
    "an infinite temperature of a loss",
    (policy) => policy.forwardBackward([datum], { temperature: Infinity }),
    /in loss/,
  ],
  [
    "too few weights",
    (policy) => policy.forwardBackward([{ ...datum, coefficients: Float32Array.of(0, 1) }], heat),
    /one coefficient a token \(3\) but found 2 in sequence 0/,
  ],
  [
    "a weight on the first token",
    (policy) => policy.forwardBackward([{ ...datum, coefficients: Float32Array.of(1, 1, 1) }], heat),
    /first coefficient of 0 but found 1/,
  ],
  [
    "an entropy weight that is not a number",
    (policy) => policy.forwardBackward([{ ...datum, entropy: Float32Array.of(0, NaN, 1) }], heat),
    /finite entropy weights but found NaN/,
  ],
  [
    "an empty span",
    (policy) => embed(policy, [{ tokens: [1], from: 0 }, { tokens: [], from: 0 }]),
    /at least 1 token but found 0 in span 1/,
  ],
  [
    "a span beyond the context",
    (policy) => embed(policy, [{ tokens: new Array(25).fill(1), from: 3 }]),
    /at most 24 tokens, the context, but found 25 in span 0/,
  ],
  [
    "an id of a span outside the vocabulary",
    (policy) => embed(policy, [{ tokens: [-1], from: 0 }]),
    /0 to 103 but found -1 in span 0/,
  ],
  ...[2, -1, 0.5, NaN].map((from): Refusal => [
    `a span from ${from} on`,
    (policy) => embed(policy, [{ tokens: [1, 2], from }]),
    new RegExp(`a whole from in \\[0, 2\\) but found ${from} in span 0`),
  ]),
  ...[0, -0.5, 1.01, NaN, Infinity].map((mix): Refusal => [
    `a mix of ${mix}`,
    (policy) => referenceOf(policy).refresh(mix),
    new RegExp(`RangeError: Expected a mix in \\(0, 1\\] but found ${mix} in reference\\.refresh`),
  ]),
  [
    "an empty sequence for the reference",
    (policy) => referenceOf(policy).logprobs([[1], []], heat),
    /at least 1 token but found 0 in sequence 1/,
  ],
  [
    "a temperature of 0 for the reference",
    (policy) => referenceOf(policy).logprobs([[1, 2]], { temperature: 0 }),
    /temperature above 0 but found 0 in loss/,
  ],
  ["beta1 of 1", (policy) => policy.optimStep({ ...adam, beta1: 1 }), /beta1 in \[0, 1\)/],
  [
    "a learning rate that is not a number",
    (policy) => policy.optimStep({ ...adam, learningRate: NaN }),
    /learningRate/,
  ],
];

Deno.test("a policy refuses what it cannot compute, and goes on working", async () => {
  await withPolicy(async (policy) => {
    const before = await policy.save();
    for (const [name, call, message] of refusals) await assert.rejects(call(policy), message, name);
    assert.deepEqual(await policy.save(), before);
    assert.equal((await policy.sample([request])).length, 1);
  });
});

Deno.test("calls that overlap are carried out in order", async () => {
  const run = (overlap: boolean) =>
    withPolicy(async (policy) => {
      const calls = [
        () => policy.forwardBackward([datum], heat),
        () => policy.optimStep(adam),
        () => referenceOf(policy).logprobs([datum.tokens], heat),
        () => referenceOf(policy).refresh(0.5),
        () => referenceOf(policy).logprobs([datum.tokens], heat),
        () => embed(policy, [{ tokens: datum.tokens, from: 1 }]),
        () => policy.forwardBackward([datum], heat),
        () => policy.optimStep(adam),
        () => embed(policy, [{ tokens: datum.tokens, from: 1 }]),
        () => policy.sample([request]),
        () => policy.publish(),
        () => policy.sample([request]),
        () => policy.save(),
      ];
      if (overlap) return await Promise.all(calls.map((call) => call()));
      const results: unknown[] = [];
      for (const call of calls) results.push(await call());
      return results;
    });
  assert.deepEqual(await run(true), await run(false));
});

Deno.test("close() refuses calls that wait and calls that come later", async () => {
  const policy = await embeddedEngine({ workers: 1 }).open(tinyTransformer(), 1);
  const waiting = policy.sample([{ ...request, maxTokens: 100 }]);
  const checked = assert.rejects(waiting, /The policy is closed/);
  await policy.close();
  await checked;
  await assert.rejects(policy.sample([request]), /The policy is closed/);
  await assert.rejects(embed(policy, [{ tokens: [1], from: 0 }]), /The policy is closed/);
  await assert.rejects(referenceOf(policy).refresh(1), /The policy is closed/);
  await assert.rejects(referenceOf(policy).logprobs([[1]], heat), /The policy is closed/);
  await policy.close();
});

Deno.test("open() refuses a policy that is not for it or does not fit", async () => {
  const engine = embeddedEngine();
  const foreign: PolicyPart = { ...tinyTransformer(), kind: "hub", rebuild: () => foreign };
  await assert.rejects(engine.open(foreign, 1), /Expected policy "tiny-transformer" but found "hub"/);
  await assert.rejects(engine.open(tinyTransformer({ width: 4096, layers: 64 }), 1), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /fits in 4 GiB but found one that needs [\d.]+ GiB/);
    return true;
  });
});

Deno.test("open() finds room for wide, deep and long models with many workers", async () => {
  for (
    const model of [{ width: 512, layers: 6, heads: 8, context: 512 }, {
      width: 8,
      heads: 1,
      layers: 1,
      context: 8192,
    }]
  ) {
    await withPolicy(async (policy) => {
      const tokens = Array.from({ length: policy.context }, (_, at) => at % 100);
      const [logprobs] = await policy.logprobs([tokens], heat);
      assert.equal(logprobs?.length, policy.context);
      assert.ok(logprobs.every(Number.isFinite));
      const [embedding] = await embed(policy, [{ tokens, from: 0 }]);
      assert.equal(embedding?.length, model.width);
      assert.ok(embedding.every(Number.isFinite));
    }, { model, workers: 4 });
  }
});

Deno.test("embeddedEngine() says what it is and refuses an impossible number of workers", async () => {
  const capabilities = await embeddedEngine({ workers: 3, builds: ["plain"] }).capabilities();
  assert.equal(capabilities.build, "wasm plain-simd");
  assert.equal(capabilities.description, "wasm plain-simd, 3 workers");
  assert.equal(capabilities.reduction, "sum");
  assert.deepEqual([capabilities.embeddings, capabilities.reference], [true, true]);
  for (const workers of [0, -1, 1.5, NaN]) {
    assert.throws(() => embeddedEngine({ workers }), /whole number of workers/);
  }
});
