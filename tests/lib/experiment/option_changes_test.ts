import assert from "node:assert/strict";
import fc from "fast-check";
import { compare } from "../../../lib/experiment/compare.ts";
import { compile } from "../../../lib/experiment/compile.ts";
import { UserError } from "../../../lib/errors.ts";
import { parseSet } from "../../../lib/experiment/option_changes.ts";
import type { Settings } from "../../../lib/experiment/settings.ts";
import { diverge, exit, improve, mind, ordered, plain, toy, uniform } from "./stubs.ts";

const comparison = compare({
  name: "toys",
  base: { domain: toy(), policy: mind(), objective: plain(), budget: { tokens: 1000 } },
  arms: {
    grpo: { curriculum: uniform() },
    exit: { curriculum: exit(), operators: [improve(), diverge()] },
    other: { curriculum: exit() },
  },
  quick: { arms: ["grpo"], set: { "arms.exit.curriculum.probability": 0.9 } },
});

const settingsOf = (set: string[], arm = "exit"): Settings => {
  const job = compile(comparison, { set }).jobs.find((candidate) => candidate.arm === arm);
  assert.ok(job);
  return job.settings;
};
const refuses = (set: string, message: RegExp): void => {
  assert.throws(() => compile(comparison, { set: [set] }), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  });
};

Deno.test("parseSet() reads JSON where it can and text elsewhere", () => {
  const valueOf = (text: string): unknown => parseSet(`a.b=${text}`).value;
  assert.equal(valueOf("0.35"), 0.35);
  assert.equal(valueOf("1e6"), 1e6);
  assert.equal(valueOf("null"), null);
  assert.equal(valueOf("graded"), "graded");
  assert.equal(valueOf('"7"'), "7");
  assert.equal(valueOf(""), "");
  assert.equal(valueOf("x=y"), "x=y");
  assert.deepEqual(valueOf('{"low": 1}'), { low: 1 });
});

Deno.test("parseSet() refuses what is no PATH=VALUE", () => {
  for (const text of ["", "=", "=1", "budget.tokens", "  =2"]) {
    assert.throws(() => parseSet(text), /Expected --set to be PATH=VALUE/);
  }
});

Deno.test("compile() applies --set to every arm that has the option", () => {
  assert.equal(settingsOf(["budget.tokens=77"], "grpo").budget.tokens, 77);
  assert.equal(settingsOf(["curriculum.probability=0.35"]).curriculum.options.probability, 0.35);
  assert.equal(settingsOf(["curriculum.probability=0.35"], "other").curriculum.options.probability, 0.35);
  assert.equal(settingsOf(["domain.size=6"]).domain.options.size, 6);
  assert.equal(settingsOf(["domain.size=6"]).sampling.maxTokens, 7);
  assert.equal(settingsOf(["operators.diverge.probability=0.5"]).operators[1]?.options.probability, 0.5);
  assert.equal(settingsOf(["evaluate.every=0"]).evaluate.every, 0);
  assert.equal(settingsOf(["domain.note=hi"]).domain.options.note, "hi");
});

Deno.test("compile() applies --set to one arm when the path names it", () => {
  const set = ["arms.exit.curriculum.probability=0.35"];
  assert.equal(settingsOf(set).curriculum.options.probability, 0.35);
  assert.equal(settingsOf(set, "other").curriculum.options.probability, 0.5);
});

Deno.test("compile() applies --set in order, the last one wins, and to nested options", () => {
  const set = ["domain.nested.low=-1", "domain.nested.high=3", "domain.nested.low=2"];
  assert.deepEqual(settingsOf(set).domain.options.nested, { low: 2, high: 3 });
});

Deno.test("compile() checks changes of one part together, whatever their order", () => {
  const experiment = compare({
    name: "toys",
    base: { domain: ordered(), policy: mind(), objective: plain(), budget: { tokens: 1000 } },
    arms: { exit: { curriculum: exit() } },
  });
  for (const set of [["domain.least=8", "domain.most=9"], ["domain.most=9", "domain.least=8"]]) {
    assert.deepEqual(compile(experiment, { set }).jobs[0]?.settings.domain.options, { least: 8, most: 9 });
  }
  assert.throws(
    () => compile(experiment, { set: ["domain.least=8"] }),
    /^UserError: Expected "least" to be at most 5 but found 8 in ordered\(\) \(--set domain\.least\)$/,
  );
});

