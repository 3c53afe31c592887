import { checkDomain } from "exitlab/domain";
import assert from "node:assert/strict";
import { swaps } from "./swaps.ts";

Deno.test("swaps() keeps the contract of a domain", async () => {
  assert.deepEqual(await checkDomain(swaps()), []);
});

Deno.test("swaps() grades by the share of order that is restored", async () => {
  const quality = async (response: string) => (await swaps().step("cabde", null, response)).verdict.quality;
  const responses = ["12", "1", "", "2", "15", "no", "12".repeat(8)];
  assert.deepEqual(await Promise.all(responses.map(quality)), [1, 0.5, 0, 0, 0, 0, 0]);
});
