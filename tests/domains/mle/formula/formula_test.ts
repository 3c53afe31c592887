import assert from "node:assert/strict";
import fc from "fast-check";
import { formula, type FormulaInput } from "../../../../domains/mle/formula/formula.ts";
import { checkDomain } from "../../../../lib/domain/conformance.ts";
import type { Split } from "../../../../lib/domain/domain.ts";
import { Random } from "../../../../lib/random.ts";

const domain = formula();
const task = { seed: 7, formula: "l.s....w" };
const verdict = { quality: 0, solved: false, reward: 0 };

function ids(options: FormulaInput, split: Split, count: number): string[] {
  const source = formula(options).tasks(split);
  return Array.from({ length: count }, (_, index) => source.at(index).id);
}

/** Mean quality after each of 16 steps of a player, over held-out tasks. */
async function play(next: (formula: string, program: string, marks: string) => string): Promise<number[]> {
  const qualities: number[] = Array(17).fill(0);
  for (let index = 0; index < 64; index++) {
    const { task } = domain.tasks("test").at(index);
    let program = "l.......";
    for (let step = 0; step <= 16; step++) {
      const { verdict, feedback = "" } = await domain.step(task, null, program);
      qualities[step] = (qualities[step] ?? 0) + verdict.quality / 64;
      program = next(task.formula, program, feedback);
    }
  }
  return qualities;
}

Deno.test("formula() conforms to the domain contract in all its forms", async () => {
  const forms: FormulaInput[] = [
    {},
    { trainingTasks: "unlimited", selfIteration: "improvement-or-keep" },
    { columns: 2, terms: [1, 2], seed: 3, testTasks: 8, trainingTasks: 8 },
    { columns: 12, terms: [4, 6], spare: 0, shared: 0, noise: 0 },
    { shared: 0.9, noise: 0.3, demonstrations: { slip: 1 } },
    { trainingTasks: 1, testTasks: 1, selfIteration: "absolute" },
  ];
  for (const form of forms) {
    assert.deepEqual(await checkDomain(formula(form), { tasks: 6 }), [], JSON.stringify(form));
  }
});

Deno.test("formula() has the documented defaults", () => {
  const { options, traits, longest, selfIterationReward } = domain;
  assert.deepEqual(options, {
    columns: 8,
    terms: [2, 3],
    spare: 1,
    shared: 0.2,
    noise: 0.1,
    trainingTasks: 256,
    testTasks: 256,
    selfIteration: "improvement",
    seed: 0,
    demonstrations: { heed: 0.4, keep: 0.95, move: 0.4, slip: 0.1 },
  });
  assert.deepEqual(traits, { turns: "single", quality: "graded", feedback: true });
  assert.deepEqual(longest, { prompt: 25, response: 9 });
  assert.equal(selfIterationReward, "improvement");
});

Deno.test("formula() keeps the held-out tasks whatever the training tasks are", () => {
  const usual = ids({}, "test", 64);
  for (const trainingTasks of [1, 1024, "unlimited"] as const) {
    assert.deepEqual(ids({ trainingTasks }, "test", 64), usual);
  }
  assert.deepEqual(ids({ trainingTasks: 1 }, "train", 1), ids({}, "train", 1));
});

Deno.test("formula() makes these tasks for ever", () => {
  assert.deepEqual(ids({}, "train", 2), ["formula8:..l..w.s:1132827316", "formula8:...u.u.s:2554451789"]);
  assert.deepEqual(ids({}, "test", 2), ["formula8:...u..ww:2845170148", "formula8:l....s..:1899014249"]);
});

Deno.test("formula() words requests compactly, and one to mend by its own letter", () => {
  const words = (response: string): (string | undefined)[] =>
    (["improve", "diverge"] as const).map((mode) =>
      domain.iterate?.(task, null, { response, verdict, feedback: null }, mode)[0]?.content
    );
  const hint = domain.prompt(task, null)[0]?.content.slice(1) ?? "";
  assert.match(hint, /^[0-9]{8}$/);
  assert.deepEqual(words("l.s....w"), [`I${hint}l.s....w=.=....=`, `D${hint}l.s....w=.=....=`]);
  assert.deepEqual(words("l.s"), [`F${hint}l.s?????___<<<<<`, `D${hint}l.s?????___<<<<<`]);
  assert.deepEqual(words("lllll..."), [`F${hint}lllll...+++++___`, `D${hint}lllll...+++++___`]);
});

Deno.test("formula() writes only printable ASCII, whatever it is answered, and never fails to judge", async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: "binary", maxLength: 40 }), async (response) => {
    for (const mode of ["improve", "diverge"] as const) {
      const content = domain.iterate?.(task, null, { response, verdict, feedback: null }, mode)[0]?.content ??
        "";
      assert.match(content, /^[\x20-\x7e]{25}$/);
    }
    const step = await domain.step(task, null, response);
    assert.equal(step.verdict.failed, !/^[lusw.]{8}$/.test(response) || undefined);
  }));
});

