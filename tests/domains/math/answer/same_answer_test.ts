import assert from "node:assert/strict";
import { ExpressionReader } from "../../../../domains/math/answer/expression.ts";
import { readAnswer } from "../../../../domains/math/answer/read_answer.ts";
import { sameAnswer } from "../../../../domains/math/answer/same_answer.ts";

const reader = new ExpressionReader();

function same(gold: string, answer: string, tolerance?: number | readonly number[]): boolean {
  const by = tolerance === undefined ? { reader } : { reader, tolerance };
  return sameAnswer(readAnswer(gold), readAnswer(answer), by);
}

interface Case {
  readonly gold: string;
  readonly pred: string;
  readonly expected: boolean;
}

function readCases(name: string): Case[] {
  const path = new URL(`./cases/${name}`, import.meta.url);
  return Deno.readTextFileSync(path).trim().split("\n").map((line): Case => JSON.parse(line));
}

Deno.test("answers of every form are told apart, from either side", () => {
  const wrong = readCases("forms.jsonl").flatMap(({ gold, pred, expected }) => {
    const [there, back] = [same(gold, pred), same(pred, gold)];
    return there === expected && back === expected ? [] : [`${gold} and ${pred}: ${there}, back ${back}`];
  });
  assert.deepEqual(wrong, []);
});

Deno.test("each of the 500 answers of MATH-500 can be read and equals itself", () => {
  const path = new URL("./cases/math500-answers.jsonl", import.meta.url);
  const answers = Deno.readTextFileSync(path).trim().split("\n").map((line): string =>
    JSON.parse(line).answer
  );
  assert.equal(answers.length, 500);
  assert.deepEqual(answers.filter((answer) => !same(answer, answer)), []);
  const unread = answers.filter((answer) => {
    const read = readAnswer(answer);
    return read.kind === "expression" && reader.read(read.latex) === undefined;
  });
  assert.deepEqual(unread, []);
});

Deno.test("a tolerance holds for all numbers, or for each in its turn", () => {
  assert.equal(same("0.6054", "\\cos^{10}(\\frac{\\pi}{10})"), false);
  assert.equal(same("0.6054", "\\cos^{10}(\\frac{\\pi}{10})", 1e-4), true);
  assert.equal(same("7 \\times 10^{35}", "7.1 \\times 10^{35}", 1e34), true);
  assert.equal(same("7 \\times 10^{35}", "7.1 \\times 10^{35}", [1e33]), false);
  assert.equal(same("100, 0.002", "0.001, 101", [1, 1e-3]), true);
  assert.equal(same("100, 0.002", "0.001, 101", [1e-3, 1]), false);
  assert.equal(same("5", "6", 0), false);
  assert.equal(same("5", "6", NaN), false);
  assert.equal(same("x+5", "x+5.001", 0.01), false);
});

Deno.test("many items are compared without taking for ever", () => {
  const list = (from: number): string =>
    Array.from({ length: 200 }, (_, at) => `\\sqrt{${at + from}}`).join(", ");
  assert.equal(same(list(2), list(2)), true);
  assert.equal(same(list(2), list(3)), false);
});
