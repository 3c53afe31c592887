import assert from "node:assert/strict";
import fc from "fast-check";
import { geometry, parseGrid } from "../../../../domains/math/sudoku/grid.ts";
import { conflictMask, judge, sanitize } from "../../../../domains/math/sudoku/judge.ts";

const grid = geometry(4);
const givens = parseGrid(grid, "1..............1");
const solution = "1234341221434321";

Deno.test("judge() gives 1 to every solution that keeps the givens", () => {
  assert.deepEqual(judge(grid, givens, solution), { quality: 1, solved: true });
  assert.deepEqual(judge(grid, givens, "1324241331424231"), { quality: 1, solved: true });
});

Deno.test("judge() grades by valid units", () => {
  // The last cell wrong: its row, column and box are invalid, 9 of 12 units are left.
  assert.deepEqual(judge(grid, givens, "1234341221434324"), { quality: 0.05 + 0.6 * 9 / 12, solved: false });
  assert.deepEqual(judge(grid, givens, "1".repeat(16)), { quality: 0.05, solved: false });
});

Deno.test("judge() does not count units whose givens were changed", () => {
  const other = "2134432112433412";
  assert.equal(judge(grid, parseGrid(grid, ".".repeat(16)), other).solved, true);
  // Both givens are changed: two rows, two columns and two boxes fall away.
  assert.deepEqual(judge(grid, givens, other), { quality: 0.05 + 0.6 * 6 / 12, solved: false });
});

Deno.test("judge() gives 0 to what is not exactly a grid", () => {
  const wrong = [
    "",
    solution.slice(1),
    `${solution}1`,
    `${solution} `,
    ` ${solution}`,
    solution.replace("4", "5"),
    solution.replace("4", "0"),
    solution.replace("4", "."),
    solution.replace("4", "?"),
    solution.replace("4", "４"),
    solution.replace("4", "🧩"),
  ];
  for (const response of wrong) {
    assert.deepEqual(judge(grid, givens, response), { quality: 0, solved: false }, response);
  }
});

Deno.test("judge(), conflictMask() and sanitize() take any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (response) => {
    const { quality, solved } = judge(grid, givens, response);
    assert.ok(quality >= 0 && quality < 1 && !solved);
    assert.match(sanitize(grid, response), /^[1-4?]{16}$/);
    assert.match(conflictMask(grid, givens, response), /^[-x]{16}$/);
  }));
  assert.equal(judge(grid, givens, "1".repeat(1e6)).quality, 0);
});

Deno.test("judge() grades no grid above 0.65 but a solution", () => {
  const digits = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 16, maxLength: 16 });
  fc.assert(fc.property(digits, (values) => {
    const { quality, solved } = judge(grid, givens, values.join(""));
    assert.ok(solved ? quality === 1 : quality >= 0.05 && quality <= 0.65);
  }));
});

Deno.test("conflictMask() marks repeats, changed givens and missing digits", () => {
  assert.equal(conflictMask(grid, givens, solution), "-".repeat(16));
  //                                      1 2 3 4  3 4 1 2  2 1 4 3  4 3 2 2: a repeat in the last row, column and box
  assert.equal(conflictMask(grid, parseGrid(grid, ".".repeat(16)), "1234341221434322"), "-------x------xx");
  assert.equal(conflictMask(grid, givens, "2"), "x".repeat(16));
});

Deno.test("sanitize() leaves a grid as it is, and cuts or pads anything else", () => {
  assert.equal(sanitize(grid, solution), solution);
  assert.equal(sanitize(grid, `${solution}234`), solution);
  assert.equal(sanitize(grid, "12🧩4"), "12?4????????????");
});