Deno.test("formula() calls a program failed that does not run: no quality, no reward", async () => {
  for (const response of ["", "l.s....", "l.s....w.", "L.s....w", "lllll...", "l.s....w\n"]) {
    const { verdict, feedback } = await domain.step(task, null, response);
    assert.deepEqual(verdict, { quality: 0, solved: false, reward: 0, failed: true }, response);
    assert.match(feedback ?? "", /^[_?<>+]{8}$/);
  }
});

Deno.test("formula() judges by the test rows and rewards by the validation rows", async () => {
  const { verdict } = await domain.step(task, null, "l.s.....");
  assert.ok(verdict.quality > 0.2 && verdict.quality < 0.9 && verdict.reward > 0.2 && verdict.reward < 0.9);
  assert.notEqual(verdict.quality, verdict.reward);
  assert.deepEqual((await domain.step(task, null, "........")).verdict, {
    quality: 0,
    solved: false,
    reward: 0,
  });
});

Deno.test("formula() is climbed by an editor that knows the formula, a column a step", async () => {
  const qualities = await play((formula, program) => {
    const wrong = Array.from(program).findIndex((letter, column) => letter !== formula[column]);
    if (wrong < 0) return program;
    return program.slice(0, wrong) + (formula[wrong] ?? "") + program.slice(wrong + 1);
  });
  assert.ok((qualities[0] ?? 1) < 0.2);
  assert.ok((qualities[1] ?? 0) < 0.5);
  assert.ok((qualities[5] ?? 0) > 0.999, qualities.join(" "));
});

Deno.test("formula() gives a player that copies exactly nothing", async () => {
  const qualities = await play((_, program) => program);
  assert.equal(new Set(qualities).size, 1);
});

Deno.test("formula() can be climbed by its marks alone", async () => {
  const random = new Random(5);
  const letters = ["l", "u", "s", "w"];
  const qualities = await play((_, program, marks) =>
    Array.from(program, (letter, column) => {
      const mark = marks[column];
      if (mark === "-" || mark === "+") return ".";
      if (mark === "~") return random.pick(letters.filter((other) => other !== letter));
      return mark === "!" ? random.pick(letters) : letter;
    }).join("")
  );
  assert.ok((qualities[1] ?? 1) < 0.5);
  assert.ok((qualities[16] ?? 0) > 0.9, qualities.join(" "));
});

Deno.test("formula() demonstrates every mode in the form of its prompts", () => {
  const random = new Random(1);
  const forms = { base: /^B[0-9]{8}$/, improve: /^[IF][0-9]{8}[lusw.?]{16,}/, diverge: /^D[0-9]{8}/ };
  let mending = 0;
  for (const mode of ["base", "improve", "diverge"] as const) {
    for (let count = 0; count < 300; count++) {
      const { messages = [], response = "" } = domain.demonstrate?.(mode, random) ?? {};
      const content = messages[0]?.content ?? "";
      if (mode === "improve") assert.match(content, /^[IF][0-9]{8}[lusw.?]{8}[=~!.<>?+_-]{8}$/);
      else assert.match(content, forms[mode]);
      assert.match(response, /^[lusw.]{7,9}$/);
      if (content.startsWith("F")) mending++;
    }
  }
  assert.ok(mending > 10 && mending < 60, `${mending}`);
});

Deno.test("formula() counts programs that failed", () => {
  const attempt = (failed: boolean) => ({ response: "", verdict: { ...verdict, failed }, feedback: null });
  assert.deepEqual(domain.metrics?.([attempt(true), attempt(false)]), { failed: 0 });
  assert.deepEqual(domain.metrics?.([attempt(true)]), { failed: 1 });
  assert.deepEqual(domain.metrics?.([]), {});
});

Deno.test("formula() refuses options that are unknown or out of range", () => {
  const refused: [FormulaInput, RegExp][] = [
    [{ columns: 1 }, /"columns" to be a whole number from 2 to 12 but found 1 in formula\(\)/],
    [{ terms: [3, 2] }, /\[fewest, most\] with fewest ≤ most/],
    [{ columns: 2 }, /no more terms than columns/],
    [{ shared: 0.95 }, /"shared"/],
    [{ noise: 1 }, /"noise"/],
    [{ trainingTasks: 0 }, /"trainingTasks"/],
    [{ demonstrations: { move: 2 } }, /"demonstrations.move" to be a probability/],
  ];
  for (const [options, message] of refused) assert.throws(() => formula(options), message);
  assert.throws(() => formula().rebuild({ column: 4 }), /Did you mean "columns"/);
  assert.throws(() => formula().rebuild({ selfIteration: "final" }), /"selfIteration"/);
});
