import assert from "node:assert/strict";
import fc from "fast-check";
import { readNumber } from "../../../../domains/math/answer/number_text.ts";

function value(text: string): string | undefined {
  const read = readNumber(text)?.value;
  return read && `${read.top}/${read.bottom}`;
}

Deno.test("numbers are read exactly in every form", () => {
  const forms: [text: string, value: string][] = [
    ["7", "7/1"],
    ["+7", "7/1"],
    ["- 7", "-7/1"],
    ["007", "7/1"],
    [".5", "1/2"],
    ["5.", "5/1"],
    ["-0.50", "-1/2"],
    ["\\frac{6}{4}", "3/2"],
    ["\\frac34", "3/4"],
    ["\\frac 34", "3/4"],
    ["\\frac{-1}{2}", "-1/2"],
    ["\\frac{1}{-2}", "-1/2"],
    ["-\\frac{1}{2}", "-1/2"],
    ["3/4", "3/4"],
    ["1.5/3", "1/2"],
    ["3\\frac{1}{2}", "7/2"],
    ["3 \\frac12", "7/2"],
    ["-1\\frac{3}{4}", "-7/4"],
    ["1 3/4", "7/4"],
    ["10^{3}", "1000/1"],
    ["2.5 \\times 10^{-3}", "1/400"],
    ["2\\cdot 10^4", "20000/1"],
    ["1e3", "1000/1"],
    ["1.5E-2", "3/200"],
  ];
  for (const [text, expected] of forms) assert.equal(value(text), expected, text);
});

Deno.test("what is no number is none", () => {
  const others = [
    "",
    "-",
    ".",
    "x",
    "1,5",
    "1 2",
    "1/0",
    "\\frac{1}{0}",
    "3\\frac{5}{2}",
    "1e99999",
    "10^{99999}",
    "\\frac{x}{2}",
    "0x10",
    "NaN",
    "Infinity",
    "--1",
    "９",
    "1".repeat(3000),
  ];
  for (const text of others) assert.equal(readNumber(text), undefined, text.slice(0, 20));
});

Deno.test("a decimal knows its places, and every fraction of whole numbers its value", () => {
  assert.equal(readNumber("1.500")?.places, 3);
  assert.equal(readNumber("15")?.places, null);
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 1 }), (top, bottom) => {
    const read = readNumber(`\\frac{${top}}{${bottom}}`);
    assert.equal(Number(read?.value.top) / Number(read?.value.bottom), top / bottom);
  }));
});
