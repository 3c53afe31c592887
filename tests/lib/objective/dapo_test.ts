import assert from "node:assert/strict";
import { dapo } from "../../../lib/objective/dapo.ts";
import { completion } from "./fixtures.ts";

Deno.test("dapo() clips higher, redraws three times and has no penalty unless asked for", () => {
  const part = dapo();
  const { clip, normalize, dualClip, redraws, overlong } = part.options;
  assert.deepEqual([clip, normalize, dualClip], [{ low: 0.2, high: 0.28 }, "std", null]);
  assert.deepEqual([redraws, part.redraws, overlong, part.shape, part.kl], [3, 3, null, undefined, null]);
  assert.equal(dapo({ redraws: 0 }).redraws, 0);
});

Deno.test("dapo() takes its penalty off the reward", () => {
  const shaped = [6, 8, 9, 10].map((length) => dapo({ overlong: { buffer: 2 } }).shape?.(0, length, 10));
  assert.deepEqual(shaped, [0, 0, -0.5, -1]);
});

Deno.test("dapo() lets a long completion weigh by all of its tokens", () => {
  const batch = [1, 3].map((length) => completion({ then: Array(length).fill(-1) }));
  assert.deepEqual(dapo().weigh(batch, 9).coefficients.map((row) => [...row]), [[0.25], [0.25, 0.25, 0.25]]);
});
