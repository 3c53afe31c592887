import assert from "node:assert/strict";
import fc from "fast-check";
import { ExpressionReader } from "../../../../domains/math/answer/expression.ts";
import {
  proportional,
  sameExpression,
  type Sameness,
} from "../../../../domains/math/answer/same_expression.ts";
import { fullWork } from "../../../../domains/math/answer/work.ts";

const reader = new ExpressionReader();

function compared(first: string, second: string): Sameness {
  return sameExpression({ reader, work: fullWork() }, first, second);
}

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
      const sameness = compared(one, `(${one})+0`);
      if (sameness === "unknown") return;
      assert.equal(sameness, "same");
      assert.notEqual(compared(one, `${one}+1`), "same");
      if (!two.includes("^2+2")) assert.equal(compared(one, two), "same");
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
    assert.equal(compared(a, b), "same", `${a} and ${b}`);
  }
  const close = [
    ["\\sqrt{10^{20}+1}", "10^{10}"],
    ["e^{-60}", "0"],
    ["e^{-200}", "0"],
    ["1-e^{-100}", "1"],
    ["\\frac{\\pi}{2^{200}}", "\\frac{\\pi}{2^{199}}"],
    ["\\pi", "\\frac{355}{113}+\\frac{1}{10^{16}}"],
    ["e^{\\pi\\sqrt{163}}", "262537412640768744"],
    ["\\sqrt{2}", "1.4142135623730950488"],
  ];
  for (const [a = "", b = ""] of close) {
    assert.equal(compared(a, b), "different", `${a} and ${b}`);
  }
});

Deno.test("fractions are compared exactly, however large", () => {
  assert.equal(compared("2^{100}", "4^{50}"), "same");
  assert.equal(compared("2^{100}", "2^{100}+1"), "different");
  assert.equal(compared("\\frac{1000!}{999!}", "1000"), "same");
  assert.equal(compared("\\binom{100}{50}", "\\binom{100}{49}"), "different");
  assert.equal(compared("\\sum_{k=1}^{100} \\frac{1}{k(k+1)}", "\\frac{100}{101}"), "same");
});

Deno.test("functions agree only where they are meant to: variables are real, roots of negative numbers are left out", () => {
  assert.equal(compared("\\sqrt{x}\\sqrt{y}", "\\sqrt{xy}"), "same");
  assert.equal(compared("\\sqrt{x^2}", "x"), "different");
  assert.equal(compared("\\sqrt{x^2}", "|x|"), "same");
  assert.equal(compared("f(x+1)", "f(1+x)"), "same");
  assert.equal(compared("f(x)", "f(y)"), "different");
  assert.equal(compared("F_{n-1}F_k", "F_k F_{n-1}"), "same");
});

Deno.test("small is not 0, and what is too small for a double is not known to be", () => {
  for (const small of ["10^{-20}q", "10^{-200}q", "\\pi\\cdot 10^{-40}", "e^{-200}"]) {
    assert.equal(compared(small, "0"), "different", small);
    assert.equal(compared(small, `2(${small})`), "different", small);
    assert.equal(compared(small, `\\frac{2(${small})}{2}`), "same", small);
  }
  assert.notEqual(compared("e^{-800}", "0"), "same");
  assert.equal(compared("(x+1)^2-x^2-2x-1", "0"), "same", "what is left is rounding");
  assert.equal(compared("\\sin^2(x)+\\cos^2(x)-1", "0"), "same");
  assert.equal(compared("10^{-20}(x+1)", "10^{-21}(x+1)"), "different");
});

Deno.test("functions that differ only far from 0, or only at whole numbers, are told apart", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 25 }), fc.constantFrom(..."abcdghkmnpqrstuvwxyz"), (far, name) => {
      assert.equal(compared(`|${name}+${far}|`, `${name}+${far}`), "different");
      assert.equal(compared(`\\max(${name},${far})`, name), "different");
      assert.equal(compared(`\\min(${name},${far})`, name), "different");
      assert.equal(
        compared(`\\lfloor \\frac{${name}}{${far}}\\rfloor`, `\\lfloor \\frac{${name}}{${far + 1}}\\rfloor`),
        "different",
      );
      assert.equal(compared(`${name}\\bmod ${far}`, `${name}\\bmod ${2 * far}`), "different");
      assert.equal(compared(`(-1)^${name} ${name}`, `${name}(-1)^{${name}+2}`), "same");
      assert.equal(compared(`(-1)^${name} ${name}`, `${name}(-1)^{${name}+1}`), "different");
    }),
    { seed: 3, numRuns: 60 },
  );
});

Deno.test("where values are hardly ever real, complex ones are compared", () => {
  for (const far of [50, 94, 95, 96, 1000, 123456]) {
    assert.equal(compared(`\\sqrt{x-${far}}`, `\\sqrt{-${far}+x}`), "same");
    assert.equal(compared(`\\sqrt{x-${far}}`, `\\sqrt{x-${far + 1}}`), "different");
    assert.equal(compared(`\\ln(x-${far})+\\ln 2`, `\\ln(2x-${2 * far})`), "same");
    assert.equal(compared(`\\sqrt{x-${far}}`, `\\sqrt{${far}-x}`), "different");
  }
});

Deno.test("exact arithmetic gives up after a fixed amount of work, which no machine changes", () => {
  const spent = (latex: string): number => {
    const work = fullWork();
    sameExpression({ reader, work }, latex, "\\frac{1}{3}");
    return fullWork().exact - work.exact;
  };
  const harmonic = "\\sum_{k=1}^{1000} \\frac{1}{k}";
  assert(spent(harmonic) < fullWork().exact, "a sum of a thousand fractions is within it");
  assert.equal(spent(harmonic), spent(harmonic));
  assert.equal(compared(harmonic, `${harmonic}+10^{-15}`), "different");
  const hard = "\\sum_{k=1}^{1000} \\frac{1}{k^{30}}";
  assert(spent(hard) > fullWork().exact);
  assert.equal(compared(hard, "1"), "different", "doubles still tell");
});

Deno.test("what is no expression is compared with nothing", () => {
  assert.equal(compared("3+", "3"), "unknown");
  assert.equal(compared("\\frac{1}{0}", "\\frac{2}{0}"), "unknown");
  assert.equal(compared("9".repeat(500), "9".repeat(501)), "unknown");
  assert.equal(compared("1e999999999", "2e999999999"), "unknown");
});

Deno.test("equations are the same when one is a multiple of the other", () => {
  assert.equal(proportional({ reader, work: fullWork() }, "(x^2+y^2)-(1)", "(2x^2)-(2-2y^2)"), "up");
  assert.equal(proportional({ reader, work: fullWork() }, "(x)-(y)", "(y)-(x)"), "down");
  assert.equal(proportional({ reader, work: fullWork() }, "(x)-(y)", "(x)-(2y)"), undefined);
});
