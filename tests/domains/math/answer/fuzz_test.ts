import assert from "node:assert/strict";
import { ExpressionReader } from "../../../../domains/math/answer/expression.ts";
import { readAnswer } from "../../../../domains/math/answer/read_answer.ts";
import { sameAnswer } from "../../../../domains/math/answer/same_answer.ts";
import { Random } from "../../../../lib/random.ts";

/** Pairs of strings that are tried. */
const pairs = 100_000;

const tokens = [
  ..."{ } ( ) [ ] ^ _ 0 1 2 9 37 x y n i e + - * / = < > , ; : | ! % & ' \" $ . # @ ~ \\ \\\\ \\{ \\} \\$ \\%"
    .split(" "),
  ..."\\frac \\sqrt \\sqrt[3] \\sum \\prod \\int \\lim \\pi \\infty \\le \\ge \\ne \\cup \\cap \\in \\pm \\mp \\circ \\log"
    .split(" "),
  ..."\\sin \\cos^{-1} \\binom \\overline \\mathbb{R} \\cdot \\times \\to \\mathrm{ \\text{ \\boxed{ \\left \\right \\pmod"
    .split(" "),
  ..."\\begin{pmatrix} \\end{pmatrix} \\begin{cases} \\lfloor \\rfloor \\emptyset \\text{cm} \\equiv 10^{ 99999 1e9 0.5 1,000"
    .split(" "),
  ..."sqrt( pi and or percent cm é √ ² ½ ∞ ∪ ≤ 🧩 \u0000 \ud800 \u202e".split(" "),
  " ",
  "\n",
];

function randomText(random: Random): string {
  return Array.from({ length: 1 + random.int(14) }, () => random.pick(tokens)).join("");
}

/** A text with one or two tokens put in, taken out or doubled somewhere. */
function mutated(text: string, random: Random): string {
  let result = text;
  for (let change = 0; change <= random.int(2); change++) {
    const at = random.int(result.length + 1);
    const [before, after] = [result.slice(0, at), result.slice(at)];
    const kind = random.int(3);
    result = kind === 0
      ? before + random.pick(tokens) + after
      : kind === 1
      ? before + after.slice(1 + random.int(3))
      : before + after.slice(0, 4) + after;
  }
  return result;
}

Deno.test("100,000 random and mutated strings: read without a throw, equal to themselves, compared alike from both sides", () => {
  const reader = new ExpressionReader();
  const random = new Random(1, "fuzz");
  const path = new URL("./cases/math500-answers.jsonl", import.meta.url);
  const real = Deno.readTextFileSync(path).trim().split("\n").map((line): string => JSON.parse(line).answer);
  const faults: string[] = [];
  const attempt = (first: string, second: string): void => {
    try {
      const [a, b] = [readAnswer(first), readAnswer(second)];
      if (!sameAnswer(a, readAnswer(first), { reader })) faults.push(`not itself: ${JSON.stringify(first)}`);
      if (sameAnswer(a, b, { reader }) !== sameAnswer(b, a, { reader })) {
        faults.push(`not symmetric: ${JSON.stringify([first, second])}`);
      }
    } catch (error) {
      faults.push(`threw: ${JSON.stringify([first, second])}: ${String(error)}`);
    }
  };
  for (let count = 0; count < pairs; count++) {
    const first = random.int(2) === 0 ? randomText(random) : mutated(random.pick(real), random);
    attempt(first, random.int(2) === 0 ? mutated(first, random) : random.pick(real));
  }
  assert.deepEqual(faults.slice(0, 20), []);
});
