import assert from "node:assert/strict";
import { FormulaJudge, solvedFrom } from "../../../../domains/mle/formula/formula_judge.ts";
import {
  drawTask,
  type FormulaRules,
  formulaSource,
  splitOf,
  withoutOne,
} from "../../../../domains/mle/formula/formula_source.ts";
import { Random } from "../../../../lib/random.ts";

const rules: FormulaRules = { columns: 8, terms: [2, 3], spare: 1, shared: 0.2, noise: 0.1, seed: 0 };
const judge = new FormulaJudge({ ...rules, budget: 4 });

Deno.test("withoutOne() leaves each letter out", () => {
  assert.deepEqual(withoutOne(".l.sw"), ["...sw", ".l..w", ".l.s."]);
  assert.deepEqual(withoutOne("..."), []);
});

Deno.test("drawTask() draws formulas of the split in which every term counts", () => {
  const random = new Random(1);
  for (const split of ["train", "test"] as const) {
    for (let count = 0; count < 40; count++) {
      const task = drawTask(rules, judge, split, random);
      assert.equal(splitOf(task.formula), split);
      assert.match(task.formula, /^(\.*[lusw]){2,3}\.*$/);
      assert.deepEqual(judge.judge(task, task.formula).quality, 1);
      for (const program of withoutOne(task.formula)) {
        assert.ok(judge.judge(task, program).quality < solvedFrom);
      }
    }
  }
});

Deno.test("formulaSource() shares no formula between the splits, and knows a task by its id", () => {
  const formulas = (split: "train" | "test"): Set<string> => {
    const source = formulaSource(rules, judge, split, 128);
    return new Set(Array.from({ length: 128 }, (_, index) => source.at(index).task.formula));
  };
  const [train, test] = [formulas("train"), formulas("test")];
  assert.ok(train.size > 80 && test.size > 80);
  assert.equal(train.intersection(test).size, 0);
});

Deno.test("formulaSource() refuses tables that are all noise", () => {
  const noisy = { ...rules, noise: 50 };
  const source = formulaSource(noisy, new FormulaJudge({ ...noisy, budget: 4 }), "train", 1);
  assert.throws(() => source.at(0), /Cannot make a table: none was found in which all terms count/);
});
