import assert from "node:assert/strict";
import { compare } from "../../../lib/experiment/compare.ts";
import { compile } from "../../../lib/experiment/compile.ts";
import { defineExperiment } from "../../../lib/experiment/define_experiment.ts";
import { isExperiment } from "../../../lib/experiment/experiment.ts";
import { extend } from "../../../lib/experiment/extend.ts";
import { hub } from "../../../lib/engine/hub.ts";
import { endless, exit, fixedDepth, improve, mind, plain, toy, uniform } from "./stubs.ts";

const base = { domain: toy(), policy: mind(), objective: plain(), budget: { tokens: 1000 } };
const single = defineExperiment({ ...base, name: "one", curriculum: fixedDepth(), seeds: [4] });
const comparison = compare({
  name: "two",
  base,
  arms: { a: { curriculum: uniform() }, b: { curriculum: exit(), operators: [improve()] } },
  quick: { arms: ["b"] },
});

Deno.test("defineExperiment() names its arm after the curriculum, or main", () => {
  assert.deepEqual(Object.keys(single.arms), ["fixed-depth"]);
  const odd = { ...uniform(), kind: "My Own!" };
  assert.deepEqual(Object.keys(defineExperiment({ ...base, name: "odd", curriculum: odd }).arms), ["main"]);
});

Deno.test("defineExperiment() and compare() treat undefined as left out when types were ignored", () => {
  const spec = { ...base, name: "one", curriculum: exit(), operators: undefined, seeds: undefined };
  const sloppy: Parameters<typeof defineExperiment>[0] = JSON.parse("{}");
  assert.equal(compile(defineExperiment(Object.assign(sloppy, spec))).jobs.length, 1);
});

Deno.test("compare() refuses names that cannot name folders", () => {
  const arms = { a: { curriculum: exit() } };
  for (const name of ["", "Upper", "a b", "a/b", "..", "-x", "é", "a".repeat(65)]) {
    assert.throws(() => compare({ name, base, arms }), /"name" to be 1 to 64 small letters/, name);
    assert.throws(
      () => compare({ name: "x", base, arms: { [name]: { curriculum: exit() } } }),
      /small letters/,
      name,
    );
  }
  assert.throws(() => compare({ name: "x", base, arms: {} }), /at least one arm/);
});

Deno.test("compare() refuses seeds that are no whole numbers", () => {
  const arms = { a: { curriculum: exit() } };
  for (const seed of [1.5, -1, NaN, Infinity, 2 ** 60]) {
    assert.throws(
      () => compare({ name: "x", base, arms, seeds: [1, seed] }),
      /"seeds.1" to be a whole number/,
    );
  }
});

Deno.test("compare() refuses groups of one, responses longer than the context, more tasks than there are", () => {
  const arms = { a: { curriculum: exit() } };
  const lone = { ...plain(), groupSize: 1 };
  assert.throws(
    () => compare({ name: "x", base: { ...base, objective: lone }, arms }),
    /groupSize" to be at least 2 but found 1/,
  );
  assert.throws(
    () => compare({ name: "x", base: { ...base, policy: mind({ context: 13 }) }, arms }),
    /"arms.a.policy.context" to be at least 14 \(prompt 8, response 4, frame 2\) but found 13/,
  );
  compare({ name: "x", base: { ...base, policy: mind({ context: 14 }) }, arms });
  assert.throws(
    () => compare({ name: "x", base: { ...base, sampling: { maxTokens: 120 } }, arms }),
    /"arms.a.policy.context" to be at least 129/,
  );
  assert.throws(
    () => compare({ name: "x", base: { ...base, evaluate: { tasks: 101 } }, arms }),
    /"arms.a.evaluate.tasks" to be at most 100, the held-out tasks of toy\(\), but found 101/,
  );
});

Deno.test("isExperiment() knows experiments from everything else", () => {
  assert.ok(isExperiment(single));
  for (const value of [null, undefined, 7, {}, { format: "exitlab.plan/1" }, () => single]) {
    assert.ok(!isExperiment(value));
  }
});

Deno.test("extend() replaces, adds and removes arms", () => {
  const derived = extend(comparison, { name: "three", arms: { a: null, c: { curriculum: fixedDepth() } } });
  assert.deepEqual(Object.keys(derived.arms), ["b", "c"]);
  assert.equal(derived.name, "three");
  assert.deepEqual(Object.keys(comparison.arms), ["a", "b"]);
  const replaced = extend(comparison, { arms: { b: { curriculum: exit() } } });
  assert.equal(replaced.arms.b?.operators, undefined);
  assert.throws(() => extend(comparison, { arms: { a: null, b: null } }), /at least one arm/);
});

Deno.test("extend() keeps what it does not change and merges groups of the base", () => {
  const derived = extend(comparison, { base: { budget: { iterations: 5 }, evaluate: { steps: 2 } } });
  assert.deepEqual(derived.base.budget, { tokens: 1000, iterations: 5 });
  assert.deepEqual(derived.base.evaluate, { steps: 2 });
  assert.equal(derived.base.domain, base.domain);
  assert.deepEqual(extend(comparison, {}), comparison);
});

Deno.test("extend() drops removed arms from what --quick runs", () => {
  assert.deepEqual(extend(comparison, { arms: { b: null } }).quick, {});
  assert.deepEqual(extend(comparison, { arms: { a: null } }).quick, { arms: ["b"] });
});

Deno.test("extend() lets a single experiment's arm follow its curriculum", () => {
  const derived = extend(single, { base: { curriculum: exit(), operators: [improve()] }, seeds: [1, 2] });
  assert.deepEqual(compile(derived).jobs.map(({ arm, seed }) => [arm, seed]), [["exit", 1], ["exit", 2]]);
  const grown = extend(single, { arms: { exit: { curriculum: exit() } } });
  assert.deepEqual(Object.keys(grown.arms), ["fixed-depth", "exit"]);
});

Deno.test("compare() holds prompts to a context of characters, and only the response to one of pieces of words", () => {
  const arms = { a: { curriculum: uniform() } };
  const shared = { ...base, sampling: { maxTokens: 40 } };
  compare({ name: "x", base: { ...shared, policy: hub("org/model", { context: 41 }) }, arms });
  assert.throws(
    () => compare({ name: "x", base: { ...shared, policy: hub("org/model", { context: 40 }) }, arms }),
    {
      name: "UserError",
      message: 'Expected "arms.a.sampling.maxTokens" to leave room for a prompt in a context of 40 tokens ' +
        '("arms.a.policy.context") but found 40',
    },
  );
  assert.throws(
    () => compare({ name: "x", base: { ...shared, policy: mind({ context: 41 }) }, arms }),
    /"arms\.a\.policy\.context" to be at least 49/,
  );
  assert.throws(
    () => compare({ name: "x", base: { ...base, domain: endless() }, arms }),
    /"arms\.a\.sampling\.maxTokens" to leave room .* a context of 128 tokens .* but found 256/,
  );
});
