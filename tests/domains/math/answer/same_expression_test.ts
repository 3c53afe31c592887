import assert from "node:assert/strict";
import fc from "fast-check";
import { ExpressionReader } from "../../../../domains/math/answer/expression.ts";
import { proportional, sameExpression } from "../../../../domains/math/answer/same_expression.ts";

const reader = new ExpressionReader();

/** A random expression written in two ways, and one that is near to it and another function. */
interface Written {
  readonly one: string;
  readonly two: string;
}

const leaf: fc.Arbitrary<Written> = fc.oneof(
  fc.constantFrom("x", "y", "a_1", "\\theta").map((name) => ({ one: name, two: name })),
  fc.integer({ min: 1, max: 9 }).map((value) => ({ one: String(value), two: `(${value + 3}-3)` })),
);

const { expression } = fc.letrec<{ expression: Written }>((tie) => {
  const pair = fc.tuple(tie("expression"), tie("expression"));
  return {
    expression: fc.oneof(
      { depthSize: "small" },
      leaf,
      pair.map(([a, b]) => ({ one: `(${a.one}+${b.one})`, two: `(${b.two}+${a.two})` })),
      pair.map(([a, b]) => ({ one: `(${a.one}-${b.one})`, two: `(-(${b.two}-${a.two}))` })),
      pair.map(([a, b]) => ({ one: `(${a.one})(${b.one})`, two: `(${b.two})\\cdot(${a.two})` })),
      pair.map(([a, b]) => ({ one: `\\frac{${a.one}}{${b.one}}`, two: `(${a.two})/(${b.two})` })),
      pair.map(([a, b]) => ({
        one: `(${a.one}+${b.one})^2`,
        two: `(${a.two}^2+2${a.two}(${b.two})+(${b.two})^2)`,
      })),
      tie("expression").map((a) => ({ one: `\\sin(${a.one})`, two: `\\cos(\\frac{\\pi}{2}-(${a.two}))` })),
    ),
  };
});

Deno.test("an expression is the same however it is written, and not when 1 is added", () => {
  fc.assert(
    fc.property(expression, ({ one, two }) => {
      if (one.length > 400 || two.length > 400) return;
      const sameness = sameExpression(reader, one, `(${one})+0`);
      if (sameness === "unknown") return;
      assert.equal(sameness, "same");
      assert.notEqual(sameExpression(reader, one, `${one}+1`), "same");
      if (!two.includes("^2+2")) assert.equal(sameExpression(reader, one, two), "same");
    }),
    { numRuns: 300, seed: 5 },
  );
});

Deno.test("constants that agree as doubles are compared to more digits", () => {
  const identical = [
    ["\\sqrt{2}+\\sqrt{3}", "\\sqrt{5+2\\sqrt{6}}"],
    ["\\sqrt[3]{2+\\sqrt{5}}", "\\frac{1+\\sqrt{5}}{2}"],
    ["\\sin(\\frac{\\pi}{12})", "\\frac{\\sqrt{6}-\\sqrt{2}}{4}"],
    ["\\sqrt{-4}", "2i"],
    ["e^{\\ln 7}", "7"],
  ];
  for (const [a = "", b = ""] of identical) {
    assert.equal(sameExpression(reader, a, b), "same", `${a} and ${b}`);
  }
  const close = [
    ["\\sqrt{10^{20}+1}", "10^{10}"],
    ["e^{-60}", "0"],
    ["\\pi", "\\frac{355}{113}+\\frac{1}{10^{16}}"],
    ["e^{\\pi\\sqrt{163}}", "262537412640768744"],
    ["\\sqrt{2}", "1.4142135623730950488"],
  ];
  for (const [a = "", b = ""] of close) {
    assert.equal(sameExpression(reader, a, b), "different", `${a} and ${b}`);
  }
});

Deno.test("fractions are compared exactly, however large", () => {
  assert.equal(sameExpression(reader, "2^{100}", "4^{50}"), "same");
  assert.equal(sameExpression(reader, "2^{100}", "2^{100}+1"), "different");
  assert.equal(sameExpression(reader, "\\frac{1000!}{999!}", "1000"), "same");
  assert.equal(sameExpression(reader, "\\binom{100}{50}", "\\binom{100}{49}"), "different");
  assert.equal(sameExpression(reader, "\\sum_{k=1}^{100} \\frac{1}{k(k+1)}", "\\frac{100}{101}"), "same");
});

Deno.test("functions agree only where they are meant to: variables are real, roots of negative numbers are left out", () => {
  assert.equal(sameExpression(reader, "\\sqrt{x}\\sqrt{y}", "\\sqrt{xy}"), "same");
  assert.equal(sameExpression(reader, "\\sqrt{x^2}", "x"), "different");
  assert.equal(sameExpression(reader, "\\sqrt{x^2}", "|x|"), "same");
  assert.equal(sameExpression(reader, "f(x+1)", "f(1+x)"), "same");
  assert.equal(sameExpression(reader, "f(x)", "f(y)"), "different");
  assert.equal(sameExpression(reader, "F_{n-1}F_k", "F_k F_{n-1}"), "same");
});

Deno.test("what is no expression is compared with nothing", () => {
  assert.equal(sameExpression(reader, "3+", "3"), "unknown");
  assert.equal(sameExpression(reader, "\\frac{1}{0}", "\\frac{2}{0}"), "unknown");
  assert.equal(sameExpression(reader, "9".repeat(500), "9".repeat(501)), "unknown");
  assert.equal(sameExpression(reader, "1e999999999", "2e999999999"), "unknown");
});

Deno.test("equations are the same when one is a multiple of the other", () => {
  assert.equal(proportional(reader, "(x^2+y^2)-(1)", "(2x^2)-(2-2y^2)"), "up");
  assert.equal(proportional(reader, "(x)-(y)", "(y)-(x)"), "down");
  assert.equal(proportional(reader, "(x)-(y)", "(x)-(2y)"), undefined);
});
