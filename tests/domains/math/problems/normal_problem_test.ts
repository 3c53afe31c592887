import assert from "node:assert/strict";
import * as fc from "fast-check";
import { normalProblem, problemKey } from "exitlab/domains/math/problems/normal_problem.ts";

Deno.test("normalProblem() sees the same problem through another print of it", () => {
  const same: string[][] = [
    [
      "What is 1 + 2?",
      "what  is\n1+2",
      "“What is 1 + 2?”",
      "What is $1 + 2$?",
      "What is \\(1+2\\)?",
      "What is \\[ 1 + 2 \\]",
    ],
    [
      "Find $\\dfrac{1}{2}x$.",
      "Find $\\frac{1}{2} x$",
      "Find $\\tfrac{1}{2}\\,x$.",
      "Find ~$\\displaystyle\\frac{1}{2}\\ x$",
    ],
    ["$\\left( 3, \\frac{\\pi}{2} \\right)$", "$(3,\\quad\\frac{\\pi}{2})$", "\\((3,\\!\\frac{\\pi}{2})\\)"],
    ["Janet’s ducks – 1,000 of them", "Janet's ducks - 1000 of them"],
    ["ﬁnd x²", "find x2"],
    ["It costs 1.50. How much", "it costs 1.50 how much"],
  ];
  for (const prints of same) {
    assert.deepEqual(
      [...new Set(prints.map(normalProblem))].length,
      1,
      prints.map(normalProblem).join(" | "),
    );
  }
});

Deno.test("normalProblem() tells variants of a problem apart", () => {
  const different: [string, string][] = [
    ["What is 1 + 2?", "What is 1 - 2?"],
    ["It costs 1.5", "It costs 15"],
    ["Find $5!$", "Find $5$"],
    ["Find f'(2)", "Find f(2)"],
    ["x < 3", "x > 3"],
    ["x^{2}", "x_{2}"],
    ["$\\frac12$", "$\\binom12$"],
    ["\\leftarrow", "arrow"],
  ];
  for (const [one, other] of different) assert.notEqual(normalProblem(one), normalProblem(other), one);
});

Deno.test("normalProblem() takes any text, and space around it does not count (property)", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const once = normalProblem(text);
    assert.equal(normalProblem(`\t${text}\n`), once);
    assert.match(problemKey(text), /^[0-9a-f]{12}$/);
    assert.doesNotMatch(once, /[\s$,;?]/);
  }));
});

Deno.test("problemKey() never changes: ids are made of it", () => {
  assert.equal(problemKey("What is 1 + 2?"), "c24fd5784963");
});
