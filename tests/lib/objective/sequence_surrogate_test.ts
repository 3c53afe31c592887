import assert from "node:assert/strict";
import { sequenceSurrogate } from "../../../lib/objective/sequence_surrogate.ts";
import { completion } from "./fixtures.ts";

const surrogate = sequenceSurrogate({ low: 0.2, high: 0.3 });

Deno.test("sequenceSurrogate() has one slope a completion, by the geometric mean of its ratios", () => {
  const { slopes, clipped } = surrogate(
    completion({ advantage: 2, then: [-1, -1, -1], now: [0, -1.5, -0.75] }),
  );
  const expected = 2 * Math.exp(0.75 / 3);
  assert.equal(slopes.length, 3);
  for (const slope of slopes) assert.ok(Math.abs(slope - expected) < 1e-12);
  assert.equal(clipped, 0);
});

Deno.test("sequenceSurrogate() clips all of a completion or nothing, in the rewarded direction alone", () => {
  const moved = (advantage: number, by: number): [number[], number] => {
    // One token moves far, the other not at all: only their mean counts.
    const { slopes, clipped } = surrogate(completion({ advantage, then: [-3, -3], now: [-3 + 2 * by, -3] }));
    return [[...slopes], clipped];
  };
  assert.deepEqual(moved(1, 0.5), [[0, 0], 2]);
  assert.deepEqual(moved(-1, -0.5), [[0, 0], 2]);
  assert.equal(moved(1, -0.5)[1], 0);
  assert.equal(moved(-1, 0.5)[1], 0);
  assert.deepEqual(moved(0, 0.5), [[0, 0], 0]);
});

Deno.test("sequenceSurrogate() of a completion without tokens is nothing", () => {
  assert.deepEqual(surrogate(completion({ then: [] })), { slopes: new Float64Array(), clipped: 0 });
});
