import assert from "node:assert/strict";
import { cachedWarmStart, warmStartHash } from "exitlab/lib/loop/warm_cache.ts";
import { warmStart } from "exitlab/lib/loop/warm_start.ts";
import { tinyTransformer } from "exitlab/lib/engine/tiny_transformer.ts";
import { digits } from "../../support/digit_domain.ts";
import { stubPolicy } from "../../support/stub_engine.ts";

const policyPart = tinyTransformer({ warmStart: { steps: 5, batch: 8 } });
const { warmStart: options } = policyPart.options;
const spec = { policy: policyPart, domain: digits(), options, seed: 1, build: "stub" };

function context(
  aborted: boolean = false,
): { signal: AbortSignal; steps: number[]; progress: (step: number) => void } {
  const steps: number[] = [];
  return {
    signal: aborted ? AbortSignal.abort() : new AbortController().signal,
    steps,
    progress: (s) => steps.push(s),
  };
}

Deno.test("warmStart() trains on response tokens alone, weighing each equally", async () => {
  const sums: number[] = [];
  const policy = stubPolicy(1);
  const watched: typeof policy = {
    ...policy,
    forwardBackward: (batch, loss) => {
      sums.push(batch.flatMap(({ coefficients }) => [...coefficients]).reduce((a, b) => a + b, 0));
      assert(batch.every(({ coefficients }) => coefficients[0] === 0));
      return policy.forwardBackward(batch, loss);
    },
  };
  assert(await warmStart(watched, digits(), options, 1, context()));
  assert.equal(sums.length, 5);
  for (const sum of sums) assert(Math.abs(sum - 1) < 1e-6);
});

Deno.test("cachedWarmStart() trains once and reads the cache the second time", async () => {
  const cache = await Deno.makeTempDir();
  try {
    const first = context();
    const trained = await cachedWarmStart(stubPolicy(1), spec, cache, first);
    const second = context();
    assert.deepEqual(await cachedWarmStart(stubPolicy(1), spec, cache, second), trained);
    assert.deepEqual([first.steps.length, second.steps.length], [5, 0]);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

Deno.test("cachedWarmStart() keeps nothing when it was stopped", async () => {
  const cache = await Deno.makeTempDir();
  try {
    assert.equal(await cachedWarmStart(stubPolicy(1), spec, cache, context(true)), undefined);
    const again = context();
    await cachedWarmStart(stubPolicy(1), spec, cache, again);
    assert.equal(again.steps.length, 5);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

Deno.test("warmStartHash() tells apart all that changes the weights", () => {
  // The same name, version and options, and other code.
  const otherwise: typeof spec.domain = {
    ...spec.domain,
    demonstrate: () => ({ messages: [{ role: "user", content: "?" }], response: "!" }),
  };
  const hashes = [
    spec,
    { ...spec, seed: 2 },
    { ...spec, build: "other" },
    { ...spec, domain: digits({ tasks: 9 }) },
    { ...spec, options: { ...options, steps: 6 } },
    { ...spec, domain: otherwise },
  ].map(warmStartHash);
  assert.equal(new Set(hashes).size, hashes.length);
});

Deno.test("warmStart() refuses a domain without demonstrations", async () => {
  const { demonstrate: _, ...silent } = digits();
  await assert.rejects(
    warmStart(stubPolicy(1), silent, options, 1, context()),
    /"digits" has no demonstrations .* set policy.warmStart.steps to 0/,
  );
});
