import assert from "node:assert/strict";
import {
  changeBonus,
  dapo,
  defineExperiment,
  diversityBonus,
  exit,
  fixedDepth,
  grpo,
  improve,
  learnability,
  prioritized,
  promptOperator,
  selfImitation,
  sudoku,
  tinyTransformer,
  uniform,
} from "exitlab";

const one = {
  name: "one",
  domain: sudoku(),
  policy: tinyTransformer(),
  objective: grpo(),
  budget: { iterations: 1 },
} as const;

const idle = /changeBonus\(\) in "operators" has nothing to work on with \w+\(\)/;

Deno.test("operators that need earlier attempts are refused where every response is a first one", () => {
  assert.throws(() => {
    // @ts-expect-error nothing is ever changed
    defineExperiment({ ...one, curriculum: uniform(), operators: [changeBonus()] });
  }, idle);
  assert.throws(() => {
    // @ts-expect-error nothing is ever changed
    defineExperiment({ ...one, curriculum: prioritized(), operators: [changeBonus()] });
  }, idle);
  assert.throws(() => {
    // @ts-expect-error nothing is ever changed
    defineExperiment({ ...one, curriculum: learnability(), operators: [changeBonus()] });
  }, idle);
});

Deno.test("operators that need earlier attempts work with chains and with partial histories", () => {
  defineExperiment({ ...one, curriculum: fixedDepth(), operators: [changeBonus(), diversityBonus()] });
  defineExperiment({ ...one, curriculum: exit(), operators: [improve(), changeBonus(), diversityBonus()] });
});

Deno.test("operators that weigh any group work where every response is a first one", () => {
  defineExperiment({
    ...one,
    curriculum: uniform(),
    operators: [diversityBonus({ applies: "all" }), selfImitation()],
  });
});

Deno.test("a task space that nothing can enter is refused", () => {
  assert.throws(
    () => defineExperiment({ ...one, curriculum: exit({ roots: false }) }),
    /exit\(\) in "curriculum" would hold no start/,
  );
  defineExperiment({ ...one, curriculum: exit({ roots: false }), operators: [improve()] });
});

Deno.test("more minibatches than groups are refused", () => {
  assert.throws(
    () => defineExperiment({ ...one, curriculum: uniform(), objective: grpo({ groups: 4, minibatches: 5 }) }),
    /"objective\.minibatches" to be at most 4, the groups of a batch, but found 5/,
  );
});

Deno.test("an overlong buffer that no response can reach is refused before anything runs", () => {
  assert.throws(
    () => defineExperiment({ ...one, curriculum: uniform(), objective: dapo({ overlong: { buffer: 64 } }) }),
    /64.*\("objective"\)/,
  );
});

Deno.test("operators that need earlier attempts are refused where nothing hands them out", () => {
  assert.throws(
    () => defineExperiment({ ...one, curriculum: exit(), operators: [changeBonus()] }),
    /changeBonus\(\) .* nothing to work on with exit\(\), which hands out no attempts .* \(add improve\(\)/,
  );
});

Deno.test("a prompt operator is refused after improve(), and where its request does not fit", () => {
  const check = (instruction: string) => promptOperator({ name: "check", instruction, probability: 0.5 });
  const policy = tinyTransformer({ context: 512 });
  defineExperiment({ ...one, policy, curriculum: exit(), operators: [check("Look again."), improve()] });
  assert.throws(
    () =>
      defineExperiment({ ...one, policy, curriculum: exit(), operators: [improve(), check("Look again.")] }),
    /promptOperator "check" in "operators" stands after improve\(\)/,
  );
  assert.throws(
    () => defineExperiment({ ...one, curriculum: exit(), operators: [check("x".repeat(200)), improve()] }),
    /"policy\.context" to be at least \d+ \(prompt of promptOperator "check" \d+, .* but found 128/,
  );
});
