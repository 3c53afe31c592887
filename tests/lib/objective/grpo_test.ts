import assert from "node:assert/strict";
import { grpo } from "../../../lib/objective/grpo.ts";

Deno.test("grpo() has the documented defaults", () => {
  const part = grpo();
  assert.deepEqual(part.options, {
    groups: 32,
    groupSize: 8,
    clip: { low: 0.2, high: 0.2 },
    learningRate: 3e-4,
    warmup: 10,
    normalize: "std",
    schedule: "constant",
    entropy: 0.01,
    minibatches: 1,
    weightDecay: 0,
    clipNorm: 1,
  });
  assert.deepEqual(part.given, {});
  assert.equal(part.kind, "grpo");
});

Deno.test("grpo() raises the step size in a straight line and then keeps it", () => {
  const part = grpo({ learningRate: 1e-3, warmup: 4 });
  assert.deepEqual([1, 2, 4, 5, 1000].map(part.learningRate), [2.5e-4, 5e-4, 1e-3, 1e-3, 1e-3]);
  assert.equal(grpo({ warmup: 0 }).learningRate(1, 0.5), 3e-4);
  assert.equal(grpo({ warmup: 0, schedule: "linear" }).learningRate(9, 0.75), 3e-4 / 4);
});

Deno.test("grpo() hands its options to advantages and coefficients", () => {
  assert.deepEqual(grpo({ normalize: "none" }).advantages([1, 0]), [0.5, -0.5]);
  const moved = { advantage: 1, now: Float32Array.of(0.3), then: Float32Array.of(0) };
  assert.equal(grpo({ clip: 0.2 }).coefficients([moved]).clipped, 1);
  assert.equal(grpo({ clip: { low: 0.2, high: 0.5 } }).coefficients([moved]).clipped, 0);
});

Deno.test("grpo() can be rebuilt from what was given", () => {
  const part = grpo({ clip: 0.1, entropy: 0 });
  assert.deepEqual(part.given, { clip: 0.1, entropy: 0 });
  assert.deepEqual(part.rebuild({ ...part.given, groups: 4 }).options, { ...part.options, groups: 4 });
});

Deno.test("grpo() refuses options that are unknown or out of range", () => {
  const refused: [Parameters<typeof grpo>[0], RegExp][] = [
    [{ clip: -0.1 }, /"clip" to be a number in \[0, 1\]/],
    [{ clip: 1.1 }, /"clip" to be a number in \[0, 1\]/],
    [{ clip: { low: 0.2, high: Infinity } }, /"clip" to be/],
    [{ clip: { low: 2, high: 2 } }, /"clip" to be/],
    [{ groupSize: 1 }, /"groupSize" to be a whole number of at least 2 but found 1 in grpo\(\)/],
    [{ groups: 0 }, /"groups"/],
    [{ learningRate: 0 }, /"learningRate" to be a number above 0 but found 0/],
    [{ learningRate: NaN }, /"learningRate"/],
    [{ warmup: 1.5 }, /"warmup"/],
    [{ entropy: -1 }, /"entropy"/],
    [{ minibatches: 0 }, /"minibatches"/],
  ];
  for (const [options, message] of refused) assert.throws(() => grpo(options), message);
  assert.throws(
    () => grpo().rebuild({ grupSize: 4 }),
    /Unknown option "grupSize" \(Did you mean "groupSize"\?\)/,
  );
});
