import assert from "node:assert/strict";
import fc from "fast-check";
import { extractAnswer, goldAnswer } from "../../../../domains/math/answer/extract.ts";

function text(response: string): string | null {
  return extractAnswer(response)?.text ?? null;
}

Deno.test("the answer is found where a response says that it is", () => {
  const found: [response: string, answer: string, how: string][] = [
    ["So it is $\\boxed{\\frac{1}{2}}$.", "\\frac{1}{2}", "boxed"],
    ["\\boxed{1} was wrong, so \\boxed{2 no longer} and then:\n\n\\[\\boxed{x^{2}+1}\\]", "x^{2}+1", "boxed"],
    ["\\fbox{7}", "7", "boxed"],
    ["\\boxed 5", "5", "boxed"],
    ["\\boxed{3 + 4", "3 + 4", "boxed"],
    ["She has 16 - 3 = 13 left.\n#### 13", "13", "hashes"],
    ["#### 12\nWait, that is wrong.\n#### 1,300", "1,300", "hashes"],
    ["Final Answer: The largest $n$ is 34.", "34", "phrase"],
    ["The final answer is $28 \\%$. I hope it is correct.", "28 \\%", "phrase"],
    ["**Answer:** 64", "64", "phrase"],
    ["The answer is 3.5. I am sure.", "3.5", "phrase"],
    ["The correct answer is (C).", "(C)", "phrase"],
    ["Now look at $a = 3$ beside $a^2 = 9$.", "a^2 = 9", "math"],
    ["She pays $5 and then $6, which is 11 in all", "11", "number"],
    ["The temperature fell to -3/4 of that", "-3/4", "number"],
    ["2n+1", "2n+1", "whole"],
    ["(3, \\frac{\\pi}{2})", "(3, \\frac{\\pi}{2})", "whole"],
    ["(-\\infty,1]\\cup[10,+\\infty)", "(-\\infty,1]\\cup[10,+\\infty)", "whole"],
    ["12:00", "12:00", "whole"],
    ["east", "east", "whole"],
  ];
  for (const [response, answer, how] of found) {
    const each = extractAnswer(response);
    assert.deepEqual([each?.text.replaceAll(/\s+/g, " "), each?.how], [answer, how], response);
  }
});

Deno.test("boxes beside each other are one answer, boxes apart are not", () => {
  assert.equal(text("\\(\\boxed{1}\\) and \\(\\boxed{-2}\\)."), "1, -2");
  assert.equal(text("\\boxed{2}, \\boxed{3}, \\boxed{5}"), "2, 3, 5");
  assert.equal(text("\\boxed{1} no no no no no \\boxed{2}"), "2");
});

Deno.test("what no answer is in gives none", () => {
  for (const response of ["", " \n\t ", "I cannot say. ".repeat(20)]) assert.equal(text(response), null);
  // A digit within a word is no number.
  assert.notEqual(text(`${"Some words go here. ".repeat(8)}AZYUK2A`), "2");
});

Deno.test("what comes after the policy's own turn does not count, and what comes after thinking goes first", () => {
  assert.equal(text("The answer is 4.<|im_end|>\n<|im_start|>user\nThe answer is 5."), "4");
  assert.equal(text("<think>Is it \\boxed{1}?</think>It is \\boxed{2}."), "2");
  assert.equal(text("<think>It is \\boxed{1}.</think>"), "1");
});

Deno.test("known-good answers keep all that they say", () => {
  const golds: [gold: string, answer: string][] = [
    ["72", "72"],
    ["$\\frac{14}{3}$", "\\frac{14}{3}"],
    ["$1$ and $2$ and $3$", "1 and 2 and 3"],
    ["$(11,7)or(7,11)$", "(11,7)or(7,11)"],
    ["\\(\\boxed{1}\\) and \\(\\boxed{-2}\\).", "1, -2"],
    ["He has 5 * 2 = 10.\n#### 10", "10"],
    ["x=1", "x=1"],
    ["5 apples", "5 apples"],
  ];
  for (const [gold, answer] of golds) assert.equal(goldAnswer(gold), answer, gold);
});

const wrappers: readonly ((answer: string) => string)[] = [
  (answer) => `\\boxed{${answer}}`,
  (answer) => `We add 3 and 4.\n\nTherefore the answer is $\\boxed{${answer}}$.`,
  (answer) => `It might be 17. No.\n#### ${answer}`,
  (answer) => `Let $x = 3$. Then the final answer is $${answer}$.`,
  (answer) => `First \\boxed{1}. Sorry, I mean: \\boxed{${answer}}`,
];

Deno.test("an answer comes back from whatever it is wrapped in", () => {
  const answer = fc.oneof(
    fc.integer({ min: -999, max: 999 }).map(String),
    fc.tuple(fc.nat(99), fc.integer({ min: 1, max: 99 })).map(([top, bottom]) => `\\frac{${top}}{${bottom}}`),
    fc.constantFrom("2\\sqrt{3}", "(1, 2)", "x^2+1", "\\{1, 2\\}", "[0, 1)", "\\frac{\\pi}{4}"),
  );
  fc.assert(fc.property(answer, fc.constantFrom(...wrappers), (each, wrap) => {
    assert.equal(text(wrap(each)), each);
  }));
});

Deno.test("any text is read without a throw", () => {
  const token = fc.constantFrom(
    ..."\\boxed{ } { $ $$ \\( \\) \\[ \\] #### ** the answer is Answer: = 1 2,5 .4 x \\frac \n . , <think> </think> and \\text{"
      .split(" "),
    "\n\n",
    " ",
    "🧩",
    "\ud800",
    "\\",
    "\\begin{align*}",
    "\\end{align*}",
  );
  const any = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(token, { maxLength: 60 }).map((all) => all.join("")),
  );
  fc.assert(
    fc.property(any, (response) => {
      const found = extractAnswer(response);
      assert(found === null || found.text.trim() !== "");
      goldAnswer(response);
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("long hostile texts are read", () => {
  for (
    const part of [
      "\\boxed{",
      "$ ",
      "#### ",
      "the answer is ",
      "(",
      "\\begin{align*}",
      "= ",
      "1,",
      "**",
      "<think>",
      "and ",
    ]
  ) {
    extractAnswer(part.repeat(100_000 / part.length));
  }
});
