/** What must fail in the editor (a `@ts-expect-error` that is not needed is itself an error) fails at run time too. */
import assert from "node:assert/strict";
import { compare } from "../../../lib/experiment/compare.ts";
import { defineExperiment as define } from "../../../lib/experiment/define_experiment.ts";
import { extend } from "../../../lib/experiment/extend.ts";
import { UserError } from "../../../lib/errors.ts";
import * as stub from "./stubs.ts";

const { toy, mind, plain, uniform, exit, fixedDepth, improve, diverge, bonus } = stub;
const name = "test";
const base = { domain: toy(), policy: mind(), objective: plain(), budget: { tokens: 1000 } };
const one = { name, ...base };
const pair = {
  plain: { curriculum: uniform() },
  full: { curriculum: exit(), operators: [improve()] },
} as const;

function refuses(message: RegExp, run: () => void): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("defineExperiment() refuses unknown keys in the editor and at run time", () => {
  refuses(/"curriclum" in the experiment \(did you mean "curriculum"\?\)/, () => {
    // @ts-expect-error misspelt
    define({ ...one, curriculum: exit(), curriclum: exit() });
  });
  refuses(/Unknown setting "evry" in evaluate \(did you mean "every"\?\)/, () => {
    // @ts-expect-error misspelt within a group
    define({ ...one, curriculum: exit(), evaluate: { evry: 1 } });
  });
  refuses(/"seed" in quick \(did you mean "seeds"\?\)/, () => {
    // @ts-expect-error misspelt within quick
    define({ ...one, curriculum: exit(), quick: { seed: [1] } });
  });
});

Deno.test("defineExperiment() refuses the wrong kind of value in the editor and at run time", () => {
  refuses(/"domain" to be a domain such as sudoku\(\) but found the curriculum exit\(\)/, () => {
    // @ts-expect-error a curriculum where a domain belongs
    define({ ...one, domain: exit(), curriculum: exit() });
  });
  refuses(/the function exit \(write exit\(\)\)/, () => {
    // @ts-expect-error the factory instead of what it makes
    define({ ...one, curriculum: exit });
  });
  refuses(/"operators" to be a list/, () => {
    // @ts-expect-error no list
    define({ ...one, curriculum: exit(), operators: improve() });
  });
  refuses(/"operators.0" to be an operator .* the domain toy\(\)/, () => {
    // @ts-expect-error a domain among the operators
    define({ ...one, curriculum: exit(), operators: [toy()] });
  });
  refuses(/"temperature" to be a number above 0 but found "1" in sampling/, () => {
    // @ts-expect-error text where a number belongs
    define({ ...one, curriculum: exit(), sampling: { temperature: "1" } });
  });
  refuses(/"budget" to limit tokens, rollouts or iterations but found neither/, () => {
    // @ts-expect-error no limit
    define({ ...one, curriculum: exit(), budget: {} });
  });
  define({ ...one, curriculum: exit(), budget: { rollouts: 10 } });
});

Deno.test("defineExperiment() refuses impossible combinations in the editor and at run time", () => {
  refuses(/Missing setting "curriculum"/, () => {
    // @ts-expect-error no curriculum
    define(one);
  });
  refuses(/^diverge\(\) in "operators" has nothing to work on with uniform\(\)/, () => {
    // @ts-expect-error nothing to diverge from
    define({ ...one, curriculum: uniform(), operators: [diverge()] });
  });
  refuses(/improve\(\).*nothing to work on with fixedDepth\(\)/, () => {
    // @ts-expect-error nothing to improve
    define({ ...one, curriculum: fixedDepth(), operators: [bonus(), improve()] });
  });
  refuses(/improve\(\) twice/, () => {
    // @ts-expect-error twice the same operator
    define({ ...one, curriculum: exit(), operators: [improve(), bonus(), improve()] });
  });
  refuses(/at least one seed/, () => {
    // @ts-expect-error no seeds
    define({ ...one, curriculum: exit(), seeds: [] });
  });
  refuses(/"seeds" to be all different but found 1 twice/, () => {
    // @ts-expect-error twice the same seed
    define({ ...one, curriculum: exit(), seeds: [1, 2, 1] });
  });
  refuses(/picky\(\) needs a domain whose turns is multi/, () => {
    // @ts-expect-error the domain's traits do not fit
    define({ ...one, domain: stub.singleTurn(), curriculum: stub.picky() });
  });
});

