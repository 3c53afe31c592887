import assert from "node:assert/strict";
import { gspo } from "../../../lib/objective/gspo.ts";
import { completion } from "./fixtures.ts";

Deno.test("gspo() has the paper's narrow clip", () => {
  const { clip, normalize } = gspo().options;
  assert.deepEqual([clip, normalize], [{ low: 3e-4, high: 4e-4 }, "std"]);
  const moved = (by: number): number =>
    gspo().weigh([completion({ then: [0, 0], now: [0, 2 * by] })], 2).clipped;
  assert.deepEqual([3e-4, 5e-4].map(moved), [0, 1]);
});

Deno.test("gspo() spreads a completion's ratio over its tokens", () => {
  const batch = [
    completion({ advantage: 1.5, then: [-1, -1], now: [-0.5, -1] }),
    completion({ advantage: 0, then: [-1, -1, -1] }),
  ];
  const { coefficients, entropy } = gspo({ clip: 0.5, entropy: 0.4 }).weigh(batch, 3);
  const expected = Math.fround(Math.exp(0.25) * 1.5 / 4);
  assert.deepEqual(coefficients.map((row) => [...row]), [[expected, expected], [0, 0, 0]]);
  assert.deepEqual(entropy, [0.1, 0]);
});

Deno.test("gspo() corrects for the sampler token by token", () => {
  const batch = [completion({ then: [0, 0], sampled: [-Math.log(1.5), -9] })];
  const { coefficients } = gspo({ importance: { mode: "mask" } }).weigh(batch, 2);
  assert.ok(Math.abs((coefficients[0]?.[0] ?? NaN) - 0.75) < 1e-6);
  assert.equal(coefficients[0]?.[1], 0);
});
