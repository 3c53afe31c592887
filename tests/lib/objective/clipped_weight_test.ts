import assert from "node:assert/strict";
import { clippedWeight } from "../../../lib/objective/clipped_weight.ts";
import { completion } from "./fixtures.ts";

Deno.test("clippedWeight() bounds the ratio and drops no token", () => {
  const moved = { then: [0, 0, 0, 0], now: [-2, 0, 1, 2] };
  const up = clippedWeight({ low: 1, high: 4 })(completion({ advantage: 2, ...moved }));
  assert.deepEqual([...up.slopes], [2 * Math.exp(-2), 2, 2 * Math.E, 10]);
  assert.equal(up.clipped, 1);
  const down = clippedWeight({ low: 0.5, high: 1 })(completion({ advantage: -1, ...moved }));
  assert.deepEqual([...down.slopes], [-0.5, -1, -2, -2]);
  assert.equal(down.clipped, 3);
});

Deno.test("clippedWeight() counts no token as clipped whose completion has nothing to teach", () => {
  const { slopes, clipped } = clippedWeight({ low: 0.1, high: 0.1 })(
    completion({ advantage: 0, then: [-5], now: [-1] }),
  );
  assert.deepEqual([[...slopes], clipped], [[0], 0]);
});
