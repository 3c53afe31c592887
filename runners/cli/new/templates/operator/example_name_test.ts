import { checkOperator, compile, type WeighedRollout } from "exitlab";
import assert from "node:assert/strict";
import experiment from "./experiment.ts";
import { exampleName } from "./example_name.ts";

/** A wrong answer of this quality, after an attempt of another. */
function rollout(before: number, quality: number): WeighedRollout {
  const verdict = { quality, solved: false, reward: 0 };
  return {
    before: {
      response: "before",
      verdict: { ...verdict, quality: before },
      feedback: null,
    },
    responses: ["after"],
    span: { tokens: [0, 1], from: 1 },
    verdict,
    reward: 0,
  };
}

Deno.test("example-name keeps the contract of an operator", async () => {
  assert.deepEqual(await checkOperator(exampleName({ share: 0.4 })), []);
});

Deno.test("example-name pays for what was gained, and for nothing else", () => {
  const { rewards } = exampleName({ share: 0.5 });
  const rollouts = [rollout(0.25, 0.75), rollout(0.75, 0.25)];
  assert.deepEqual(rewards?.({ mode: "improve", rollouts }), [0.25, 0]);
  assert.deepEqual(rewards?.({ mode: "base", rollouts }), [0, 0]);
});

Deno.test("example-name refuses options that it does not have", () => {
  const misspelt: object = { shar: 1 };
  assert.throws(() => exampleName(misspelt), /Did you mean "share"\?/);
});

Deno.test("example-name goes into its experiment", () => {
  assert.equal(compile(experiment, { quick: true }).jobs.length, 2);
});
