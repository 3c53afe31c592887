import assert from "node:assert/strict";
import { cispo } from "../../../lib/objective/cispo.ts";
import { completion } from "./fixtures.ts";

Deno.test("cispo() bounds its weights at 5 and not from below", () => {
  const { clip, normalize } = cispo().options;
  assert.deepEqual([clip, normalize], [{ low: 1, high: 4 }, "std"]);
  const { coefficients, clipped } = cispo().weigh([completion({ then: [-9, 0], now: [0, -9] })], 2);
  assert.deepEqual([...coefficients[0] ?? []], [2.5, Math.exp(-9) / 2].map(Math.fround));
  assert.equal(clipped, 0.5);
});

Deno.test("cispo() takes the mean over all tokens of the batch", () => {
  const batch = [completion({ then: [-1] }), completion({ advantage: -1, then: [-1, -1, -1] })];
  const { coefficients, entropy } = cispo({ entropy: 0.4 }).weigh(batch, 9);
  assert.deepEqual(coefficients.map((row) => [...row]), [[0.25], [-0.25, -0.25, -0.25]]);
  assert.deepEqual(entropy, [0.1, 0.1]);
});