Deno.test("compile() leaves the experiment as it was", () => {
  const before = compile(comparison).plan;
  compile(comparison, { set: ["domain.nested.low=-1", "budget.tokens=5"], quick: true });
  assert.deepEqual(compile(comparison).plan, before);
});

Deno.test("compile() refuses paths that lead nowhere, with the one that was meant", () => {
  refuses(
    "curriculum.probabilty=0.2",
    /path "curriculum\.probabilty".*did you mean "curriculum\.probability"/,
  );
  refuses("curiculum.probability=0.2", /did you mean "curriculum"/);
  refuses("budget.tokns=5", /did you mean "budget\.tokens"/);
  refuses("budget.zzzzzzzz=5", /known are budget\.tokens, budget\.rollouts, budget\.iterations/);
  refuses("budget.tokens.deep=5", /No option has the path/);
  refuses("budget=5", /No option has the path "budget"/);
  refuses("curriculum=exit", /known are curriculum\.probability/);
  refuses("operators.diverg.probability=1", /did you mean "operators\.diverge\.probability"/);
  refuses("operators=[]", /No option has the path/);
  refuses("arms.exot.budget.tokens=5", /No selected arm is named "exot".*did you mean "exit"/);
  refuses("arms.grpo.curriculum.probability=1", /No option has the path "curriculum\.probability"/);
  refuses("arms=5", /No selected arm is named ""/);
  refuses("__proto__.x=5", /No option has the path/);
  refuses("domain.__proto__=5", /No option has the path|Unknown option/);
  refuses("seeds=5", /No option has the path "seeds"/);
});

Deno.test("compile() refuses values in the part's own words", () => {
  refuses(
    "curriculum.probability=1.2",
    /"probability" to be a probability in \[0, 1\] but found 1\.2 in exit\(\)/,
  );
  refuses("domain.size=six", /"size" to be a whole number from 1 to 9 but found "six" in toy\(\)/);
  refuses("domain.size=12", /a whole number from 1 to 9 but found 12/);
  refuses("budget.tokens=0", /"tokens" to be a whole number of at least 1 but found 0 in arms\.grpo\.budget/);
  refuses("budget.tokens=null", /limit tokens, rollouts or iterations but found neither/);
  refuses("evaluate.topP=0", /"topP" to be a number in \(0, 1\] but found 0/);
  refuses("evaluate.tasks=101", /"arms\.grpo\.evaluate\.tasks" to be at most 100/);
  refuses("domain.nested=3", /"nested" to be an object but found 3/);
});

Deno.test("compile() takes quick.set for arms that were not selected, but no such --set", () => {
  assert.equal(compile(comparison, { quick: true }).jobs.length, 1);
  const shared = { ...comparison, quick: { set: { "curriculum.probability": 0.9 } } };
  assert.equal(compile(shared, { quick: true, arms: ["grpo"] }).jobs.length, 1);
  assert.throws(
    () => compile(comparison, { arms: ["grpo"], set: ["arms.exit.budget.tokens=5"] }),
    /No selected arm is named "exit"/,
  );
});

Deno.test("compile() answers any --set with a plan or a sentence", () => {
  const word = fc.constantFrom(
    "arms",
    "exit",
    "domain",
    "nested",
    "low",
    "operators",
    "diverge",
    "budget",
    "tokens",
    "",
    "x",
  );
  const text = fc.tuple(fc.array(word, { maxLength: 5 }), fc.oneof(fc.string(), fc.json()))
    .map(([path, value]) => `${path.join(".")}=${value}`);
  fc.assert(
    fc.property(fc.array(text, { maxLength: 3 }), (set) => {
      try {
        compile(comparison, { set });
      } catch (error) {
        assert.ok(error instanceof UserError, String(error));
        assert.ok(!error.message.endsWith("."), error.message);
      }
    }),
    { numRuns: 300 },
  );
});
