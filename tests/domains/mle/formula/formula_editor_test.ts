import assert from "node:assert/strict";
import {
  divergence,
  earlierAttempt,
  type Editor,
  firstAttempt,
  improvement,
  mended,
} from "../../../../domains/mle/formula/formula_editor.ts";
import { FormulaJudge } from "../../../../domains/mle/formula/formula_judge.ts";
import {
  drawTask,
  type FormulaRules,
  type FormulaTask,
} from "../../../../domains/mle/formula/formula_source.ts";
import { readProgram } from "../../../../domains/mle/formula/program.ts";
import { Random } from "../../../../lib/random.ts";

const rules: FormulaRules = { columns: 8, terms: [2, 3], spare: 1, shared: 0.2, noise: 0.1, seed: 0 };
const judge = new FormulaJudge({ ...rules, budget: 4 });
const editor: Editor = { columns: 8, budget: 4, heed: 0.4, keep: 0.95, move: 0.4, slip: 0.1 };
const sound = { ...editor, slip: 0 };
const rounds = 300;

function mean(of: (task: FormulaTask, random: Random) => number): number {
  const random = new Random(1);
  let sum = 0;
  for (let round = 0; round < rounds; round++) sum += of(drawTask(rules, judge, "train", random), random);
  return sum / rounds;
}

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual} is not near ${expected}`);
}

const runs = (program: string): boolean => readProgram(8, 4, program).ok;

Deno.test("firstAttempt() is a poor program, and as often as it slips none that runs", () => {
  const first = (task: FormulaTask, random: Random): string =>
    firstAttempt(editor, judge.prepare(task).hint, random);
  near(mean((task, random) => Number(!runs(first(task, random)))), 0.1, 0.04);
  near(mean((task, random) => judge.judge(task, first(task, random)).quality), 0.1, 0.04);
  assert.equal(mean((_, random) => Number(runs(firstAttempt(sound, "01234567", random)))), 1);
});

Deno.test("improvement() betters a program in about a third of the cases", () => {
  let [unsolved, better, worse] = [0, 0, 0];
  mean((task, random) => {
    const earlier = earlierAttempt(editor, judge.prepare(task).hint, task.formula, random);
    const before = judge.judge(task, earlier);
    if (before.failed || before.quality >= 0.97) return 0;
    const after = judge.judge(task, improvement(editor, earlier, before.marks, random));
    unsolved++;
    better += Number(after.quality > before.quality + 0.001);
    worse += Number(after.quality < before.quality - 0.001);
    return 0;
  });
  near(better / unsolved, 0.32, 0.07);
  near(worse / unsolved, 0.26, 0.08);
});

Deno.test("improvement() does what the marks call for and sees nothing else", () => {
  const always = { ...sound, keep: 1, move: 1 };
  const random = new Random(2);
  for (let round = 0; round < 100; round++) {
    assert.match(improvement(always, "luw.....", "=~-.!...", random), /^l[lsw]\.\.[lusw]\.\.\.$/);
  }
  const never = { ...sound, keep: 1, move: 0 };
  assert.equal(improvement(never, "luw.....", "=~-.!...", random), "luw.....");
});

Deno.test("mended() makes most programs run and never adds a letter", () => {
  const random = new Random(3);
  const broken = ["", "luswlusw", "lus", "l.......l", "l?......", "LLLLLLLL"];
  const always = { ...editor, move: 0 };
  for (const program of broken) assert.ok(runs(mended(always, program, random)), program);
  const spared = Array.from({ length: 300 }, () => Number(runs(mended(editor, "luswlusw", random))));
  near(spared.reduce((sum, one) => sum + one) / 300, 0.6, 0.1);
});

Deno.test("divergence() has no letter where it was", () => {
  const random = new Random(4);
  for (let round = 0; round < 300; round++) {
    const next = divergence(editor, "01234567", "luswlusw", random);
    for (const [column, character] of [...next].entries()) assert.notEqual(character, "luswlusw"[column]);
  }
});
