import assert from "node:assert/strict";
import * as fc from "fast-check";
import { problemKey } from "exitlab/domains/math/problems/normal_problem.ts";

Deno.test("problemKey() sees the same problem through another print of it", () => {
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
    ["It costs $1,234,000$", "It costs 1\\,234\\,000", "it costs 1234000", "it costs 1,\\!234,\\!000"],
    ["f(3,4)", "f(3, 4)", "$f(3,\\,4)$", "$f(3;4)$"],
  ];
  for (const prints of same) {
    assert.equal(new Set(prints.map(problemKey)).size, 1, prints.join(" | "));
  }
});

Deno.test("problemKey() tells variants of a problem apart", () => {
  const different: [string, string][] = [
    ["What is 1 + 2?", "What is 1 - 2?"],
    ["It costs 1.5", "It costs 15"],
    ["Find $5!$", "Find $5$"],
    ["Find f'(2)", "Find f(2)"],
    ["x < 3", "x > 3"],
    ["x^{2}", "x_{2}"],
    ["$\\frac12$", "$\\binom12$"],
    ["\\leftarrow", "arrow"],
    ["Find f(3,4)", "Find f(34)"],
    ["Find $f(3,\\,4)$", "Find $f(34)$"],
    ["What is 1 2", "What is 12"],
    ["for 3. 4 of them", "for 34 of them"],
    ["between 1:30 and 2", "between 130 and 2"],
    ["$\\frac12 3$", "$\\frac1 23$"],
  ];
  for (const [one, other] of different) assert.notEqual(problemKey(one), problemKey(other), one);
});

Deno.test("problemKey() takes any text, and space around it does not count (property)", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const once = problemKey(text);
    assert.equal(problemKey(`\t${text}\n`), once);
    assert.match(once, /^[0-9a-f]{12}$/);
  }));
});

Deno.test("problemKey() never changes: ids are made of it", () => {
  assert.equal(problemKey("What is 1 + 2?"), "c24fd5784963");
});
