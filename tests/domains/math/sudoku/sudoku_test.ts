import assert from "node:assert/strict";
import { sudoku, type SudokuInput } from "../../../../domains/math/sudoku/sudoku.ts";
import { checkDomain } from "../../../../lib/domain/conformance.ts";
import type { Split } from "../../../../lib/domain/domain.ts";
import { Random } from "../../../../lib/random.ts";

function ids(options: SudokuInput, split: Split, count: number): string[] {
  const source = sudoku(options).tasks(split);
  return Array.from({ length: count }, (_, index) => source.at(index).id);
}

Deno.test("sudoku() conforms to the domain contract in all its forms", async () => {
  const forms: SudokuInput[] = [
    {},
    { reward: "graded", feedback: true },
    { trainingTasks: "unlimited" },
    { size: 6, seed: 3 },
    { size: 9, feedback: true },
    { size: 5, givens: [10, 14] },
    { size: 2, givens: [1, 2], trainingTasks: 4, testTasks: 4 },
  ];
  for (const form of forms) {
    assert.deepEqual(await checkDomain(sudoku(form), { tasks: 8 }), [], JSON.stringify(form));
  }
});

Deno.test("sudoku() works with letters for digits", async () => {
  const domain = sudoku({ size: 12 });
  const { task } = domain.tasks("test").at(0);
  const [solution = ""] = domain.reference?.(task) ?? [];
  assert.match(solution, /^[1-9A-C]{144}$/);
  assert.equal((await domain.step(task, null, solution)).verdict.solved, true);
});

Deno.test("sudoku() has the documented defaults", () => {
  const { options, traits, longest } = sudoku();
  assert.deepEqual(options, {
    size: 4,
    givens: [4, 6],
    trainingTasks: 256,
    testTasks: 256,
    reward: "binary",
    feedback: false,
    seed: 0,
    demonstrations: { correct: 0.75, fix: 0.35, break: 0.06, copySolved: 0.8 },
  });
  assert.deepEqual(traits, { turns: "single", quality: "graded", feedback: false });
  assert.deepEqual(longest, { prompt: 33, response: 16 });
  assert.deepEqual(sudoku({ feedback: true }).longest, { prompt: 49, response: 16 });
});

Deno.test("sudoku() keeps the held-out tasks whatever the training tasks are", () => {
  const usual = ids({}, "test", 256);
  for (const trainingTasks of [1, 1024, "unlimited"] as const) {
    assert.deepEqual(ids({ trainingTasks }, "test", 256), usual);
  }
  assert.deepEqual(ids({ trainingTasks: 1024 }, "train", 256), ids({}, "train", 256));
  assert.equal(new Set([...usual, ...ids({}, "train", 256)]).size, 512);
});

Deno.test("sudoku() words requests compactly", () => {
  const domain = sudoku({ feedback: true });
  const { task } = domain.tasks("train").at(0);
  const [solution = ""] = domain.reference?.(task) ?? [];
  const verdict = { quality: 0, solved: false, reward: 0 };
  const words = (response: string): (string | undefined)[] =>
    (["improve", "diverge"] as const).map((mode) =>
      domain.iterate?.(task, null, { response, verdict, feedback: null }, mode)[0]?.content
    );
  assert.deepEqual(domain.prompt(task, null), [{ role: "user", content: `B${task.givens}` }]);
  assert.deepEqual(
    words(solution),
    ["I", "D"].map((mark) => `${mark}${task.givens}${solution}${"-".repeat(16)}`),
  );
  assert.deepEqual(
    words("x"),
    ["I", "D"].map((mark) => `${mark}${task.givens}${"?".repeat(16)}${"x".repeat(16)}`),
  );
});

Deno.test("sudoku() rewards by its rule and grades quality either way", async () => {
  for (const reward of ["binary", "graded"] as const) {
    const domain = sudoku({ reward });
    const { task } = domain.tasks("train").at(0);
    const { verdict, feedback } = await domain.step(task, null, "1".repeat(16));
    assert.ok(verdict.quality >= 0.05 && verdict.quality < 1);
    assert.equal(verdict.reward, reward === "binary" ? 0 : verdict.quality);
    assert.equal(feedback, undefined);
  }
});

Deno.test("sudoku() gives a conflict mask as feedback if asked to", async () => {
  const domain = sudoku({ feedback: true });
  const { task } = domain.tasks("train").at(0);
  const [solution = ""] = domain.reference?.(task) ?? [];
  assert.equal((await domain.step(task, null, solution)).feedback, "-".repeat(16));
  assert.equal((await domain.step(task, null, "")).feedback, "x".repeat(16));
});

Deno.test("sudoku() demonstrates every mode in the form of its prompts", () => {
  const domain = sudoku();
  const random = new Random(1);
  const forms = {
    base: /^B[1-4.]{16}$/,
    improve: /^I[1-4.]{16}[1-4]{16}$/,
    diverge: /^D[1-4.]{16}[1-4]{16}$/,
  };
  for (const mode of ["base", "improve", "diverge"] as const) {
    const demonstration = domain.demonstrate?.(mode, random);
    assert.match(demonstration?.messages[0]?.content ?? "", forms[mode]);
    assert.match(demonstration?.response ?? "", /^[1-4]{16}$/);
  }
});

Deno.test("sudoku() demonstrates no held-out puzzle, and is mostly wrong", async () => {
  const domain = sudoku();
  const heldOut = new Set(ids({}, "test", 256));
  const random = new Random(1);
  let solved = 0;
  for (let count = 0; count < 2000; count++) {
    const { messages = [], response = "" } = domain.demonstrate?.("base", random) ?? {};
    const givens = messages[0]?.content.slice(1) ?? "";
    assert.ok(!heldOut.has(`sudoku4:${givens}`));
    if ((await domain.step({ givens }, null, response)).verdict.solved) solved++;
  }
  assert.ok(solved > 20 && solved < 500, `${solved} of 2000`);
});

Deno.test("sudoku() refuses options that are unknown or out of range", () => {
  const refused: [SudokuInput, RegExp][] = [
    [{ size: 1 }, /"size" to be a whole number from 2 to 16 but found 1 in sudoku\(\)/],
    [{ size: 17 }, /"size"/],
    [{ givens: [6, 4] }, /"givens" to be \[fewest, most\] with fewest ≤ most ≤ size²/],
    [{ givens: [4, 17] }, /"givens"/],
    [{ trainingTasks: 0 }, /"trainingTasks"/],
    [{ testTasks: 0.5 }, /"testTasks"/],
    [{ demonstrations: { fix: 2 } }, /"demonstrations.fix" to be a probability/],
  ];
  for (const [options, message] of refused) assert.throws(() => sudoku(options), message);
  assert.throws(() => sudoku().rebuild({ sise: 4 }), /Did you mean "size"/);
  assert.throws(() => sudoku().rebuild({ reward: "big" }), /"reward"/);
});

Deno.test("sudoku() refuses to solve what is no puzzle", () => {
  assert.throws(() => sudoku().reference?.({ givens: "11.............." }), /not a task of sudoku/);
});
