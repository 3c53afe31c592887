import assert from "node:assert/strict";
import { drGrpo } from "../../../lib/objective/dr_grpo.ts";
import { completion } from "./fixtures.ts";

Deno.test("drGrpo() has a clip and a dual clip beside the common options", () => {
  const { clip, dualClip } = drGrpo().options;
  assert.deepEqual([clip, dualClip], [{ low: 0.2, high: 0.2 }, null]);
  assert.equal(drGrpo().redraws, 0);
});

Deno.test("drGrpo() gives each token of a batch the same weight, whatever the length of its completion", () => {
  const batch = [1, 4].map((length) => completion({ advantage: -0.5, then: Array(length).fill(-1) }));
  const { coefficients, entropy } = drGrpo({ entropy: 0.2 }).weigh(batch, 5);
  for (const row of coefficients) for (const weight of row) assert.equal(weight, Math.fround(-0.05));
  assert.deepEqual(entropy, [0.02, 0.02]);
});

Deno.test("drGrpo() keeps the scale of rewards in its advantages", () => {
  assert.deepEqual(drGrpo().advantages([4, 0]), [2, -2]);
  assert.deepEqual(drGrpo().advantages([0.1, 0.1]), [0, 0]);
});
