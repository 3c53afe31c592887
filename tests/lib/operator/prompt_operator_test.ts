import assert from "node:assert/strict";
import fc from "fast-check";
import { compile, defineExperiment, exit, grpo, sudoku, tinyTransformer, uniform } from "exitlab";
import { rootStart, type Start } from "exitlab/lib/curriculum/start.ts";
import { UserError } from "exitlab/lib/errors.ts";
import { diverge } from "exitlab/lib/operator/diverge.ts";
import { improve } from "exitlab/lib/operator/improve.ts";
import { promptOperator, type PromptOperatorInput } from "exitlab/lib/operator/prompt_operator.ts";
import { Random } from "exitlab/lib/random.ts";
import { attempt } from "./fixtures.ts";

const instruction = "Find the mistake below.";
const check = (change: Partial<PromptOperatorInput<"check">> = {}) =>
  promptOperator({ name: "check", instruction, probability: 1, ...change });

const root = rootStart(0, "task", null);
const history: Start = { ...root, id: "history", parent: root.id, depth: 1, attempt: attempt("first") };

Deno.test("promptOperator() takes what no operator before it has changed, and leaves the rest", () => {
  const random = new Random(1);
  assert.deepEqual(check().transform(history, random), { ...history, mode: "custom-check" });
  assert.equal(check().transform(root, random), root);
  const improving: Start = { ...history, mode: "improve" };
  assert.equal(check().transform(improving, random), improving);
  assert.equal(check({ probability: 0 }).transform(history, random), history);
});

Deno.test("promptOperator() draws once for a start with an attempt, whatever its mode", () => {
  const after = (start: Start): number => {
    const random = new Random(7);
    check({ probability: 0.5 }).transform(start, random);
    return random.next();
  };
  const [first, second] = [new Random(7), new Random(7)];
  second.next();
  assert.equal(after(root), first.next());
  const one = second.next();
  assert.equal(after(history), one);
  assert.equal(after({ ...history, mode: "diverge" }), one);
});

Deno.test("promptOperator() shares starts with the operators around it", () => {
  const operators = [check({ probability: 0.5 }), improve(), diverge({ probability: 0.2 })];
  const random = new Random(3);
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 10_000; draw++) {
    const { mode } = operators.reduce((start, operator) => operator.transform(start, random), history);
    counts.set(mode, (counts.get(mode) ?? 0) + 1);
  }
  const share = (mode: string): number => (counts.get(mode) ?? 0) / 10_000;
  for (const [mode, expected] of [["custom-check", 0.4], ["improve", 0.4], ["diverge", 0.2]] as const) {
    assert(Math.abs(share(mode) - expected) < 0.02, `${mode} ${share(mode)}`);
  }
});

Deno.test("promptOperator() words its own mode in sections, and leaves a domain's compact wording aside", () => {
  const domain = sudoku();
  const { task } = domain.tasks("train").at(0);
  const request = { domain, task, state: null, attempt: { ...attempt("THE RESPONSE"), feedback: "HINT" } };
  const start: Start = { ...history, mode: "custom-check" };
  assert.deepEqual(check().word(start, request), [{
    role: "user",
    content: [
      instruction,
      `## Request\n\nB${task.givens}`,
      "## Current response\n\nTHE RESPONSE",
      "## Feedback on the current response\n\nHINT",
    ].join("\n\n"),
  }]);
  for (const mode of ["base", "improve", "diverge", "custom-check-again"] as const) {
    assert.equal(check().word({ ...history, mode }, request), undefined);
  }
});

Deno.test("promptOperator() carries a reward rule for its mode alone", () => {
  assert.equal("rewardRule" in check(), false);
  assert.deepEqual(check({ reward: "improvement" }).rewardRule, {
    mode: "custom-check",
    rule: "improvement",
  });
});

Deno.test("promptOperator() keeps its options through JSON and a change", () => {
  const operator = check({ reward: "absolute" });
  const given = JSON.parse(JSON.stringify(operator.given));
  const rebuilt = operator.rebuild({ ...given, probability: 0.25 });
  assert.equal(rebuilt.kind, "custom-check");
  assert.deepEqual(rebuilt.options, { name: "check", instruction, probability: 0.25, reward: "absolute" });
  assert.deepEqual(rebuilt.given, { name: "check", instruction, probability: 0.25, reward: "absolute" });
  assert.deepEqual([operator.iterates, operator.needsAttempts], [true, true]);
});

Deno.test("promptOperator() takes names that can stand in a path and a mode, and no others", () => {
  for (const name of ["a", "check-2", "tell-me-why"]) {
    assert.equal(promptOperator({ name, instruction, probability: 0 }).kind, `custom-${name}`);
  }
  for (const name of ["", "-", "2nd", "Check", "a.b", "a--b", "a-", "a b", "ä", "a\nb"]) {
    assert.throws(() => promptOperator({ name, instruction, probability: 0 }), /"name" to be small letters/);
  }
});

Deno.test("promptOperator() refuses blank instructions and what is out of range, missing or unknown", () => {
  for (const blank of ["", "  \n"]) {
    assert.throws(() => check({ instruction: blank }), /"instruction" to be text that is not blank/);
  }
  assert.throws(() => check({ probability: 1.5 }), /"probability" to be a probability in \[0, 1\]/);
  assert.throws(() => check().rebuild({ name: "check", probability: 1 }), /Missing option "instruction"/);
  assert.throws(() => check().rebuild({ ...check().given, instructions: "x" }), UserError);
});

Deno.test("promptOperator() asks as often as its probability says", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (probability, seed) => {
      const random = new Random(seed);
      const asked = Array.from({ length: 2000 }, () => check({ probability }).transform(history, random).mode)
        .filter((mode) => mode === "custom-check").length;
      assert(Math.abs(asked / 2000 - probability) < 0.06);
    }),
    { numRuns: 20 },
  );
});

Deno.test("promptOperator() is known to an experiment by its name, in the editor too", () => {
  const base = {
    name: "asking",
    domain: sudoku(),
    policy: tinyTransformer(),
    objective: grpo(),
    budget: { tokens: 1_000_000 },
  };
  const again = promptOperator({ name: "again", instruction, probability: 0.5 });
  const experiment = defineExperiment({
    ...base,
    curriculum: exit(),
    operators: [check(), again, improve()],
  });
  const { jobs } = compile(experiment, { set: ["operators.custom-again.probability=0.25"] });
  const options = jobs[0]?.settings.operators.map(({ options }) => options.probability);
  assert.deepEqual(options, [1, 0.25, undefined]);
  assert.throws(
    // @ts-expect-error Only one customCheck() can work in an arm
    () => defineExperiment({ ...base, curriculum: exit(), operators: [check(), check()] }),
    /promptOperator "check" twice/,
  );
  assert.throws(
    // @ts-expect-error customCheck() has nothing to work on with uniform()
    () => defineExperiment({ ...base, curriculum: uniform(), operators: [check()] }),
    /promptOperator "check" in "operators" has nothing to work on with uniform\(\)/,
  );
});
