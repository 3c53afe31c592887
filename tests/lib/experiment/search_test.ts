import assert from "node:assert/strict";
import { compare } from "../../../lib/experiment/compare.ts";
import { compile } from "../../../lib/experiment/compile.ts";
import type { PlannedArm } from "../../../lib/experiment/plan.ts";
import type { EvaluationInput } from "../../../lib/experiment/experiment.ts";
import type { Domain } from "../../../lib/domain/domain.ts";
import { UserError } from "../../../lib/errors.ts";
import { isJsonObject } from "../../../lib/json.ts";
import { mind, plain, toy, uniform } from "./stubs.ts";

const settings = { policy: mind(), objective: plain({ groupSize: 4 }), budget: { tokens: 100_000 } };
const arms = { one: { curriculum: uniform() } } as const;

function experimentOf(evaluate: EvaluationInput, own: EvaluationInput = {}, domain: Domain = toy()) {
  return compare({
    name: "searches",
    base: { ...settings, domain, evaluate: { steps: 4, ...evaluate } },
    arms: { one: { ...arms.one, evaluate: own } },
  });
}

function armOf(
  evaluate: EvaluationInput,
  set: readonly string[] = [],
  own: EvaluationInput = {},
): PlannedArm {
  const arm = compile(experimentOf(evaluate, own), { set }).plan.arms.one;
  assert.ok(arm !== undefined);
  return arm;
}

const searchOf = ({ settings: { evaluate } }: PlannedArm) =>
  isJsonObject(evaluate) ? evaluate.search : undefined;
const sourcesOf = ({ sources }: PlannedArm) =>
  Object.fromEntries(Object.entries(sources).filter(([path]) => path.startsWith("evaluate.search")));

Deno.test("evaluate.search is no part of a plan unless it is asked for", () => {
  const without = armOf({});
  assert(isJsonObject(without.settings.evaluate) && !("search" in without.settings.evaluate));
  assert.deepEqual(sourcesOf(without), {});
  const hashes = [{}, { search: null }].map((evaluate) => compile(experimentOf(evaluate)).jobs[0]?.hash);
  assert.equal(hashes[0], hashes[1]);
  assert.notEqual(compile(experimentOf({ search: {} })).jobs[0]?.hash, hashes[0]);
});

Deno.test("evaluate.search has defaults, and says who decided each option", () => {
  const arm = armOf({ search: { drafts: 3 } });
  assert.deepEqual(searchOf(arm), { drafts: 3, debugProbability: 1, debugDepth: 20 });
  assert.deepEqual(sourcesOf(arm), {
    "evaluate.search.drafts": "base",
    "evaluate.search.debugProbability": "default",
    "evaluate.search.debugDepth": "default",
  });
});

Deno.test("evaluate.search of an arm takes the place of the base's, and null takes it away", () => {
  const replaced = armOf({ search: { drafts: 3 } }, [], { search: { debugDepth: 1 } });
  assert.deepEqual(searchOf(replaced), { drafts: 1, debugProbability: 1, debugDepth: 1 });
  assert.equal(sourcesOf(replaced)["evaluate.search.debugDepth"], "arm");
  assert.equal(searchOf(armOf({ search: { drafts: 3 } }, [], { search: null })), undefined);
});

Deno.test("--set changes evaluate.search as a whole or an option in it, and asks for one where there is none", () => {
  assert.deepEqual(searchOf(armOf({}, ["evaluate.search={}"])), {
    drafts: 1,
    debugProbability: 1,
    debugDepth: 20,
  });
  const changed = armOf({ search: { drafts: 2 } }, ["evaluate.search.debugProbability=0.5"]);
  assert.deepEqual(searchOf(changed), { drafts: 2, debugProbability: 0.5, debugDepth: 20 });
  assert.deepEqual(sourcesOf(changed), {
    "evaluate.search.drafts": "base",
    "evaluate.search.debugProbability": "--set",
    "evaluate.search.debugDepth": "default",
  });
  assert.deepEqual(searchOf(armOf({}, ["evaluate.search.drafts=5"])), {
    drafts: 5,
    debugProbability: 1,
    debugDepth: 20,
  });
  assert.equal(searchOf(armOf({ search: {} }, ["evaluate.search=null"])), undefined);
});

Deno.test("evaluate.search is refused in one sentence where it cannot be", () => {
  const talkative: Domain = {
    ...toy(),
    traits: { ...toy().traits, turns: "multi" },
    rebuild: () => talkative,
  };
  const refused: readonly (readonly [run: () => void, sentence: RegExp])[] = [
    [
      () => experimentOf({ search: {} }, {}, talkative),
      /"arms\.one\.evaluate\.search" to be left out for toy\(\), a domain of several turns/,
    ],
    [
      () => armOf({ search: { drafts: 6 } }),
      /"arms\.one\.evaluate\.search\.drafts" to be at most 5,.*found 6/,
    ],
    [
      () => armOf({ search: { drafts: 0 } }),
      /"search\.drafts" to be a whole number of at least 1 but found 0/,
    ],
    [() => armOf({}, ["evaluate.search.debugProbability=2"]), /a probability in \[0, 1\] but found 2/],
    [() => armOf({}, ["evaluate.search.debugDepth=-1"]), /a whole number of at least 0 but found -1/],
    [() => armOf({}, ["evaluate.search=5"]), /"search" to be an object/],
    [
      () => armOf({}, ['evaluate.search={"draft":1}']),
      /Unknown option "search\.draft" \(Did you mean "drafts"\?\)/,
    ],
    [() => armOf({ search: {} }, ["evaluate.search.draft=1"]), /did you mean "evaluate\.search\.drafts"\?/],
    [() => armOf({}, ["evaluate.search.drfts=1"]), /did you mean "evaluate\.search\.drafts"\?/],
    [() => armOf({}, ["evaluate.steps.more=1"]), /No option has the path "evaluate\.steps\.more"/],
  ];
  for (const [run, sentence] of refused) {
    assert.throws(run, (error) => {
      assert(error instanceof UserError, String(error));
      assert.match(error.message, sentence);
      return true;
    });
  }
});

Deno.test("a search costs as many completions as a chain", () => {
  const [chain, search] = [armOf({}), armOf({ search: { drafts: 2 } })];
  assert.deepEqual(search.arithmetic, chain.arithmetic);
  assert.equal(chain.arithmetic.evaluationCompletions % 5, 0);
});

Deno.test("evaluate.search refuses unknown options in the editor and at run time", () => {
  assert.throws(
    () =>
      compare({
        name: "searches",
        // @ts-expect-error misspelt within the search
        base: { ...settings, domain: toy(), evaluate: { search: { draft: 1 } } },
        arms,
      }),
    /Unknown option "search\.draft" \(Did you mean "drafts"\?\)/,
  );
});
