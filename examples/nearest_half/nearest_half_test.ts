import { checkCurriculum } from "exitlab";
import assert from "node:assert/strict";
import { nearestHalf } from "./nearest_half.ts";

Deno.test("nearestHalf() keeps the contract of a curriculum", async () => {
  assert.deepEqual(await checkCurriculum(nearestHalf({ capacity: 64 })), []);
});
