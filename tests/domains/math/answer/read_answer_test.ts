import assert from "node:assert/strict";
import type { Answer } from "../../../../domains/math/answer/answer.ts";
import { normalText } from "../../../../domains/math/answer/normal_text.ts";
import { readAnswer } from "../../../../domains/math/answer/read_answer.ts";
import { readUnit } from "../../../../domains/math/answer/units.ts";

function kinds(text: string): string {
  const kind = (answer: Answer): string =>
    answer.kind === "either" ? answer.readings.map(kind).join("|") : answer.kind;
  return kind(readAnswer(text));
}

Deno.test("an answer is read as what it is", () => {
  const forms: [text: string, kind: string][] = [
    ["72", "number"],
    ["$72$", "number"],
    ["\\boxed{72}", "number"],
    ["1,234", "number|list"],
    ["2,74", "list|number"],
    ["(1,234)", "tuple"],
    ["\\sqrt{2}", "expression"],
    ["x", "text|expression"],
    ["odd", "text"],
    ["ode", "text|expression"],
    ["even", "text"],
    ["\\text{even}", "text"],
    ["(C)", "text"],
    ["5\\%", "percent"],
    ["5 percent", "percent"],
    ["\\$5", "quantity"],
    ["5 \\text{ cm}", "quantity"],
    ["5 cm", "quantity|expression"],
    ["5m", "expression"],
    ["180^\\circ", "number"],
    ["52_8", "based"],
    ["a_8", "expression"],
    ["3 \\pmod 5", "residue"],
    ["7:32", "ratio"],
    ["1, 2", "list"],
    ["1 and 2", "list"],
    ["\\pm 2", "list"],
    ["\\{1, 2\\}", "set"],
    ["\\emptyset", "set"],
    ["(1, 2)", "tuple"],
    ["(0, 1]", "span"],
    ["(-\\infty, 1)", "span"],
    ["]0, 1]", "span"],
    ["]0, 1[", "tuple"],
    ["[0, 1[", "span"],
    ["(1,2) \\cup (3,4)", "span"],
    ["\\begin{pmatrix}1\\\\2\\end{pmatrix}", "matrix"],
    ["x = 5", "relation"],
    ["1 < x < 3", "relation"],
    ["x \\in (1,2) \\cup (3,4)", "relation"],
  ];
  for (const [text, kind] of forms) assert.equal(kinds(text), kind, text);
});

Deno.test("brackets without end and commas without number are read in bounds", () => {
  for (
    const open of [
      "(",
      "[",
      "\\{",
      "{",
      "\\left(",
      "\\sqrt{",
      "\\text{",
      "-(",
      "|",
      "\\frac{1}{",
      "1,",
      "x=",
      "\\pm",
      "{,",
    ]
  ) {
    for (const text of [open.repeat(300), `${open.repeat(150)}1${")".repeat(150)}`]) {
      assert(readAnswer(text).kind !== undefined, open);
    }
  }
});

Deno.test("what is written in many ways has one normal form", () => {
  const same: [one: string, other: string][] = [
    ["\\left( 3, \\dfrac{\\pi}{2} \\right)", "( 3, \\frac{\\pi}{2} )"],
    ["10{,}080", "10080"],
    ["10,\\!080", "10080"],
    ["1 000 000", "1000000"],
    ["1 2 345", "1 2 345"],
    ["√3/2", "\\sqrt{3}/2"],
    ["sqrt(x^2+1)", "\\sqrt{x^2+1}"],
    ["x² ≤ ½", "x^{2} \\le \\frac{1}{2}"],
    ["2*pi", "2\\cdot \\pi"],
    ["90°", "90^\\circ"],
    ["90^{\\circ}", "90^\\circ"],
    ["x >= 3", "x \\ge 3"],
    ["\\mathrm{e}^x", "e^x"],
    ["\\mbox{ cm}", "\\text{ cm}"],
    ["\\text{pi}", "\\text{pi}"],
    ["\\\\frac{1}{2}", "\\frac{1}{2}"],
    ["\\begin{pmatrix}1\\\\2\\end{pmatrix}", "\\begin{pmatrix}1\\\\2\\end{pmatrix}"],
    ["−5", "-5"],
    ["(1, +\\infty)", "(1, \\infty)"],
  ];
  for (const [one, other] of same) assert.equal(normalText(one), other);
});

Deno.test("units are known with powers and quotients", () => {
  const dimension = (text: string): string | undefined => readUnit(text)?.dimension;
  assert.equal(dimension("m/s"), dimension("km per hour"));
  assert.equal(dimension("mph"), dimension("m/s"));
  assert.equal(dimension("square feet"), "length^2");
  assert.equal(dimension("cm^{3}"), "length^3");
  assert.equal(dimension("meters squared"), "length^2");
  assert.equal(dimension("parsecs"), undefined);
  assert.equal(dimension(""), undefined);
  assert.deepEqual(readUnit("hours")?.size, { top: 3600n, bottom: 1n });
});
