import assert from "node:assert/strict";
import { clippedSurrogate } from "../../../lib/objective/clipped_surrogate.ts";
import { completion } from "./fixtures.ts";

const clip = { low: 0.2, high: 0.28 };
const one = (advantage: number, ratio: number, dualClip: number | null = null): [number, number] => {
  const { slopes, clipped } = clippedSurrogate(clip, dualClip)(
    completion({ advantage, then: [0], now: [Math.log(ratio)] }),
  );
  assert.equal(slopes.length, 1);
  return [slopes[0] ?? NaN, clipped];
};

Deno.test("clippedSurrogate() has the slope A while the weights have not moved", () => {
  const { slopes, clipped } = clippedSurrogate(clip, null)(completion({ advantage: -1.5, then: [-1, -2] }));
  assert.deepEqual([[...slopes], clipped], [[-1.5, -1.5], 0]);
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
    const [slope, clipped] = one(advantage, ratio);
    assert.ok(Math.abs(slope - (kept ? ratio * advantage : 0)) < 1e-6, `${advantage}, ${ratio}`);
    assert.equal(clipped, kept ? 0 : 1);
  }
});

Deno.test("clippedSurrogate() with a dual clip drops tokens with negative advantage that became likely", () => {
  assert.deepEqual(one(-1, 3.1, 3), [0, 1]);
  assert.equal(one(-1, 2.9, 3)[1], 0);
  // It has nothing to say where the advantage is positive, or about unlikely tokens.
  assert.deepEqual(one(1, 0.1, 3), one(1, 0.1));
  assert.deepEqual(one(-1, 0.7, 3), [0, 1]);
  assert.equal(one(1, 1.2, 1.1)[1], 0);
});