Deno.test("defineExperiment() accepts what can work, also where types are wide", () => {
  define({ ...one, curriculum: uniform(), operators: [bonus()] });
  define({ ...one, curriculum: exit(), operators: [improve(), diverge(), bonus()] });
  const operators = [improve(), diverge()];
  const seeds = Array.from({ length: 3 }, (_, index) => index);
  define({ ...one, curriculum: exit(), operators, seeds });
  define({ ...one, curriculum: exit(), budget: { tokens: null, iterations: 3 } });
});

Deno.test("compare() refuses impossible arms in the editor and at run time", () => {
  refuses(/"arms\.chain\.operators" has nothing to work on/, () => {
    compare({
      name,
      base,
      arms: {
        grpo: { curriculum: uniform() },
        // @ts-expect-error nothing to improve
        chain: { curriculum: fixedDepth(), operators: [improve()] },
      },
    });
  });
  refuses(/improve\(\) in "arms\.a\.operators" has nothing/, () => {
    const improving = { ...base, operators: [improve()] } as const;
    // @ts-expect-error the base brings the operator
    compare({ name, base: improving, arms: { a: { curriculum: uniform() } } });
  });
  refuses(/Missing setting "arms\.a\.curriculum" \(or "base\.curriculum"\)/, () => {
    // @ts-expect-error neither has a curriculum
    compare({ name, base, arms: { a: {} } });
  });
});

Deno.test("compare() refuses unknown keys and wrong parts in the editor and at run time", () => {
  const arms = { a: { curriculum: exit() } };
  refuses(/"curriculm" in arms\.a \(did you mean "curriculum"\?\)/, () => {
    // @ts-expect-error misspelt in an arm
    compare({ name, base, arms: { a: { curriculm: exit() } } });
  });
  refuses(/"token" in arms\.a\.budget/, () => {
    // @ts-expect-error misspelt in a group of an arm
    compare({ name, base, arms: { a: { curriculum: exit(), budget: { token: 1 } } } });
  });
  refuses(/"bugdet" in base/, () => {
    // @ts-expect-error misspelt in the base
    compare({ name, base: { ...base, bugdet: 1 }, arms });
  });
  refuses(/"arms\.a\.curriculum" to be a curriculum .* the operator improve\(\)/, () => {
    // @ts-expect-error a wrong part in an arm
    compare({ name, base, arms: { a: { curriculum: improve() } } });
  });
  refuses(/"arm" in compare\(\)/, () => {
    // @ts-expect-error misspelt at the top
    compare({ name, base, arm: {}, arms });
  });
  refuses(/"arms\.0" to be "a" but found "b" in quick/, () => {
    // @ts-expect-error an arm that is not there
    compare({ name, base, arms, quick: { arms: ["b"] } });
  });
  refuses(/3 twice/, () => {
    // @ts-expect-error twice the same seed
    compare({ name, base, arms, seeds: [3, 3] });
  });
  // @ts-expect-error a path that starts with no setting; compile() refuses it once --quick is asked for
  compare({ name, base, arms, quick: { set: { "bugdet.tokens": 1 } } });
});

Deno.test("extend() refuses impossible changes in the editor and at run time", () => {
  const comparison = compare({ name, base, arms: pair });
  refuses(/"arms\.full\.operators" has nothing/, () => {
    // @ts-expect-error an arm that cannot work
    extend(comparison, { arms: { full: { curriculum: uniform(), operators: [improve()] } } });
  });
  refuses(/"arms\.plain\.operators" has nothing/, () => {
    // @ts-expect-error what the base gets, an old arm cannot use
    extend(comparison, { base: { operators: [diverge()] } });
  });
  refuses(/"budget" in the change/, () => {
    // @ts-expect-error settings belong under base
    extend(comparison, { budget: { tokens: 1 } });
  });
  refuses(/"polic" in base \(did you mean "policy"\?\)/, () => {
    // @ts-expect-error misspelt in the base
    extend(comparison, { base: { polic: mind() } });
  });
  const derived = extend(comparison, { arms: { plain: null } });
  refuses(/"arms\.full\.operators" has nothing/, () => {
    // @ts-expect-error the result of extend() remembers base and arms
    extend(derived, { arms: { full: { curriculum: uniform(), operators: [diverge()] } } });
  });
  extend(derived, { base: { operators: [diverge()] } });
});
