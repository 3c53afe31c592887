import { compile } from "exitlab";
import { checkDomain } from "exitlab/domain";
import assert from "node:assert/strict";
import experiment from "./experiment.ts";
import { exampleName } from "./example_name.ts";

Deno.test("example-name keeps the contract of a domain", async () => {
  assert.deepEqual(await checkDomain(exampleName()), []);
  assert.deepEqual(await checkDomain(exampleName({ digits: 3 })), []);
});

Deno.test("example-name grades an answer by its places", async () => {
  const judge = async (response: string, reward: "graded" | "binary") =>
    (await exampleName({ reward }).step("3142", null, response)).verdict;
  const solved = { quality: 1, solved: true, reward: 1 };
  assert.deepEqual(await judge("1234", "graded"), solved);
  const nearly = await judge("1243", "graded");
  assert.ok(nearly.quality > 0.4 && nearly.quality < 1 && !nearly.solved);
  assert.equal(nearly.reward, nearly.quality);
  assert.equal((await judge("1243", "binary")).reward, 0);
});

Deno.test("example-name refuses options that it does not have", () => {
  const misspelt: object = { digts: 4 };
  assert.throws(() => exampleName(misspelt), /Did you mean "digits"\?/);
});

Deno.test("example-name goes into its experiment", () => {
  assert.equal(compile(experiment, { quick: true }).jobs.length, 2);
});
