import { checkDomain } from "exitlab/domain";
import assert from "node:assert/strict";
import { coins } from "./coins.ts";

Deno.test("coins() keeps the contract of a domain", async () => {
  assert.deepEqual(await checkDomain(coins()), []);
});

Deno.test("coins() wants the fewest coins, and takes any order of them", async () => {
  const quality = async (response: string) =>
    (await coins().step({ coins: "34", amount: 6 }, null, response)).verdict
      .quality;
  assert.equal(await quality("33"), 1);
  assert.ok(Math.abs(await quality("411") - 0.8 * 2 / 3) < 1e-9);
  assert.equal(await quality("43"), 0.1);
  assert.equal(await quality("6"), 0);
  assert.equal(
    (await coins().step({ coins: "25", amount: 7 }, null, "25")).verdict.solved,
    true,
  );
});
