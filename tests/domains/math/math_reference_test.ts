import assert from "node:assert/strict";
import * as fc from "fast-check";
import { perturbedAnswers } from "exitlab/domains/math/perturb.ts";
import { lastBox } from "exitlab/domains/math/problems/boxed.ts";
import { referenceOf } from "exitlab/domains/math/reference.ts";

function perturbed(answer: string, tolerance?: number | number[]): string[] {
  return perturbedAnswers({ problem: "?", answer, ...tolerance === undefined ? {} : { tolerance } });
}

Deno.test("perturbedAnswers() change integers in several ways, each once", () => {
  assert.deepEqual(perturbed("72"), ["73", "71", "-72", "77"]);
  assert.deepEqual(perturbed("0"), ["1", "-1", "5"]);
  assert.deepEqual(perturbed("-1"), ["0", "-2", "1", "-6"]);
  assert.deepEqual(perturbed("1080"), ["1081", "1079", "-1080", "1030"]);
  assert.deepEqual(perturbed("1,080"), perturbed("1080"));
  assert.deepEqual(perturbed("$5$"), ["6", "4", "-5", "0"]);
  assert.deepEqual(perturbed("123456789012345678901"), [
    "123456789012345678902",
    "123456789012345678900",
    "-123456789012345678901",
    "123456789062345678901",
  ]);
});

Deno.test("perturbedAnswers() change what else is surely wrong", () => {
  assert.deepEqual(perturbed("\\frac{14}{3}"), ["\\frac{15}{3}"]);
  assert.deepEqual(perturbed("-\\dfrac{1}{2}"), ["-\\dfrac{2}{2}"]);
  assert.deepEqual(perturbed("1/2"), ["2/2"]);
  assert.deepEqual(perturbed("3.14"), ["4.14"]);
  for (
    const answer of [
      "(1, 2)",
      "x=5",
      "\\text{Monday}",
      "2\\sqrt{3}",
      "50\\%",
      "4\\frac{1}{2}",
      "0.\\overline{3}",
    ]
  ) {
    assert.deepEqual(perturbed(answer), ["987654321"], answer);
  }
});

Deno.test("perturbedAnswers() leave out what a tolerance may let through", () => {
  assert.deepEqual(perturbed("72", 0.1), ["73", "71", "-72", "77"]);
  assert.deepEqual(perturbed("72", 1), ["-72", "77"]);
  assert.deepEqual(perturbed("72", [0.1, 3]), ["-72", "77"]);
  assert.deepEqual(perturbed("1", 5), ["987654321"]);
  assert.deepEqual(perturbed("2.5", 1), ["987654321"]);
  assert.deepEqual(perturbed("\\frac{1}{2}", 0.1), ["987654321"]);
});

Deno.test("perturbedAnswers() differ from the known-good one and from each other (property)", () => {
  fc.assert(fc.property(fc.bigInt(), fc.nat({ max: 20 }), (value, tolerance) => {
    const answers = perturbed(String(value), tolerance);
    assert.ok(answers.length > 0);
    assert.equal(new Set([...answers, String(value)]).size, answers.length + 1);
    assert.ok(answers.every((answer) => answer === String(BigInt(answer))));
  }));
});

Deno.test("referenceOf() is the solution where it ends in the answer", () => {
  const boxed = {
    problem: "?",
    answer: "\\frac{1}{2}",
    solution: "First \\boxed{2}, so \\boxed{ \\frac{1}{2} } it is.",
  };
  assert.equal(referenceOf(boxed, boxed.answer), "First \\boxed{2}, so \\boxed{\\frac{1}{2}} it is.");
  assert.equal(referenceOf(boxed, "7"), "First \\boxed{2}, so \\boxed{7} it is.");
  const marked = { problem: "?", answer: "1080", solution: "A #### B\n#### 1,080" };
  assert.equal(referenceOf(marked), marked.solution);
  assert.equal(referenceOf(marked, "1081"), "A #### B\n#### 1081");
});

Deno.test("referenceOf() puts the answer behind a solution that ends otherwise", () => {
  const other = { problem: "?", answer: "113", solution: "So \\boxed{\\textbf{(113) }}\n~somebody\n" };
  assert.equal(
    referenceOf(other),
    "So \\boxed{\\textbf{(113) }}\n~somebody\n\nThe final answer is \\boxed{113}.",
  );
  assert.equal(
    referenceOf({ problem: "?", answer: "3", solution: "#### 4" }),
    "#### 4\n\nThe final answer is \\boxed{3}.",
  );
  assert.equal(referenceOf({ problem: "?", answer: "3" }), "\\boxed{3}");
  assert.equal(referenceOf({ problem: "?", answer: "3", solution: " \n" }, "4"), "\\boxed{4}");
});

Deno.test("lastBox() finds the last whole box", () => {
  const inner = (text: string): string | undefined => {
    const box = lastBox(text);
    return box && text.slice(box.start, box.end);
  };
  assert.equal(inner("\\boxed{1} and \\boxed {\\frac{1}{2}}."), "\\frac{1}{2}");
  assert.equal(inner("\\fbox{a\\}b}"), "a\\}b");
  assert.equal(inner("\\boxed{1} and \\boxed{2"), "1");
  assert.equal(inner("\\boxed{\\boxed{3}}"), "3");
  for (const text of ["", "boxed{1}", "\\boxed 1", "\\boxed{", "\\unboxed{1}"]) {
    assert.equal(inner(text), undefined, text);
  }
});
