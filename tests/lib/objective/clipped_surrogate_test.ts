import assert from "node:assert/strict";
import fc from "fast-check";
import { clippedSurrogate } from "../../../lib/objective/clipped_surrogate.ts";

const clip = { low: 0.2, high: 0.28 };
const float32 = (...values: number[]): Float32Array => Float32Array.from(values);

Deno.test("clippedSurrogate() is A / (L N) a token while the weights have not moved", () => {
  const then = float32(-0.5, -1, -2);
  const { coefficients, clipped } = clippedSurrogate([
    { advantage: 1.5, now: then, then },
    { advantage: -1.5, now: float32(-1), then: float32(-1) },
  ], clip);
  assert.deepEqual(coefficients, [float32(0.25, 0.25, 0.25), float32(-0.75)]);
  assert.equal(clipped, 0);
});

Deno.test("clippedSurrogate() drops a token only where clipping is the smaller branch", () => {
  const cases = [
    { advantage: 1, ratio: 1.3, kept: false },
    { advantage: 1, ratio: 1.27, kept: true },
    { advantage: 1, ratio: 0.1, kept: true },
    { advantage: -1, ratio: 0.7, kept: false },
    { advantage: -1, ratio: 0.81, kept: true },
    { advantage: -1, ratio: 5, kept: true },
    { advantage: 0, ratio: 9, kept: true },
  ];
  for (const { advantage, ratio, kept } of cases) {
    const { coefficients: [weights], clipped } = clippedSurrogate([
      { advantage, now: float32(Math.log(ratio)), then: float32(0) },
    ], clip);
    assert.ok(
      Math.abs((weights?.[0] ?? NaN) - (kept ? ratio * advantage : 0)) < 1e-5,
      `${advantage}, ${ratio}`,
    );
    assert.equal(clipped, kept ? 0 : 1);
  }
});

Deno.test("clippedSurrogate() counts the share of clipped tokens over the whole batch", () => {
  const { clipped } = clippedSurrogate([
    { advantage: 1, now: float32(1, 0, 0), then: float32(0, 0, 0) },
    { advantage: 0, now: float32(1), then: float32(0) },
  ], clip);
  assert.equal(clipped, 0.25);
});

Deno.test("clippedSurrogate() stays finite when a token became all but impossible or certain", () => {
  for (const [now, then] of [[-1e4, 0], [0, -1e4], [-Infinity, -1], [-1, -Infinity]] as const) {
    for (const advantage of [-2, 2]) {
      const { coefficients: [weights] } = clippedSurrogate([
        { advantage, now: float32(now), then: float32(then) },
      ], clip);
      assert.ok(Number.isFinite(weights?.[0]));
    }
  }
});

Deno.test("clippedSurrogate() takes empty batches and empty completions, and refuses arrays that do not match", () => {
  assert.deepEqual(clippedSurrogate([], clip), { coefficients: [], clipped: 0 });
  const empty = { advantage: 1, now: float32(), then: float32() };
  assert.deepEqual(clippedSurrogate([empty], clip), { coefficients: [float32()], clipped: 0 });
  assert.throws(
    () => clippedSurrogate([{ ...empty, now: float32(1) }], clip),
    /as many .* then \(0\) but found 1/,
  );
});

/** The loss itself, written down from Eq. 4, in float64. */
function loss(batch: readonly { advantage: number; now: number[]; then: number[] }[]): number {
  let total = 0;
  for (const { advantage, now, then } of batch) {
    let sum = 0;
    for (const [t, logprob] of now.entries()) {
      const ratio = Math.exp(logprob - (then[t] ?? 0));
      const bounded = Math.min(Math.max(ratio, 1 - clip.low), 1 + clip.high);
      sum += Math.min(ratio * advantage, bounded * advantage);
    }
    total -= sum / now.length;
  }
  return total / batch.length;
}

Deno.test("clippedSurrogate() is minus the derivative of the loss by log π, by finite differences", () => {
  const logprob = fc.integer({ min: -3000, max: -1 }).map((n) => n / 1000);
  const completion = fc.record({
    advantage: fc.integer({ min: -30, max: 30 }).map((n) => n / 10),
    pairs: fc.array(fc.tuple(logprob, fc.integer({ min: -600, max: 600 }).map((n) => n / 1000)), {
      minLength: 1,
      maxLength: 6,
    }),
  });
  fc.assert(fc.property(fc.array(completion, { minLength: 1, maxLength: 4 }), (drawn) => {
    const batch = drawn.map(({ advantage, pairs }) => ({
      advantage,
      then: pairs.map(([then]) => Math.fround(then)),
      now: pairs.map(([then, difference]) => Math.fround(then + difference)),
    }));
    const { coefficients } = clippedSurrogate(
      batch.map(({ advantage, now, then }) => ({ advantage, now: float32(...now), then: float32(...then) })),
      clip,
    );
    const step = 1e-6;
    for (const [i, { now, then }] of batch.entries()) {
      for (const [t, logprob] of now.entries()) {
        const ratio = Math.exp(logprob - (then[t] ?? 0));
        if ([1 - clip.low, 1 + clip.high].some((edge) => Math.abs(ratio - edge) < 1e-4)) continue;
        const shifted = (by: number): number =>
          loss(batch.map((each, index) => index === i ? { ...each, now: now.with(t, logprob + by) } : each));
        const derivative = (shifted(step) - shifted(-step)) / (2 * step);
        assert.ok(Math.abs((coefficients[i]?.[t] ?? NaN) + derivative) < 1e-5);
      }
    }
  }));
});
