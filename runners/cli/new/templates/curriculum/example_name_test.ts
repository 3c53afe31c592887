import { checkCurriculum, compile } from "exitlab";
import assert from "node:assert/strict";
import experiment from "./experiment.ts";
import { exampleName } from "./example_name.ts";

Deno.test("example-name keeps the contract of a curriculum", async () => {
  // So small that the check fills it: memory must have an end.
  assert.deepEqual(await checkCurriculum(exampleName({ capacity: 64 })), []);
});

Deno.test("example-name refuses options that it does not have", () => {
  const misspelt: object = { shar: 1 };
  assert.throws(() => exampleName(misspelt), /Did you mean "share"\?/);
  assert.throws(() => exampleName({ share: 2 }), /a probability in \[0, 1\]/);
});

Deno.test("example-name goes into its experiment", () => {
  assert.equal(compile(experiment, { quick: true }).jobs.length, 2);
});
